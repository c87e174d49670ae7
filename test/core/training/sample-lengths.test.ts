import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitSamples } from '../../../core/training/sample-lengths.ts';

const sample = (prompt: number, completion: number) => ({
  promptTokens: Array.from({ length: prompt }, (_, index) => index),
  completionTokens: Array.from({ length: completion }, (_, index) => 100 + index),
});

describe('samples that are too long', () => {
  it('lose the beginning of their prompt and nothing of their completion', () => {
    const { samples, shortened, leftOut } = fitSamples([sample(5, 3), sample(6, 3), sample(20, 7)], 8);
    assert.deepEqual([shortened, leftOut], [2, 0]);
    assert.deepEqual(samples[0], sample(5, 3));
    assert.deepEqual(samples[1], { promptTokens: [1, 2, 3, 4, 5], completionTokens: [100, 101, 102] });
    assert.deepEqual(samples[2], { promptTokens: [19], completionTokens: sample(1, 7).completionTokens });
  });

  it('are left out and counted when the completion alone does not fit', () => {
    const { samples, shortened, leftOut } = fitSamples([sample(2, 8), sample(2, 2), sample(1, 0)], 8);
    assert.deepEqual([samples.length, shortened, leftOut], [1, 0, 2]);
  });

  it('are an error when none is left', () => {
    assert.throws(() => fitSamples([sample(2, 9), sample(3, 12)], 8), {
      type: 'InvalidData',
      message: /of 2 samples none has a completion of 1 to 7 tokens \(the longest has 12\).*maxLength/,
    });
  });
});
