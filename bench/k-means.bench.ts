// Spherical k-means against scikit-learn and faiss, in turns, on equal threads, with equally many iterations, each from its
// own seeded start; needs a Python with both:
//   node --import tsx bench/k-means.bench.ts [ROWS] [CLUSTERS] [ITERATIONS] [THREADS] [REPEATS] [PYTHON]
// With `memory` in place of ROWS: the peak memory of this process for 100,000 and 400,000 rows that are made when read.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxRuntime, sessionPool } from '../adapters/onnx/runtime.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { GraphEngine } from '../core/matrix/graph-engine.ts';
import { sphericalKMeans } from '../core/selection/spherical-k-means.ts';
import type { Timing } from './numeric-peer.ts';
import { startPeer, timed } from './numeric-peer.ts';
import { inventedRows, writeRowFile } from './row-sets.ts';
import { spread } from './sketch-engine.ts';

const DIMENSION = 1024;
const [
  what = '100000',
  clusters = '1000',
  iterations = '20',
  threads = '2',
  repeats = '3',
  python = '/usr/bin/python3',
] = process.argv.slice(2);

interface Round {
  readonly own: Timing;
  readonly other: Timing;
  readonly ownSimilarity: number;
  readonly otherSimilarity: number;
}

if (what === 'memory') compareMemory();
else if (what.startsWith('peak=')) await reportPeak(Number(what.slice(5)));
else await compare(Number(what));

async function compare(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'k-means-'));
  const peer = startPeer(python, './k-means-peer.py', Number(threads));
  const engine = openEngine();
  try {
    const path = join(folder, 'rows.f32');
    const source = rowsInMemory(await writeRowFile(path, inventedRows(count, DIMENSION)));
    const { versions } = await peer.ask({ rows: path, dimension: DIMENSION });
    const shape = `${count} x ${DIMENSION}, ${clusters} clusters, ${iterations} iterations`;
    console.log(`${shape}, ${threads} threads, ${String(versions)}; min / median / max`);
    console.log(
      '| peer | ours, CPU s | peer, CPU s | ours / peer, CPU | ours / peer, wall | mean cosine, ours | mean cosine, peer |',
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- |');
    for (const library of ['scikit-learn', 'faiss']) {
      const rounds: Round[] = [];
      for (let round = 0; round < Number(repeats); round++) {
        const [own, { meanSimilarity }] = await timed(() => clustersOf(source, engine));
        const request = { library, clusters: Number(clusters), iterations: Number(iterations) };
        const answer = await peer.ask(request);
        const other = { processor: Number(answer['processor']), wall: Number(answer['wall']) };
        const otherSimilarity = Number(answer['similarity']);
        rounds.push({ own, other, ownSimilarity: meanSimilarity, otherSimilarity });
      }
      console.log(`| ${library} | ${cellsOf(rounds).join(' | ')} |`);
    }
  } finally {
    peer.end();
    await engine.close();
    await rm(folder, { recursive: true });
  }
}

function cellsOf(rounds: readonly Round[]): string[] {
  return [
    spread(rounds.map(({ own }) => own.processor)),
    spread(rounds.map(({ other }) => other.processor)),
    spread(rounds.map(({ own, other }) => own.processor / other.processor)),
    spread(rounds.map(({ own, other }) => own.wall / other.wall)),
    spread(rounds.map(({ ownSimilarity }) => ownSimilarity)),
    spread(rounds.map(({ otherSimilarity }) => otherSimilarity)),
  ];
}

function clustersOf(source: RowSource, engine: GraphEngine) {
  const maximumIterations = Number(iterations);
  return sphericalKMeans(source, {
    clusterCount: Number(clusters),
    key: 'bench',
    maximumIterations,
    tolerance: 0,
    engine,
  });
}

function openEngine(): GraphEngine {
  const runtime = createOnnxRuntime();
  const count = Number(threads);
  return new GraphEngine({ count, open: (model) => sessionPool(runtime, model, count) });
}

function compareMemory(): void {
  console.log('| rows | peak resident memory, MB |');
  console.log('| --- | --- |');
  for (const count of [100_000, 400_000]) {
    const script = new URL(import.meta.url).pathname;
    const settings = [`peak=${count}`, clusters, '2', threads];
    console.log(
      `| ${count} | ${execFileSync(process.execPath, ['--import', 'tsx', script, ...settings])
        .toString()
        .trim()} |`,
    );
  }
}

async function reportPeak(count: number): Promise<void> {
  const engine = openEngine();
  await clustersOf(inventedRows(count, DIMENSION, 2), engine);
  await engine.close();
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}
