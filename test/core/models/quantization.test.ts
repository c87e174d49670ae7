import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { dequantize, quantizationOf, quantizedBytes } from '../../../core/models/quantization.ts';

interface GoldenCase {
  readonly name: string;
  readonly type: number;
  readonly stored: string;
  readonly float32: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/models/quantization.json', import.meta.url), 'utf8'),
) as GoldenCase[];

describe('dequantize', () => {
  for (const { name, type, stored, float32 } of golden) {
    it(`gives the bits of the gguf package for ${name}`, () => {
      const quantization = quantizationOf(type, 'a');
      assert.equal(quantization.name, name);
      const values = dequantize(quantization, Buffer.from(stored, 'hex'));
      assert.equal(Buffer.from(values.buffer).toString('hex'), float32);
      assert.equal(quantizedBytes(quantization, values.length), stored.length / 2);
    });
  }

  it('reads halves of every kind: zero of both signs, subnormal, largest, infinite, not a number', () => {
    const bits = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x83ff, 0x7bff, 0xfc00, 0x7e00);
    const values = dequantize(quantizationOf(1, 'a'), new Uint8Array(bits.buffer));
    assert.deepEqual([...values], [0, -0, 2 ** -24, -1023 * 2 ** -24, 65_504, -Infinity, NaN]);
  });

  it('reads bytes that begin at an odd address', () => {
    const bytes = Buffer.alloc(1 + 4);
    bytes.writeFloatLE(1.5, 1);
    assert.deepEqual([...dequantize(quantizationOf(0, 'a'), bytes.subarray(1))], [1.5]);
  });

  it('refuses an unreadable form by its name, with the readable ones', () => {
    assert.throws(() => quantizationOf(10, 'blk.0.ffn_up.weight'), {
      type: 'UnsupportedModel',
      message: /blk\.0\.ffn_up\.weight.*Q2_K.*F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K, BF16/,
    });
    assert.throws(() => quantizationOf(999, 'a'), /GGML type 999/);
  });

  it('refuses bytes that end inside a block', () => {
    assert.throws(() => dequantize(quantizationOf(3, 'a'), new Uint8Array(21)), { type: 'CorruptModel' });
  });
});
