import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Feeds } from '../../../core/graph/runner.ts';
import { bucketOf, encodePositions, encodeSamples } from '../../../core/models/encode.ts';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { tinyConfig } from '../../helpers/tiny-model.ts';

const config = parseModelConfig(tinyConfig, 'config.json');

describe('encoding', () => {
  it('predicts each completion token from the position before it, and weights the mean', () => {
    const { tokens, logitPosition, target, targetWeight } = encodeSamples(config, [
      { promptTokens: [5, 6, 7], completionTokens: [8, 9] },
    ]);
    assert.deepEqual([...tokens!.data].slice(0, 6), [5n, 6n, 7n, 8n, 0n, 0n]);
    assert.deepEqual([...logitPosition!.data], [2n, 3n, -1n, -1n, -1n, -1n, -1n, -1n]);
    assert.deepEqual([...target!.data].slice(0, 3), [8n, 9n, 0n]);
    assert.deepEqual([...targetWeight!.data].slice(0, 3), [0.5, 0.5, 0]);
  });

  it('pads by the sample alone: tokens to 16, targets to 8', () => {
    const of = (prompt: number, completion: number) =>
      bucketOf({ promptTokens: Array<number>(prompt).fill(1), completionTokens: Array<number>(completion).fill(1) });
    assert.deepEqual(of(1, 1), { tokens: 16, targets: 8 });
    assert.deepEqual(of(9, 8), { tokens: 16, targets: 8 });
    assert.deepEqual(of(9, 9), { tokens: 32, targets: 16 });
  });

  it('lets a position see itself and what came before', () => {
    const { mask } = encodePositions(config, 3);
    assert.deepEqual(
      [...mask!.data].map((value) => (value === 0 ? 1 : 0)),
      [1, 0, 0, 1, 1, 0, 1, 1, 1],
    );
  });

  it('hides what a window has left behind, with one mask for each window among the layers', () => {
    const mistral = parseModelConfig(
      { ...tinyConfig, architectures: ['MistralForCausalLM'], sliding_window: 2 },
      'config.json',
    );
    const visible = (feeds: Feeds, name: string) => [...feeds[name]!.data].map((value) => (value === 0 ? 1 : 0));
    const banded = encodePositions(mistral, 4);
    assert.deepEqual(visible(banded, 'mask'), [1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1]);
    assert.deepEqual(Object.keys(banded).sort(), ['cosine', 'mask', 'position', 'sine']);
    const mixed = encodePositions({ ...mistral, layerWindows: [null, 2] }, 2);
    assert.deepEqual(Object.keys(mixed).sort(), ['cosine', 'mask', 'mask.2', 'position', 'sine']);
    assert.deepEqual(visible(encodePositions({ ...mistral, layerWindows: [null, 1] }, 2), 'mask.1'), [1, 0, 0, 1]);
  });

  it('turns slower where frequencies are divided', () => {
    const plain = encodePositions(config, 9);
    const divided = encodePositions({ ...config, ropeDivisors: [1, 4, 4, 4] }, 9);
    const half = config.headSize / 2;
    assert.equal(divided['sine']!.data[8 * half], plain['sine']!.data[8 * half]);
    assert.equal(divided['sine']!.data[8 * half + 1], plain['sine']!.data[2 * half + 1]);
  });

  it('refuses mixed buckets, empty parts and foreign token ids', () => {
    const short = { promptTokens: [1], completionTokens: [1] };
    const long = { promptTokens: Array<number>(40).fill(1), completionTokens: [1] };
    assert.throws(() => encodeSamples(config, [short, long]), /different buckets/);
    assert.throws(
      () => encodeSamples(config, [{ ...short, completionTokens: [] }]),
      /1 prompt and 0 completion tokens/,
    );
    assert.throws(() => encodeSamples(config, [{ ...short, promptTokens: [64] }]), /token id 64, expected 0 to 63/);
    assert.throws(() => encodeSamples(config, []), { type: 'InvalidData' });
  });
});
