import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Feeds, GraphSession } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import type { TokenSample } from '../../../core/models/encode.ts';
import { encodeSamples } from '../../../core/models/encode.ts';
import type { Parameter } from '../../../core/models/parameters.ts';
import { defaultAdamW, initialAdamW, stepAdamW } from '../../../core/training/adamw.ts';
import { initialLora, loraParameters, loraScale, mergeLora } from '../../../core/training/lora.ts';
import { buildTrainingGraph, gradientName, lastLayers } from '../../../core/training/training-graph.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

type Tensors = ReadonlyMap<string, Float32Array>;

const samples: TokenSample[] = [
  { promptTokens: [1, 5, 9], completionTokens: [10, 11, 12, 2] },
  { promptTokens: [4, 4, 8, 3], completionTokens: [20, 2] },
];

const lora = { rank: 3, alpha: 6, layers: [0, 1] };

describe('the training graph', () => {
  it('gives LoRA gradients that follow from those of the merged weights: dA = s B^T G, dB = s G A^T, to 1e-4', async (test) => {
    const model = await makeTinyModel(test);
    const adapters = loraParameters(model.config, lora);
    const start = shaken(adapters);
    const withAdapters = buildTrainingGraph(model.config, model.tensors, { kind: 'lora', ...lora });
    const found = await runOnce(await openGraph(test, withAdapters.graph, model.folder), model, adapters, start);

    const matrices = lastLayers(model.config, 2);
    const merged = new Map(matrices.map(({ name }) => [name, mergedWeight(model, start, name)]));
    const whole = buildTrainingGraph(model.config, model.tensors, { kind: 'parameters', parameters: matrices });
    const exact = await runOnce(await openGraph(test, whole.graph, model.folder), model, matrices, merged);

    assertClose(found.losses, exact.losses, 'the losses');
    for (const { name, shape } of matrices) {
      const [out, inputs] = shape as [number, number];
      const module = name.replace('.weight', '');
      const [down, up] = [start.get(`${module}.lora_A.weight`)!, start.get(`${module}.lora_B.weight`)!];
      const g = exact.gradients.get(name)!;
      const scale = loraScale(lora);
      const dA = table(
        lora.rank,
        inputs,
        (r, i) => scale * dot(out, (o) => up[o * lora.rank + r]! * g[o * inputs + i]!),
      );
      const dB = table(
        out,
        lora.rank,
        (o, r) => scale * dot(inputs, (i) => g[o * inputs + i]! * down[r * inputs + i]!),
      );
      assertClose(found.gradients.get(`${module}.lora_A.weight`)!, dA, `dA of ${module}`);
      assertClose(found.gradients.get(`${module}.lora_B.weight`)!, dB, `dB of ${module}`);
    }
  });

  it('weights samples: the gradient of a batch is the weighted sum of the gradients of its samples, to 1e-4', async (test) => {
    const model = await makeTinyModel(test);
    const parameters = lastLayers(model.config, 1);
    const { graph } = buildTrainingGraph(model.config, model.tensors, { kind: 'parameters', parameters });
    const session = await openGraph(test, graph, model.folder);
    const values = new Map(parameters.map(({ name }) => [name, storedWeight(model, name)]));
    const together = await runOnce(session, model, parameters, values, [0.25, 2]);
    const first = await runOnce(session, model, parameters, values, [1, 0]);
    const second = await runOnce(session, model, parameters, values, [0, 1]);
    for (const { name } of parameters) {
      const [a, b] = [first.gradients.get(name)!, second.gradients.get(name)!];
      assertClose(
        together.gradients.get(name)!,
        a.map((value, index) => 0.25 * value + 2 * b[index]!),
        name,
      );
    }
  });

  it('starts LoRA at the base model, and lowers the loss of the samples it is trained on', async (test) => {
    const model = await makeTinyModel(test);
    const { graph, trained } = buildTrainingGraph(model.config, model.tensors, { kind: 'lora', ...lora });
    const session = await openGraph(test, graph, model.folder);
    const parameters = initialLora(trained, 'seed');
    const state = initialAdamW(parameters);
    const before = await runOnce(session, model, trained, parameters);
    const zeroed = await runOnce(session, model, trained, zeros(trained));
    assert.deepEqual(before.losses, zeroed.losses);
    for (let step = 0; step < 30; step++) {
      const { gradients } = await runOnce(session, model, trained, parameters);
      stepAdamW(state, parameters, gradients, 0.01, defaultAdamW);
    }
    const after = await runOnce(session, model, trained, parameters);
    after.losses.forEach((loss, index) =>
      assert.ok(loss < before.losses[index]! / 2, `${before.losses[index]} -> ${loss}`),
    );
  });
});

