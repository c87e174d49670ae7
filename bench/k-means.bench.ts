// Spherical k-means against scikit-learn and faiss, in turns, on equal threads, with equally many iterations, each from its
// own seeded start; needs a Python with both:
//   node --import tsx bench/k-means.bench.ts [ROWS] [CLUSTERS] [ITERATIONS] [THREADS] [REPEATS] [PYTHON]
// With `memory` in place of ROWS: the peak memory of this process for 100,000 and 400,000 rows that are made when read.
import { execFileSync } from 'node:child_process';
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import type { GraphEngine } from '../core/matrix/graph-engine.ts';
import { sphericalKMeans } from '../core/selection/spherical-k-means.ts';
import type { Timing } from './numeric-peer.ts';
import { DIMENSION, timeCells, timed, withContest } from './numeric-peer.ts';
import { inventedRows } from './row-sets.ts';
import { spread } from './sketch-engine.ts';

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
  const setting = { script: './k-means-peer.py', python, threads: Number(threads), count };
  await withContest(setting, async ({ peer, engine, source, greeting }) => {
    const shape = `${count} x ${DIMENSION}, ${clusters} clusters, ${iterations} iterations`;
    console.log(`${shape}, ${threads} threads, ${String(greeting['versions'])}; min / median / max`);
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
      const similarities = [
        rounds.map(({ ownSimilarity }) => ownSimilarity),
        rounds.map(({ otherSimilarity }) => otherSimilarity),
      ];
      console.log(`| ${library} | ${[...timeCells(rounds), ...similarities.map(spread)].join(' | ')} |`);
    }
  });
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
  const engine = createMatrixEngine(Number(threads));
  await clustersOf(inventedRows(count, DIMENSION, 2), engine);
  await engine.close();
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}
