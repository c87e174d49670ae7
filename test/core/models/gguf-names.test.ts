import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ggufName,
  huggingFaceName,
  permuteRotaryRows,
  rotaryHeadCount,
  unpermuteRotaryRows,
} from '../../../core/models/gguf-names.ts';

describe('huggingFaceName', () => {
  const cases: [string, string][] = [
    ['token_embd.weight', 'model.embed_tokens.weight'],
    ['output_norm.weight', 'model.norm.weight'],
    ['output.weight', 'lm_head.weight'],
    ['blk.0.attn_norm.weight', 'model.layers.0.input_layernorm.weight'],
    ['blk.11.attn_q.bias', 'model.layers.11.self_attn.q_proj.bias'],
    ['blk.3.attn_k_norm.weight', 'model.layers.3.self_attn.k_norm.weight'],
    ['blk.29.attn_output.weight', 'model.layers.29.self_attn.o_proj.weight'],
    ['blk.7.ffn_norm.weight', 'model.layers.7.post_attention_layernorm.weight'],
    ['blk.7.ffn_down.weight', 'model.layers.7.mlp.down_proj.weight'],
  ];
  for (const [stored, expected] of cases) {
    it(`calls ${stored} ${expected}, and back`, () => {
      assert.equal(huggingFaceName(stored), expected);
      assert.equal(ggufName(expected), stored);
    });
  }

  for (const unknown of ['blk.0.ffn_gate_exps.weight', 'rope_freqs.weight', 'blk.0.output.weight', 'attn_q.weight']) {
    it(`refuses ${unknown}`, () => assert.throws(() => huggingFaceName(unknown), { type: 'UnsupportedModel' }));
  }
});

describe('ggufName', () => {
  for (const unknown of [
    'model.layers.0.mlp.experts.weight',
    'model.layers.0.lm_head.weight',
    'self_attn.q_proj.weight',
  ]) {
    it(`refuses ${unknown}`, () => assert.throws(() => ggufName(unknown), { type: 'UnsupportedModel' }));
  }
});

describe('unpermuteRotaryRows', () => {
  it('takes pairs that lie side by side to the two halves of their head', () => {
    const stored = Float32Array.of(0, 10, 1, 11, 2, 12, /* second head */ 3, 13, 4, 14, 5, 15);
    assert.deepEqual([...unpermuteRotaryRows(stored, 12, 2)], [0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15]);
  });

  it('undoes the order that llama.cpp writes, and permuteRotaryRows makes it', () => {
    const shape = fc.record({
      heads: fc.integer({ min: 1, max: 5 }),
      half: fc.integer({ min: 1, max: 6 }),
      columns: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(shape, ({ heads, half, columns }) => {
        const rows = heads * half * 2;
        const original = Float32Array.from({ length: rows * columns }, (_, index) => index);
        const stored = permuted(original, heads, half, columns);
        assert.deepEqual(unpermuteRotaryRows(stored, rows, heads), original);
        assert.deepEqual(permuteRotaryRows(original, rows, heads), stored);
      }),
    );
  });

  it('refuses a head count that does not divide the rows into even heads', () => {
    assert.throws(() => unpermuteRotaryRows(new Float32Array(12), 12, 5), { type: 'CorruptModel' });
    assert.throws(() => unpermuteRotaryRows(new Float32Array(9), 9, 3), { type: 'CorruptModel' });
  });
});

describe('rotaryHeadCount', () => {
  it('is asked of query and key projections of the llama architecture alone', () => {
    const heads = { query: 9, key: 3 };
    assert.equal(rotaryHeadCount('llama', 'model.layers.0.self_attn.q_proj.weight', heads), 9);
    assert.equal(rotaryHeadCount('llama', 'model.layers.0.self_attn.k_proj.bias', heads), 3);
    assert.equal(rotaryHeadCount('llama', 'model.layers.0.self_attn.v_proj.weight', heads), undefined);
    assert.equal(rotaryHeadCount('qwen2', 'model.layers.0.self_attn.q_proj.weight', heads), undefined);
  });
});

/** llama.cpp's conversion, from its definition: [head, half, i] becomes [head, i, half]. */
function permuted(original: Float32Array, heads: number, half: number, columns: number): Float32Array {
  const result = new Float32Array(original.length);
  let target = 0;
  for (let head = 0; head < heads; head++) {
    for (let index = 0; index < half; index++) {
      for (const side of [0, 1]) {
        const row = head * half * 2 + side * half + index;
        result.set(original.subarray(row * columns, (row + 1) * columns), target);
        target += columns;
      }
    }
  }
  return result;
}
