// An encoder with a classification head against PyTorch: scores, gradients and three steps. Golden values in float64:
// scripts/golden/classifier.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEncoder } from '../../../adapters/models/embedding.ts';
import type { EncoderFiles } from '../../../adapters/models/embedding.ts';
import { writeWeights } from '../../../adapters/models/weights-file.ts';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { openTrainingSession } from '../../../adapters/onnx/training-session.ts';
import { readTensors } from '../../../adapters/trainer/embedded/decoder-training.ts';
import type { TrainingMethod } from '../../../contracts/trainers.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { createClassifier } from '../../../core/models/classifier.ts';
import type { Parameter } from '../../../core/models/parameters.ts';
import { initialAdamW } from '../../../core/training/adamw.ts';
import {
  buildClassifierTraining,
  classBatches,
  initialHead,
  trainedOfClassifier,
} from '../../../core/training/classifier-graph.ts';
import { takeSteps, type TrainingPlan } from '../../../core/training/loop.ts';
import { gradientName, gradientSoFar } from '../../../core/training/training-graph.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import { writeTinyEncoder } from '../../helpers/tiny-encoder.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/models/classifier.json', import.meta.url), 'utf8')) as {
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly rate: number;
  readonly loss: number;
  readonly scores: readonly (readonly number[])[];
  readonly gradients: Readonly<Record<string, readonly [number, number]>>;
  readonly losses: readonly number[];
  readonly after: readonly (readonly number[])[];
};
const classCount = 3;
const samples = golden.tokens.map((tokens, index) => ({ tokens, target: golden.targets[index]! }));

describe('an encoder with a classification head', () => {
  let root: string;
  let encoder: EncoderFiles;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-classifier-'));
    await writeTinyEncoder(join(root, 'tiny'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    encoder = await openEncoder(join(root, 'tiny'));
  });
  after(() => rm(root, { recursive: true }));

  async function training(method: TrainingMethod) {
    const { config, tensors, folder } = encoder;
    const trained = trainedOfClassifier(config, method, classCount);
    const head = initialHead(config, classCount, 'golden');
    const own = trained.filter(({ name }) => !head.has(name));
    const parameters = new Map([...(await readTensors(folder, tensors, own)), ...head]);
    const graph = buildClassifierTraining(config, tensors, { trained, classCount });
    return { trained, parameters, graph };
  }

  it('reads the tokens that the reference reads', () => {
    assert.deepEqual(golden.texts.map(encoder.tokensOf), golden.tokens);
  });

  it('has the gradients of the reference at every parameter', async (test) => {
    const { trained, parameters, graph } = await training({ kind: 'full' });
    const session = await openGraph(test, graph, encoder.folder);
    const held = (named: (name: string) => string, data: (parameter: Parameter) => Float32Array) =>
      Object.fromEntries(
        trained.map((parameter) => [
          named(parameter.name),
          { type: 'float32', dims: parameter.shape, data: data(parameter) } as const,
        ]),
      );
    let sums: ReadonlyMap<string, Float32Array> = new Map(
      trained.map(({ name }) => [name, new Float32Array(parameters.get(name)!.length)]),
    );
    let loss = 0;
    for (const batch of classBatches(encoder.config, samples)) {
      const outputs = await session.run({
        ...batch,
        ...held(
          (name) => name,
          ({ name }) => parameters.get(name)!,
        ),
        ...held(gradientSoFar, ({ name }) => sums.get(name)!),
      });
      sums = new Map(trained.map(({ name }) => [name, floatOutput(outputs, gradientName(name))]));
      loss += floatOutput(outputs, 'loss')[0]!;
    }
    assert.ok(Math.abs(loss - golden.loss) < 1e-5, `${loss} ${golden.loss}`);
    assert.deepEqual([...sums.keys()].sort(), Object.keys(golden.gradients).sort());
    for (const [name, [along, norm]] of Object.entries(golden.gradients)) {
      const gradient = sums.get(name)!;
      const found = gradient.reduce((sum, value, index) => sum + value * parameters.get(name)![index]!, 0);
      assert.ok(Math.abs(Math.hypot(...gradient) - norm) < 1e-4 * norm + 1e-6, name);
      assert.ok(Math.abs(found - along) < 1e-4 * norm + 1e-5, `${name}: ${found} ${along}`);
    }
  });

  it('takes the steps of the reference and has its scores before and after them', async (test) => {
    const { trained, parameters, graph } = await training({ kind: 'full' });
    await assertScores(parameters, golden.scores, 1e-5);
    const model = { bytes: encodeModel(graph), weightsFolder: encoder.folder };
    const session = await openTrainingSession({ model, trained });
    test.after(() => session.close());
    await session.load({ parameters, optimizer: initialAdamW(parameters) });
    const plan: Omit<TrainingPlan, 'packing'> = {
      ...{
        epochs: 3,
        batchSize: samples.length,
        key: 'golden',
        schedule: 'constant' as const,
        learningRate: golden.rate,
      },
      ...{ warmupShare: 0, weightDecay: 0, clipNorm: 1 },
    };
    const losses: number[] = [];
    for await (const { loss } of takeSteps(session, { plan, sampleCount: samples.length, stepsTaken: 0 }, (indices) =>
      classBatches(
        encoder.config,
        indices.map((index) => samples[index]!),
      ),
    ))
      losses.push(loss);
    assert.equal(losses.length, 3);
    losses.forEach((loss, index) => assert.ok(Math.abs(loss - golden.losses[index]!) < 1e-4, `${index}: ${loss}`));
    await assertScores((await session.save()).parameters, golden.after, 1e-3);
  });

  it('of the last block trains that block and the head, with the gradients that all of it has', async () => {
    const { trained } = await training({ kind: 'last-layers', layers: 1 });
    const names = trained.map(({ name }) => name);
    const isHead = (name: string): boolean => name.startsWith('pooler.') || name.startsWith('classifier.');
    assert.ok(names.every((name) => name.startsWith('encoder.layer.1.') || isHead(name)));
    assert.equal(names.length, 16 + 4);
  });

  it('gets no adapters', async () => {
    await assert.rejects(training({ kind: 'lora', rank: 2, alpha: 2, layers: 1 }), { type: 'InvalidConfig' });
  });

  async function assertScores(
    parameters: ReadonlyMap<string, Float32Array>,
    expected: readonly (readonly number[])[],
    tolerance: number,
  ): Promise<void> {
    const weightsFolder = await mkdtemp(join(root, 'weights-'));
    const sources = trainedOfClassifier(encoder.config, { kind: 'full' }, classCount).map(({ name, shape }) => {
      return { name, shape, read: () => Promise.resolve(parameters.get(name)!) };
    });
    const { tensors } = await writeWeights(weightsFolder, sources, { sha256: '', files: [] });
    const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder }, 1);
    const classifier = await createClassifier({ config: encoder.config, tensors, classCount, sessions: 1, open });
    const found = await classifier.logProbabilities(golden.tokens, new AbortController().signal);
    found.forEach((row, text) =>
      row.forEach((value, place) => {
        const difference = Math.abs(value - expected[text]![place]!);
        assert.ok(difference < tolerance, `${text} ${place}: ${difference}`);
      }),
    );
    await classifier.close();
  }
});
