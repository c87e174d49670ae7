import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { parametersOf } from '../../../core/models/parameters.ts';
import type { CountSketch, KroneckerSketch } from '../../../core/sketch/specification.ts';
import {
  defaultCountSketch,
  defaultSketch,
  describeSketch,
  sketchDimension,
} from '../../../core/sketch/specification.ts';
import { tinyConfig } from '../../helpers/tiny-model.ts';

const kronSum: KroneckerSketch = { mode: 'kron-sum', p: 32, seed: 7, version: 1 };
const countSketch: CountSketch = { mode: 'count-sketch', d: 1024, seed: 7, version: 1 };

describe('a sketch specification', () => {
  it('is described by one line, which stage keys of earlier campaigns hold for kron-sum', () => {
    assert.equal(describeSketch(kronSum), 'sketch/kron-sum/v1/p=32/seed=7');
    assert.equal(describeSketch(kronSum, { longPrompts: 'skip' }), 'sketch/kron-sum/v1/p=32/seed=7');
    assert.equal(describeSketch(defaultSketch), 'sketch/kron-sum/v1/p=32/seed=0');
    assert.equal(describeSketch({ ...kronSum, mode: 'concat' }), 'sketch/concat/v1/p=32/seed=7');
    assert.equal(describeSketch(defaultCountSketch), 'sketch/count-sketch/v1/d=1024/seed=0');
  });

  it('says how long samples are read, since that changes their numbers', () => {
    assert.equal(describeSketch(kronSum, { maximumTokens: 512 }), 'sketch/kron-sum/v1/p=32/seed=7/tokens=512');
    assert.equal(
      describeSketch(kronSum, { maximumTokens: 512, longPrompts: 'truncate-prompt-left' }),
      'sketch/kron-sum/v1/p=32/seed=7/tokens=512/truncate-prompt-left',
    );
  });

  it('refuses nonsense', () => {
    for (const p of [0, 0.5, Number.NaN])
      assert.throws(() => describeSketch({ ...kronSum, p }), { type: 'InvalidConfig' });
    for (const d of [0, 3, 0.5, 1000, 65536, Number.NaN])
      assert.throws(() => describeSketch({ ...countSketch, d }), { type: 'InvalidConfig' });
    assert.throws(() => describeSketch({ ...kronSum, seed: 0.1 }), { type: 'InvalidConfig' });
    assert.throws(() => describeSketch(kronSum, { maximumTokens: 0 }), { type: 'InvalidConfig' });
  });

  it('tells the size of a sketch', () => {
    const config = parseModelConfig(tinyConfig, 'tiny config.json');
    assert.equal(sketchDimension(kronSum, config), 1024);
    assert.equal(sketchDimension({ ...kronSum, mode: 'concat', p: 4 }, config), 16 * parametersOf(config).length);
    assert.equal(sketchDimension({ ...countSketch, d: 256 }, config), 256);
  });
});
