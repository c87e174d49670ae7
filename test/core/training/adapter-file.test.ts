import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adapterConfig, decodeAdapter, encodeAdapter } from '../../../core/training/adapter-file.ts';

const specification = { rank: 2, alpha: 4, layers: [1] };
const tensors = new Map([
  ['model.layers.1.mlp.up_proj.lora_A.weight', Float32Array.from({ length: 6 }, (_, index) => index / 7)],
  ['model.layers.1.mlp.up_proj.lora_B.weight', Float32Array.from({ length: 10 }, (_, index) => -index)],
]);

describe('an adapter file', () => {
  it('reads back what it wrote, to the bit', () => {
    assert.deepEqual(decodeAdapter(encodeAdapter({ specification, tensors })), { specification, tensors });
  });

  it('reads from bytes that start inside a larger buffer', () => {
    const bytes = encodeAdapter({ specification, tensors });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    assert.deepEqual(decodeAdapter(larger.subarray(3)).tensors, tensors);
    assert.deepEqual(decodeAdapter(Buffer.from(bytes)).tensors, tensors);
  });

  it('refuses a file that was cut short', () => {
    const bytes = encodeAdapter({ specification, tensors });
    assert.throws(() => decodeAdapter(bytes.subarray(0, bytes.length - 4)), { type: 'CorruptArtifact' });
    assert.throws(() => decodeAdapter(new Uint8Array(4)), { type: 'CorruptArtifact' });
  });

  it('tells PEFT the rank, the scale and the layers', () => {
    const config = JSON.parse(adapterConfig(specification, 'base')) as Record<string, unknown>;
    assert.deepEqual([config['r'], config['lora_alpha'], config['layers_to_transform']], [2, 4, [1]]);
  });
});
