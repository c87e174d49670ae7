// Axes of the report: round ends that hold every value.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { axisOver, position } from '../../../core/report/scale.ts';
import { decimal, duration, percent, points, whole } from '../../../core/report/format.ts';

it('holds every value between its ends, with few and evenly spaced ticks', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, (given) => {
      const spread = Math.max(...given) - Math.min(...given);
      fc.pre(spread === 0 ? given[0] === 0 || Math.abs(given[0] ?? 0) > 1e-6 : spread > 1e-6);
      const axis = axisOver(given);
      for (const value of given) {
        const at = position(axis, value);
        assert.ok(at >= -1e-6 && at <= 1 + 1e-6, `${value} lies at ${at} of ${axis.low} to ${axis.high}`);
      }
      assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 7, `${axis.ticks.length} ticks`);
    }),
  );
});

it('chooses the ticks a person would', () => {
  assert.deepEqual(axisOver([0, 1]).ticks, [0, 0.5, 1]);
  assert.deepEqual(axisOver([14.2, 23.9]).ticks, [10, 15, 20, 25]);
  assert.deepEqual(axisOver([]).ticks, [0, 0.5, 1]);
});

it('writes numbers as people read them', () => {
  assert.equal(whole(1234567), '1,234,567');
  assert.equal(decimal(-0.004), '0.00');
  assert.equal(percent(0.6349), '63.5 %');
  assert.equal(points(0.042), '+4.2');
  assert.equal(points(-0.042), '\u22124.2');
  assert.equal(duration(4.21), '4.2 s');
  assert.equal(duration(3725), '1 h 2 min');
});
