import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { canonicalJson } from '../../core/canonical-json.ts';

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 code units at every depth and adds no white space', () => {
    const value = { b: [1, { z: null, a: true }], '€': 1, '\r': 2, '\u{1F600}': 3, '\uFB33': 4, '1': 5, ö: 6, '': 7 };
    // The order of RFC 8785, section 3.2.3: a surrogate pair sorts before U+FB33, and "10" would sort before "2".
    const expected = '{"":7,"\\r":2,"1":5,"b":[1,{"a":true,"z":null}],"ö":6,"€":1,"\u{1F600}":3,"\uFB33":4}';
    assert.equal(canonicalJson(value), expected);
    assert.equal(canonicalJson({ '2': 0, '10': 0 }), '{"10":0,"2":0}');
  });

  it('writes numbers as RFC 8785 does', () => {
    const numbers = [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0, 1e21];
    assert.equal(canonicalJson(numbers), '[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21]');
  });

  it('leaves undefined properties out', () => {
    assert.equal(canonicalJson({ a: undefined, b: { c: undefined } }), '{"b":{}}');
  });

  it('gives one text for one value and loses nothing', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(entries.map(([key, member]) => [key, shuffled(member)]));
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(plain);
        assert.equal(canonicalJson(shuffled(plain)), text);
        assert.deepEqual(JSON.parse(text), plain);
      }),
    );
  });

  it('refuses what JSON would drop or change, and says where it is', () => {
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [{ loss: [1, NaN] }, /\$\.loss\[1\] is NaN/],
      [Infinity, /\$ is Infinity/],
      [undefined, /\$ is of type undefined/],
      [[undefined], /\$\[0\] is of type undefined/],
      [{ at: new Date(0) }, /\$\.at is an instance of Date/],
      [{ sketch: new Float32Array(2) }, /\$\.sketch is an instance of Float32Array/],
      [{ run: () => 1 }, /\$\.run is of type function/],
      [1n, /\$ is of type bigint/],
    ];
    for (const [value, message] of cases) {
      assert.throws(() => canonicalJson(value), { type: 'InvalidData', message });
    }
  });
});
