// Training steps of the embedded trainer against the same steps in PyTorch, one thread each, in turns: same weights, batches and
// micro-batches, float32. Peak memory is that of a process that takes the same steps alone.
//   node --import tsx bench/trainer.bench.ts [REPEATS] [PYTHON]
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { openDecoderTraining } from '../adapters/trainer/embedded/decoder-training.ts';
import type { TrainingMethod } from '../contracts/trainers.ts';
import { inputLength, type TokenSample } from '../core/models/encode.ts';
import { defaultAdamW } from '../core/training/adamw.ts';
import { encodeMicroBatch } from '../core/training/encode-rows.ts';
import { microBatchTokens, planMicroBatches } from '../core/training/micro-batches.ts';
import type { StepOutcome } from '../core/training/training-session.ts';
import { startPeer } from './numeric-peer.ts';
import { BENCH_MODEL, processorSeconds, randomBatch, spread } from './sketch-engine.ts';

const methods: Readonly<Record<string, TrainingMethod>> = {
  lora: { kind: 'lora', rank: 16, alpha: 32, layers: 8 },
  full: { kind: 'full' },
};
const shapes = [
  { samples: 8, tokens: 64 },
  { samples: 8, tokens: 128 },
  { samples: 4, tokens: 256 },
];
const rate = 1e-5;
const memoryShape = shapes[1]!;
const memorySteps = 3;

interface Reply extends StepOutcome {
  readonly seconds: number;
  readonly peak: number;
}

interface Trainee {
  /** Tokens of random samples, the second half of each learned. */
  step(samples: readonly TokenSample[]): Promise<Reply>;
  end(): Promise<void>;
}

const files = await openModel(BENCH_MODEL);
const config = configOf(files);
const [first = '5', second = '/usr/bin/python3'] = process.argv.slice(2);
if (first === 'memory') await printOwnMemory(second);
else for (const name of Object.keys(methods)) await compare(name, Number(first), second);

async function compare(name: string, repeats: number, python: string): Promise<void> {
  const [own, peer] = [await startOwn(methods[name]!), await startPyTorch(methods[name]!, python)];
  console.log(
    `${name}\n\n| samples x tokens | ours, tokens/s | PyTorch, tokens/s | ours / PyTorch | loss, norm | theirs |`,
  );
  console.log(`|${' --- |'.repeat(6)}`);
  for (const shape of shapes) {
    const samples = randomBatch(shape, config.vocabularySize);
    const rounds: { own: Reply; peer: Reply }[] = [];
    for (let round = 0; round <= repeats; round++) {
      rounds.push({ own: await own.step(samples), peer: await peer.step(samples) });
    }
    // The first round pays for memory that later ones find.
    const counted = rounds.slice(1);
    const tokens = shape.samples * shape.tokens;
    const cells = [
      spread(counted.map((round) => tokens / round.own.seconds)),
      spread(counted.map((round) => tokens / round.peer.seconds)),
      spread(counted.map((round) => round.peer.seconds / round.own.seconds)),
    ];
    const results = [rounds[0]!.own, rounds[0]!.peer].map(({ loss, norm }) => `${loss.toFixed(4)}, ${norm.toFixed(4)}`);
    console.log(`| ${shape.samples} x ${shape.tokens} | ${[...cells, ...results].join(' | ')} |`);
  }
  await own.end();
  await peer.end();
  const memory = await comparedMemory(name, python);
  console.log(`\npeak memory, ${memoryShape.samples} x ${memoryShape.tokens}: ${memory}\n`);
}

async function startOwn(method: TrainingMethod): Promise<Trainee> {
  const weights = { config, folder: dirname(files.weightsPath), tensors: files.tensors };
  const { session, start } = await openDecoderTraining(weights, { method, packing: false });
  await session.load(await start('bench'));
  return {
    async step(samples) {
      const options = { packing: false, batchSize: samples.length };
      const [seconds, outcome] = await processorSeconds(() => {
        const batches = plan(samples).map((batch) => encodeMicroBatch(config, samples, batch, options));
        return session.step({ batches, learningRate: rate, settings: defaultAdamW });
      });
      // Kilobytes, the greatest resident size so far.
      return { ...outcome, seconds, peak: process.resourceUsage().maxRSS * 1024 };
    },
    end: () => session.close(),
  };
}

async function startPyTorch(method: TrainingMethod, python: string): Promise<Trainee> {
  const peer = startPeer(python, './trainer-peer.py', 1);
  const { rank = 1, alpha = 1, layers = 0 } = method as Partial<Extract<TrainingMethod, { kind: 'lora' }>>;
  await peer.ask({ folder: files.folder, method: method.kind, rank, alpha, layers });
  return {
    async step(samples) {
      const rows = samples.map(({ promptTokens, completionTokens }) => [...promptTokens, ...completionTokens]);
      const batches = plan(samples).map((batch) => batch.rows.map(([sample]) => rows[sample!]!));
      return (await peer.ask({ batches, prompt: samples[0]!.promptTokens.length, rate })) as unknown as Reply;
    },
    end() {
      peer.end();
      return Promise.resolve();
    },
  };
}

function plan(samples: readonly TokenSample[]) {
  if (samples.some((sample) => inputLength(sample) % 16 !== 0)) throw new Error('these samples would be padded');
  return planMicroBatches(samples, { packing: false, tokenBudget: microBatchTokens(config) });
}

async function comparedMemory(name: string, python: string): Promise<string> {
  const own = [...process.execArgv, process.argv[1]!, 'memory', name];
  const ours = Number(execFileSync(process.execPath, own, { encoding: 'utf8' }));
  const theirs = await peakOf(await startPyTorch(methods[name]!, python));
  const [a, b] = [ours, theirs].map((bytes) => (bytes / 1e6).toFixed(0));
  return `ours ${a} MB, PyTorch ${b} MB, ours / PyTorch ${(ours / theirs).toFixed(2)}`;
}

async function printOwnMemory(name: string): Promise<void> {
  console.log(await peakOf(await startOwn(methods[name]!)));
}

async function peakOf(trainee: Trainee): Promise<number> {
  const samples = randomBatch(memoryShape, config.vocabularySize);
  let peak = 0;
  for (let step = 0; step < memorySteps; step++) peak = (await trainee.step(samples)).peak;
  await trainee.end();
  return peak;
}