describe('LoRA', () => {
  it('refuses a layer that the model does not have', async (test) => {
    const { config } = await makeTinyModel(test);
    assert.throws(() => loraParameters(config, { ...lora, layers: [2] }), /layer 2 does not exist/);
  });

  it('starts from the same numbers for the same seed', async (test) => {
    const { config } = await makeTinyModel(test);
    const parameters = loraParameters(config, lora);
    assert.deepEqual(initialLora(parameters, 'a'), initialLora(parameters, 'a'));
    assert.notDeepEqual(initialLora(parameters, 'a'), initialLora(parameters, 'b'));
  });
});

async function runOnce(
  session: GraphSession,
  model: TinyModel,
  parameters: readonly Parameter[],
  values: Tensors,
  weights: readonly number[] = [0.5, 0.5],
): Promise<{ losses: Float32Array; gradients: Map<string, Float32Array> }> {
  const tensors = parameters.map(({ name, shape }) => {
    return [name, { type: 'float32', dims: shape, data: values.get(name)! }] as const;
  });
  const sampleWeight = { type: 'float32', dims: [weights.length], data: Float32Array.from(weights) } as const;
  const feeds: Feeds = { ...encodeSamples(model.config, samples), ...Object.fromEntries(tensors), sampleWeight };
  const outputs = await session.run(feeds);
  const gradients = parameters.map(({ name }) => [name, floatOutput(outputs, gradientName(name))] as const);
  return { losses: floatOutput(outputs, 'loss'), gradients: new Map(gradients) };
}

function storedWeight(model: TinyModel, name: string): Float32Array {
  const { offset, length } = model.tensors.find((tensor) => tensor.name === name)!;
  return model.weights.slice(offset / 4, (offset + length) / 4);
}

function mergedWeight(model: TinyModel, adapters: Tensors, name: string): Float32Array {
  const module = name.replace('.weight', '');
  const [down, up] = [adapters.get(`${module}.lora_A.weight`)!, adapters.get(`${module}.lora_B.weight`)!];
  return mergeLora(storedWeight(model, name), down, up, { rank: lora.rank, scale: loraScale(lora) });
}

/** Start values in which B is not zero, so that both gradients say something. */
function shaken(parameters: readonly Parameter[]): Map<string, Float32Array> {
  const start = initialLora(parameters, 'start');
  const other = initialLora(
    parameters.map(({ name, shape }) => ({ name: `${name}.lora_A.weight`, shape })),
    'shake',
  );
  for (const [name, data] of start)
    data.forEach((value, index) => (data[index] = value + other.get(`${name}.lora_A.weight`)![index]! / 4));
  return start;
}

function zeros(parameters: readonly Parameter[]): Map<string, Float32Array> {
  return new Map(parameters.map(({ name, shape }) => [name, new Float32Array(shape[0]! * shape[1]!)]));
}

function table(rows: number, columns: number, at: (row: number, column: number) => number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, index) => at(Math.floor(index / columns), index % columns));
}

function dot(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(found.length, expected.length, what);
  const scale = Math.sqrt(dot(expected.length, (index) => expected[index]! ** 2));
  const distance = Math.sqrt(dot(expected.length, (index) => (found[index]! - expected[index]!) ** 2));
  assert.ok(distance < 1e-4 * scale, `${what}: relative distance ${distance / scale}`);
}
