import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOnnxRuntime, sessionPool } from '../../../adapters/onnx/runtime.ts';
import type { TokenSample } from '../../../core/models/encode.ts';
import { permutation, uniforms } from '../../../core/random/philox.ts';
import type { SketchedSample, Sketcher } from '../../../core/sketch/sketcher.ts';
import { createSketcher } from '../../../core/sketch/sketcher.ts';
import type { SketchSpecification } from '../../../core/sketch/specification.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

const specifications: readonly SketchSpecification[] = [
  { mode: 'kron-sum', p: 32, seed: 1, version: 1 },
  { mode: 'concat', p: 8, seed: 1, version: 1 },
];

// An odd vocabulary and sizes off the vector width, where a different remainder would show.
const awkward = {
  vocab_size: 131,
  hidden_size: 36,
  num_attention_heads: 3,
  num_key_value_heads: 1,
  head_dim: 12,
  intermediate_size: 53,
};

describe('a sketch does not depend on its batch', () => {
  const cases = specifications.flatMap((specification) =>
    Object.entries({ regular: {}, awkward }).map(([name, overrides]) => ({ specification, name, overrides })),
  );
  for (const { specification, name, overrides } of cases) {
    it(`${specification.mode}, ${name} sizes: bit-identical alone, in any order, with any token budget and any number of workers`, async (test) => {
      const model = await makeTinyModel(test, overrides);
      const samples = randomSamples(24, model.config.vocabularySize);
      const reference = await sketchAll(model, { specification, workers: 1, tokenBudget: 1 }, samples);
      for (const { workers, tokenBudget } of [
        { workers: 1, tokenBudget: 64 },
        { workers: 1, tokenBudget: 4096 },
        { workers: 2, tokenBudget: 112 },
      ]) {
        const order = [...permutation(`order/${tokenBudget}`, samples.length)];
        const found = await sketchAll(
          model,
          { specification, workers, tokenBudget },
          order.map((index) => samples[index]!),
        );
        order.forEach((index, position) => {
          assert.ok(
            bytesOf(found[position]!).equals(bytesOf(reference[index]!)),
            `sample ${index}, budget ${tokenBudget}`,
          );
        });
      }
    });
  }
});

describe('a sketch does not depend on its place in the slices of the head', () => {
  // 24 logit rows a sample: the edges at 256, 512, 1024, ... lie inside samples. 2640 rows are more than the head has by default.
  for (const { count, tokenBudget } of [
    { count: 30, tokenBudget: 1024 },
    { count: 110, tokenBudget: 4096 },
  ]) {
    it(`bit-identical alone and among ${count} samples of one run`, async (test) => {
      const specification = { mode: 'kron-sum', p: 8, seed: 1, version: 1 } as const;
      const model = await makeTinyModel(test, awkward);
      const random = uniforms('slices');
      const tokens = (length: number): number[] =>
        Array.from({ length }, () => Math.floor(random.next() * model.config.vocabularySize));
      const samples = Array.from({ length: count }, () => ({ promptTokens: tokens(4), completionTokens: tokens(20) }));
      const together = await sketchAll(model, { specification, workers: 1, tokenBudget }, samples);
      const alone = await sketchAll(model, { specification, workers: 1, tokenBudget: 1 }, samples);
      together.forEach((sample, index) => assert.ok(bytesOf(sample).equals(bytesOf(alone[index]!)), `sample ${index}`));
    });
  }
});

interface Setting {
  readonly specification: SketchSpecification;
  readonly workers: number;
  readonly tokenBudget: number;
}

async function sketchAll(
  model: TinyModel,
  setting: Setting,
  samples: readonly TokenSample[],
): Promise<SketchedSample[]> {
  const sketcher = await openSketcher(model, setting);
  return sketcher.sketch(samples).finally(() => sketcher.close());
}

function openSketcher(
  { config, tensors, folder }: TinyModel,
  { specification, workers, tokenBudget }: Setting,
): Promise<Sketcher> {
  const open = (bytes: Uint8Array<ArrayBuffer>) =>
    sessionPool(createOnnxRuntime(), { bytes, weightsFolder: folder, mapWeights: true }, workers);
  return createSketcher({ config, tensors, specification, open, tokenBudget });
}

/** Lengths around the bucket edges, so that several samples meet in a batch. */
function randomSamples(count: number, vocabularySize: number): TokenSample[] {
  const random = uniforms('batch-invariance');
  const tokens = (length: number): number[] => Array.from({ length }, () => Math.floor(random.next() * vocabularySize));
  return Array.from({ length: count }, () => ({
    promptTokens: tokens(1 + Math.floor(random.next() * 20)),
    completionTokens: tokens(1 + Math.floor(random.next() * 12)),
  }));
}

function bytesOf(sample: SketchedSample): Buffer {
  assert.equal(sample.excluded, null);
  return Buffer.concat([
    Buffer.from(sample.sketch.buffer),
    Buffer.from(Float64Array.of(sample.loss, sample.norm).buffer),
  ]);
}
