// Sketches against what else makes per-sample projected gradients on a CPU, one thread each, in turns: PyTorch with hooks,
// which computes the same kron-sum on the same weights and tokens, and bergson, which computes its own blocks. Needs a
// Python with PyTorch, and bergson for that column:  node --import tsx bench/sketch-peer.bench.ts [REPEATS] [PYTHON]
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { floatOutput } from '../core/graph/runner.ts';
import type { TokenSample } from '../core/models/encode.ts';
import { buildSketchGraph } from '../core/sketch/sketch-graph.ts';
import { defaultSketch, sketchDimension } from '../core/sketch/specification.ts';
import type { Peer } from './numeric-peer.ts';
import { startPeer } from './numeric-peer.ts';
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
  readonly seconds: number;
  /** Where the peer computes what we do. */
  readonly sketches?: readonly (readonly number[])[];
}

interface Round {
  readonly own: number;
  readonly peers: readonly number[];
  /** The least between our sketches and those of a peer that computes the same; null without such a peer. */
  readonly cosine: number | null;
}

const scripts = ['./sketch-peer.py', './bergson-peer.py'];
const repeats = Number(process.argv[2] ?? 5);
const python = process.argv[3] ?? '/usr/bin/python3';
const files = await openModel(BENCH_MODEL);
const config = configOf(files);
const peers = await startedPeers();
const graph = buildSketchGraph(config, files.tensors, defaultSketch);
const session = await openGraph(graph, files);
const names = peers.map(({ name }) => name);
const heads = [
  'samples x tokens',
  'ours, tokens/s',
  ...names.flatMap((name) => [`${name}, tokens/s`, `ours / ${name}`]),
];
console.log(`| ${[...heads, 'least cosine'].join(' | ')} |\n|${' --- |'.repeat(heads.length + 1)}`);
for (const shape of batchShapes) await compare(shape);
for (const { peer } of peers) peer.end();
await session.close();

/** Those that this Python can run. */
async function startedPeers(): Promise<{ name: string; peer: Peer }[]> {
  const started = scripts.map(async (script) => {
    const peer = startPeer(python, script, 1);
    const { ready } = await peer.ask({ folder: files.folder });
    console.log(`${script}: ${String(ready)}`);
    return { name: String(ready).split(' ')[0]!, peer };
  });
  return (await Promise.allSettled(started)).flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    console.log(`left out: ${String(result.reason)}`);
    return [];
  });
}

async function compare(shape: BatchShape): Promise<void> {
  const samples = randomBatch(shape, config.vocabularySize);
  const rounds: Round[] = [];
  for (let round = 0; round <= repeats; round++) {
    const measured = await oneRound(samples);
    // The first round pays for memory that later ones find.
    if (round > 0) rounds.push(measured);
  }
  const tokens = shape.samples * shape.tokens;
  const cosines = rounds.flatMap((round) => round.cosine ?? []);
  const least = cosines.length === 0 ? null : Math.min(...cosines);
  const columns = peers.flatMap((_, peer) => [
    spread(rounds.map((round) => tokens / round.peers[peer]!)),
    spread(rounds.map((round) => round.peers[peer]! / round.own)),
  ]);
  const cells = [spread(rounds.map(({ own }) => tokens / own)), ...columns, least?.toFixed(7) ?? 'not compared'];
  console.log(`| ${shape.samples} x ${shape.tokens} | ${cells.join(' | ')} |`);
  if (least !== null && !(least > 1 - 1e-3))
    throw new Error('the two sketches differ by more than 1e-3 in cosine: the times compare nothing');
}

async function oneRound(samples: readonly TokenSample[]): Promise<Round> {
  const [own, outputs] = await processorSeconds(() => session.run(feedsOf(files, samples, graph)));
  const rows = floatOutput(outputs, 'sketch');
  const size = sketchDimension(defaultSketch, config);
  const tokens = samples.map(({ promptTokens, completionTokens }) => [...promptTokens, ...completionTokens]);
  const replies: PeerReply[] = [];
  for (const { peer } of peers) {
    replies.push((await peer.ask({ tokens, prompt: samples[0]!.promptTokens.length })) as unknown as PeerReply);
  }
  const cosines = replies.flatMap(({ sketches = [] }) =>
    sketches.map((row, index) => cosine(rows.subarray(index * size, (index + 1) * size), row)),
  );
  return {
    own,
    peers: replies.map(({ seconds }) => seconds),
    cosine: cosines.length === 0 ? null : Math.min(...cosines),
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
