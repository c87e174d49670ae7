import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adapterConfig, decodeAdapter, encodeAdapter } from '../../../core/training/adapter-file.ts';

const specification = { rank: 2, alpha: 4, layers: [1] };
const tensors = new Map([
  ['model.layers.1.mlp.up_proj.lora_A.weight', Float32Array.from({ length: 6 }, (_, index) => index / 7)],
  ['model.layers.1.mlp.up_proj.lora_B.weight', Float32Array.from({ length: 10 }, (_, index) => -index)],
]);

const config = adapterConfig(specification, 'base');

describe('an adapter file', () => {
  it('reads back what it wrote, to the bit', () => {
    assert.deepEqual(decodeAdapter(encodeAdapter({ specification, tensors }), config), { specification, tensors });
  });

  it('of another program may be in half precision, and scaled by the root of its rank', () => {
    const header = {
      'base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight': {
        dtype: 'BF16',
        shape: [2, 1],
        data_offsets: [0, 4],
      },
    };
    const table = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(table.length));
    // 1 and -2 in bfloat16
    const bytes = Buffer.concat([length, table, Buffer.from([0x80, 0x3f, 0x00, 0xc0])]);
    const found = decodeAdapter(bytes, JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, use_rslora: true }));
    assert.deepEqual(found.specification, { rank: 4, alpha: 16, layers: [3] });
    assert.deepEqual([...found.tensors.values()], [Float32Array.of(1, -2)]);
  });

  it('of another program is refused by name where it is more than plain LoRA on the linear layers of blocks', () => {
    const bytes = encodeAdapter({ specification, tensors });
    const refused = (change: object, message: RegExp): void =>
      assert.throws(() => decodeAdapter(bytes, JSON.stringify({ ...(JSON.parse(config) as object), ...change })), {
        type: 'UnsupportedModel',
        message,
      });
    refused({ peft_type: 'IA3' }, /peft_type "IA3"/);
    refused({ use_dora: true }, /use_dora true/);
    refused({ modules_to_save: ['embed_tokens'] }, /modules_to_save/);
    refused({ rank_pattern: { q_proj: 2 } }, /rank_pattern/);
    refused({ init_lora_weights: 'pissa_niter_4' }, /init_lora_weights "pissa_niter_4"/);
    const head = new Map([['lm_head.lora_A.weight', Float32Array.of(1, 2)]]);
    assert.throws(() => decodeAdapter(encodeAdapter({ specification, tensors: head }), config), {
      type: 'UnsupportedModel',
      message: /lm_head/,
    });
  });

  it('reads from bytes that start inside a larger buffer', () => {
    const bytes = encodeAdapter({ specification, tensors });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    assert.deepEqual(decodeAdapter(larger.subarray(3), config).tensors, tensors);
    assert.deepEqual(decodeAdapter(Buffer.from(bytes), config).tensors, tensors);
  });

  it('refuses a file that was cut short', () => {
    const bytes = encodeAdapter({ specification, tensors });
    assert.throws(() => decodeAdapter(bytes.subarray(0, bytes.length - 4), config), { type: 'CorruptArtifact' });
    assert.throws(() => decodeAdapter(new Uint8Array(4), config), { type: 'CorruptArtifact' });
  });

  it('tells PEFT the rank, the scale and the layers', () => {
    const read = JSON.parse(config) as Record<string, unknown>;
    assert.deepEqual([read['r'], read['lora_alpha'], read['layers_to_transform']], [2, 4, [1]]);
  });
});
