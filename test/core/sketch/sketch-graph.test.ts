import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { TokenSample } from '../../../core/models/encode.ts';
import { encodeSamples } from '../../../core/models/encode.ts';
import { parametersOf } from '../../../core/models/parameters.ts';
import { sketchEngine } from '../../../core/sketch/engines.ts';
import type { KroneckerSketch, SketchSpecification } from '../../../core/sketch/specification.ts';
import { goldenModels } from '../../helpers/golden-models.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';
import { gradientMachine, relativeDistance, storedWeights } from '../../helpers/training-gradients.ts';
import { sketchByDefinition } from './definition.ts';

interface Golden {
  samples: TokenSample[];
  cases: Record<string, { parameters: string[]; results: { loss: number; gradients: string }[] }>;
}

const path = new URL('../../golden/llama-gradients.json', import.meta.url);
const golden = JSON.parse(await readFile(path, 'utf8')) as Golden;

const kronSum: KroneckerSketch = { mode: 'kron-sum', p: 8, seed: 5, version: 1 };
const concat: KroneckerSketch = { ...kronSum, mode: 'concat' };
const specifications: readonly SketchSpecification[] = [
  kronSum,
  concat,
  { mode: 'count-sketch', d: 64, seed: 5, version: 1 },
];

for (const [name, overrides] of Object.entries(goldenModels)) {
  describe(`gradients of ${name}, against PyTorch in float64`, () => {
    const expected = golden.cases[name]!;

    it('agree per parameter to 1e-4, losses to 1e-5', async (test) => {
      const model = await makeTinyModel(test, overrides);
      assert.deepEqual(
        parametersOf(model.config).map((parameter) => parameter.name),
        expected.parameters,
      );
      for (const [index, sample] of golden.samples.entries()) {
        const { loss, gradients } = await exactGradients(test, model, sample);
        const result = expected.results[index]!;
        assert.ok(Math.abs(loss - result.loss) < 1e-5, `loss ${loss}, expected ${result.loss}`);
        for (const [parameter, reference] of byParameter(model, result.gradients)) {
          const difference = relativeDistance(gradients.get(parameter)!, reference);
          assert.ok(difference < 1e-4, `${parameter}: relative distance ${difference}`);
        }
      }
    });

    for (const specification of specifications) {
      it(`have, sketched by definition, the ${specification.mode} that the graph gives, to 1e-4`, async (test) => {
        const model = await makeTinyModel(test, overrides);
        const { graph, rowOf } = sketchEngine(model.config, model.tensors, specification);
        const session = await openGraph(test, graph, model.folder);
        for (const [index, sample] of golden.samples.entries()) {
          const outputs = await session.run(encodeSamples(model.config, [sample]));
          const gradients = byParameter(model, expected.results[index]!.gradients);
          const reference = sketchByDefinition(specification, parametersOf(model.config), gradients);
          const difference = relativeDistance(rowOf(outputs, 0), reference);
          assert.ok(difference < 1e-4, `relative distance ${difference}: is a parameter missing, or scaled otherwise?`);
        }
      });
    }

    it('have concat blocks whose sum is the kron-sum', async (test) => {
      const model = await makeTinyModel(test, overrides);
      const [sum, blocks] = await Promise.all(
        [kronSum, concat].map(async (specification) => {
          const { graph, rowOf } = sketchEngine(model.config, model.tensors, specification);
          const session = await openGraph(test, graph, model.folder);
          return rowOf(await session.run(encodeSamples(model.config, [golden.samples[0]!])), 0);
        }),
      );
      const total = new Float64Array(64);
      blocks!.forEach((value, index) => (total[index % 64]! += value));
      assert.equal(blocks!.length, 64 * parametersOf(model.config).length);
      assert.ok(relativeDistance(sum!, total) < 1e-5);
    });
  });
}

async function exactGradients(
  test: TestContext,
  model: TinyModel,
  sample: TokenSample,
): Promise<{ loss: number; gradients: ReadonlyMap<string, Float32Array> }> {
  const trainable = { kind: 'parameters', parameters: parametersOf(model.config) } as const;
  const gradientsOf = await gradientMachine(test, model, trainable);
  return gradientsOf(storedWeights(model), [sample]);
}

function byParameter(model: TinyModel, encoded: string): Map<string, Float32Array> {
  const bytes = Buffer.from(encoded, 'base64');
  const numbers = new Float32Array(new Uint8Array(bytes).buffer);
  let offset = 0;
  return new Map(
    model.tensors.map(({ name, length }) => [name, numbers.slice(offset, (offset += length / 4))] as const),
  );
}
