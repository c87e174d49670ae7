import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { inputLength, type TokenSample } from '../../../core/models/encode.ts';
import { planMicroBatches } from '../../../core/training/micro-batches.ts';

const tokenSample = fc
  .record({ prompt: fc.integer({ min: 1, max: 90 }), completion: fc.integer({ min: 1, max: 40 }) })
  .map(({ prompt, completion }): TokenSample => {
    return { promptTokens: new Array<number>(prompt).fill(1), completionTokens: new Array<number>(completion).fill(2) };
  });
const anySamples = fc.array(tokenSample, { minLength: 1, maxLength: 40 });

describe('micro-batches', () => {
  for (const packing of [false, true]) {
    it(`hold every sample once, in rows that it fits into, under the budget${packing ? ', packed' : ''}`, () => {
      fc.assert(
        fc.property(anySamples, fc.integer({ min: 16, max: 2000 }), (samples, tokenBudget) => {
          const batches = planMicroBatches(samples, { packing, tokenBudget });
          const members = batches.flatMap(({ rows }) => rows.flat()).sort((a, b) => a - b);
          assert.deepEqual(
            members,
            samples.map((_, index) => index),
          );
          for (const { tokens, rows } of batches) {
            assert.ok(rows.length === 1 || rows.length * tokens <= tokenBudget);
            for (const row of rows) {
              const filled = row.reduce((sum, member) => sum + inputLength(samples[member]!), 0);
              assert.ok(filled <= tokens && row.length > 0);
              assert.ok(packing || row.length === 1);
            }
          }
        }),
      );
    });
  }

  it('do not pad short samples to the length of a long one where a run of their own costs less', () => {
    const lengths = [...new Array<number>(8).fill(16), 400];
    const samples = lengths.map((length) => ({
      promptTokens: new Array<number>(length).fill(1),
      completionTokens: [2],
    }));
    const batches = planMicroBatches(samples, { packing: false, tokenBudget: 4096 });
    assert.deepEqual(
      batches.map(({ tokens, rows }) => [tokens, rows.length]),
      [
        [400, 1],
        [16, 8],
      ],
    );
  });

  it('put short samples into one row when they are packed', () => {
    const samples = Array.from({ length: 16 }, () => ({
      promptTokens: new Array<number>(31).fill(1),
      completionTokens: [2],
    }));
    const batches = planMicroBatches(samples, { packing: true, tokenBudget: 512 });
    assert.deepEqual(
      batches.map(({ tokens, rows }) => [tokens, rows.map(({ length }) => length)]),
      [[256, [8, 8]]],
    );
  });
});
