// Sketches against PyTorch: the same kron-sum on the same weights and tokens, one thread each, in turns. Needs a Python
// with PyTorch:  node --import tsx bench/sketch-peer.bench.ts [REPEATS] [PYTHON]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { floatOutput } from '../core/graph/runner.ts';
import type { TokenSample } from '../core/models/encode.ts';
import { buildSketchGraph } from '../core/sketch/sketch-graph.ts';
import { defaultSketch, sketchDimension } from '../core/sketch/specification.ts';
import type { BatchShape } from './sketch-engine.ts';
import {
  BENCH_MODEL,
  batchShapes,
  feedsOf,
  openGraph,
  processorSeconds,
  randomBatch,
  spread,
} from './sketch-engine.ts';

interface PeerReply {
  readonly ready?: string;
  readonly seconds: number;
  readonly sketches: readonly (readonly number[])[];
}

interface Round {
  readonly own: number;
  readonly peer: number;
  readonly cosine: number;
}

const repeats = Number(process.argv[2] ?? 5);
const files = await openModel(BENCH_MODEL);
const peer = startPeer(process.argv[3] ?? '/usr/bin/python3');
console.log(`PyTorch ${(await peer.next()).ready ?? 'unknown'}`);
const graph = buildSketchGraph(configOf(files), files.tensors, defaultSketch);
const session = await openGraph(graph, files);
console.log('| samples x tokens | ours, tokens/s | PyTorch, tokens/s | ours / PyTorch | least cosine |');
console.log('| --- | --- | --- | --- | --- |');
for (const shape of batchShapes) await compare(shape);
peer.end();
await session.close();

async function compare(shape: BatchShape): Promise<void> {
  const samples = randomBatch(shape, configOf(files).vocabularySize);
  const rounds: Round[] = [];
  for (let round = 0; round <= repeats; round++) {
    const measured = await oneRound(samples);
    // The first round pays for memory that later ones find.
    if (round > 0) rounds.push(measured);
  }
  const tokens = shape.samples * shape.tokens;
  const least = Math.min(...rounds.map(({ cosine }) => cosine));
  const cells = [
    spread(rounds.map(({ own }) => tokens / own)),
    spread(rounds.map((round) => tokens / round.peer)),
    spread(rounds.map((round) => round.peer / round.own)),
    least.toFixed(7),
  ];
  console.log(`| ${shape.samples} x ${shape.tokens} | ${cells.join(' | ')} |`);
  if (!(least > 1 - 1e-3))
    throw new Error('the two sketches differ by more than 1e-3 in cosine: the times compare nothing');
}

async function oneRound(samples: readonly TokenSample[]): Promise<Round> {
  const [own, outputs] = await processorSeconds(() => session.run(feedsOf(files, samples, graph)));
  peer.send(samples);
  const { seconds, sketches } = await peer.next();
  const size = sketchDimension(defaultSketch, configOf(files));
  const rows = floatOutput(outputs, 'sketch');
  const cosines = sketches.map((row, index) => cosine(rows.subarray(index * size, (index + 1) * size), row));
  return { own, peer: seconds, cosine: Math.min(...cosines) };
}

function startPeer(python: string) {
  const script = new URL('./sketch-peer.py', import.meta.url).pathname;
  const environment = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(python, [script, files.folder], { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next(): Promise<PeerReply> {
      const line = await lines.next();
      if (line.done) throw new Error(`${python} sketch-peer.py ended early; does it have PyTorch?`);
      return JSON.parse(line.value) as PeerReply;
    },
    send(samples: readonly TokenSample[]): void {
      const tokens = samples.map(({ promptTokens, completionTokens }) => [...promptTokens, ...completionTokens]);
      child.stdin.write(`${JSON.stringify({ tokens, prompt: samples[0]?.promptTokens.length })}\n`);
    },
    end: () => child.stdin.end(),
  };
}

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [product, leftSquares, rightSquares] = [0, 0, 0];
  for (let index = 0; index < left.length; index++) {
    const [a, b] = [left[index] ?? 0, right[index] ?? 0];
    product += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  return product / Math.sqrt(leftSquares * rightSquares);
}
