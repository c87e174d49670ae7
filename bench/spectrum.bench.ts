// G-Vendi of many rows against NumPy, in turns and on equal threads, from rows in memory to the value; needs a Python with
// NumPy:  node --import tsx bench/spectrum.bench.ts [ROWS] [THREADS] [REPEATS] [PYTHON]
// With `memory` in place of ROWS: the peak memory of this process for 100,000 and 400,000 rows that are made when read.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxRuntime, sessionPool } from '../adapters/onnx/runtime.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { gVendiOf } from '../core/diversity/source-spectrum.ts';
import { GraphEngine } from '../core/matrix/graph-engine.ts';
import type { Timing } from './numeric-peer.ts';
import { startPeer, timed } from './numeric-peer.ts';
import { inventedRows, writeRowFile } from './row-sets.ts';
import { spread } from './sketch-engine.ts';

const DIMENSION = 1024;
const [what = '100000', threads = '2', repeats = '7', python = '/usr/bin/python3'] = process.argv.slice(2);

if (what === 'memory') compareMemory();
else if (what.startsWith('peak=')) await reportPeak(Number(what.slice(5)));
else await compare(Number(what));

async function compare(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrum-'));
  const peer = startPeer(python, './spectrum-peer.py', Number(threads));
  const engine = openEngine();
  try {
    const path = join(folder, 'rows.f32');
    const source = rowsInMemory(await writeRowFile(path, inventedRows(count, DIMENSION)));
    const { numpy } = await peer.ask({ rows: path, dimension: DIMENSION });
    console.log(`${count} x ${DIMENSION}, ${threads} threads, NumPy ${String(numpy)}; min / median / max`);
    console.log(
      '| NumPy in | ours, CPU s | NumPy, CPU s | ours / NumPy, CPU | ours / NumPy, wall | difference of the values |',
    );
    console.log('| --- | --- | --- | --- | --- | --- |');
    for (const type of ['float32', 'float64']) await compareWith(type);

    async function compareWith(type: string): Promise<void> {
      const rounds: { own: Timing; other: Timing; off: number }[] = [];
      for (let round = 0; round <= Number(repeats); round++) {
        const [own, { value }] = await timed(() => gVendiOf(source, engine));
        const answer = await peer.ask({ type });
        const other = { processor: Number(answer['processor']), wall: Number(answer['wall']) };
        // The first round pays for memory, threads and compiling, which later ones find done.
        if (round > 0) rounds.push({ own, other, off: Math.abs(value / Number(answer['value']) - 1) });
      }
      const cells = [
        spread(rounds.map(({ own }) => own.processor)),
        spread(rounds.map(({ other }) => other.processor)),
        spread(rounds.map(({ own, other }) => own.processor / other.processor)),
        spread(rounds.map(({ own, other }) => own.wall / other.wall)),
        Math.max(...rounds.map(({ off }) => off)).toExponential(1),
      ];
      console.log(`| ${type} | ${cells.join(' | ')} |`);
    }
  } finally {
    peer.end();
    await engine.close();
    await rm(folder, { recursive: true });
  }
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
    const peak = execFileSync(process.execPath, ['--import', 'tsx', script, `peak=${count}`, threads]).toString();
    console.log(`| ${count} | ${peak.trim()} |`);
  }
}

async function reportPeak(count: number): Promise<void> {
  const engine = openEngine();
  await gVendiOf(inventedRows(count, DIMENSION, 2), engine);
  await engine.close();
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}
