import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenSample } from '../../../core/models/encode.ts';
import type { Parameter } from '../../../core/models/parameters.ts';
import { parametersOf } from '../../../core/models/parameters.ts';
import { defaultAdamW, initialAdamW, stepAdamW } from '../../../core/training/adamw.ts';
import { initialLora, loraParameters, loraScale, mergeLora } from '../../../core/training/lora.ts';
import { lastLayers } from '../../../core/training/trained-parameters.ts';
import { goldenModels } from '../../helpers/golden-models.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';
import type { Tensors } from '../../helpers/training-gradients.ts';
import { gradientMachine, relativeDistance, storedWeights } from '../../helpers/training-gradients.ts';

const samples: TokenSample[] = [
  { promptTokens: [1, 5, 9], completionTokens: [10, 11, 12, 2] },
  { promptTokens: [4, 4, 8, 3], completionTokens: [20, 2] },
];

/** Samples of many lengths, so that a batch of them needs several runs or rows. */
const manySamples: TokenSample[] = Array.from({ length: 7 }, (_, index) => ({
  promptTokens: Array.from({ length: 4 + 20 * (index % 3) }, (_value, place) => (index * 7 + place * 5) % 32),
  completionTokens: [10 + index, 20 + index, 2].slice(index % 3),
}));

const lora = { rank: 3, alpha: 6, layers: [0, 1] };

describe('the training graph', () => {
  it('gives LoRA gradients that follow from those of the merged weights: dA = s B^T G, dB = s G A^T, to 1e-4', async (test) => {
    const model = await makeTinyModel(test);
    const adapters = loraParameters(model.config, lora);
    const start = shaken(adapters);
    const found = await (await gradientMachine(test, model, { kind: 'lora', ...lora }))(start, samples);

    const matrices = lastLayers(model.config, 2);
    const merged = new Map(matrices.map(({ name }) => [name, mergedWeight(model, start, name)]));
    const machine = await gradientMachine(test, model, { kind: 'parameters', parameters: matrices });
    const exact = await machine(merged, samples);

    assert.ok(Math.abs(found.loss - exact.loss) < 1e-4 * exact.loss);
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

  it('gives a batch the mean of the gradients and losses, whatever runs it is cut into, to 1e-5', async (test) => {
    const model = await makeTinyModel(test);
    const parameters = lastLayers(model.config, 1);
    const machine = await gradientMachine(test, model, { kind: 'parameters', parameters }, { tokenBudget: 64 });
    const values = storedWeights(model);
    const whole = await machine(only(values, parameters), manySamples);
    assert.ok(whole.runs >= 3, `${whole.runs} runs`);
    const singles = await Promise.all(manySamples.map((sample) => machine(only(values, parameters), [sample])));
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    assert.ok(Math.abs(whole.loss - mean(singles.map(({ loss }) => loss))) < 1e-5);
    for (const [name, gradient] of whole.gradients) {
      const expected = Float64Array.from(gradient, (_, place) =>
        mean(singles.map(({ gradients }) => gradients.get(name)![place]!)),
      );
      const distance = relativeDistance(gradient, expected);
      assert.ok(distance < 1e-5, `${name}: relative distance ${distance}`);
    }
  });

  for (const [name, overrides] of Object.entries(goldenModels)) {
    it(`gives packed samples of ${name} the loss and the gradients that they have in rows of their own, to 1e-5`, async (test) => {
      const model = await makeTinyModel(test, overrides);
      const parameters = parametersOf(model.config);
      const [alone, packed] = await Promise.all(
        [false, true].map(async (packing) => {
          const machine = await gradientMachine(test, model, { kind: 'parameters', parameters }, { packing });
          return machine(storedWeights(model), manySamples);
        }),
      );
      assert.ok(Math.abs(packed!.loss - alone!.loss) < 1e-5, `${packed!.loss}, expected ${alone!.loss}`);
      for (const [parameter, gradient] of alone!.gradients) {
        const distance = relativeDistance(packed!.gradients.get(parameter)!, gradient);
        assert.ok(distance < 1e-5, `${parameter}: relative distance ${distance}`);
      }
    });
  }

  it('starts LoRA at the base model, and lowers the loss of the samples it is trained on', async (test) => {
    const model = await makeTinyModel(test);
    const trained = loraParameters(model.config, lora);
    const machine = await gradientMachine(test, model, { kind: 'lora', ...lora });
    const parameters = initialLora(trained, 'seed');
    const state = initialAdamW(parameters);
    const before = await machine(parameters, samples);
    assert.equal(before.loss, (await machine(zeros(trained), samples)).loss);
    for (let step = 0; step < 30; step++) {
      const { gradients } = await machine(parameters, samples);
      stepAdamW(state, parameters, gradients, 0.01, defaultAdamW);
    }
    const after = await machine(parameters, samples);
    assert.ok(after.loss < before.loss / 2, `${before.loss} -> ${after.loss}`);
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

function only(values: Tensors, parameters: readonly Parameter[]): Tensors {
  return new Map(parameters.map(({ name }) => [name, values.get(name)!]));
}

function mergedWeight(model: TinyModel, adapters: Tensors, name: string): Float32Array {
  const module = name.replace('.weight', '');
  const [down, up] = [adapters.get(`${module}.lora_A.weight`)!, adapters.get(`${module}.lora_B.weight`)!];
  return mergeLora(storedWeights(model).get(name)!, down, up, { rank: lora.rank, scale: loraScale(lora) });
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
  const distance = relativeDistance(found, expected);
  assert.ok(distance < 1e-4, `${what}: relative distance ${distance}`);
}
