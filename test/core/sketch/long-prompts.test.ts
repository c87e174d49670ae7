import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputLength } from '../../../core/models/encode.ts';
import { fitSample } from '../../../core/sketch/long-prompts.ts';

describe('a sample that the model cannot read whole', () => {
  const sample = { promptTokens: [1, 2, 3, 4], completionTokens: [5, 6, 7] };

  it('is left alone while it fits: the last completion token is not read', () => {
    assert.deepEqual(fitSample(sample, 6, 'skip'), { sample, truncated: 0 });
    assert.deepEqual(fitSample(sample, 6, 'truncate-prompt-left'), { sample, truncated: 0 });
  });

  it('is skipped, or keeps the end of its prompt and all of its completion', () => {
    assert.equal(fitSample(sample, 5, 'skip'), null);
    for (const maximum of [5, 4, 3]) {
      const fitted = fitSample(sample, maximum, 'truncate-prompt-left')!;
      assert.equal(fitted.truncated, 6 - maximum);
      assert.equal(inputLength(fitted.sample), maximum);
      assert.deepEqual(fitted.sample, { ...sample, promptTokens: sample.promptTokens.slice(6 - maximum) });
    }
  });

  it('has no room for its completion without at least one prompt token', () => {
    assert.equal(fitSample(sample, 2, 'truncate-prompt-left'), null);
  });
});
