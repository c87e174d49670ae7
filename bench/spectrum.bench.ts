// G-Vendi of many rows against NumPy, in turns and on equal threads, from rows in memory to the value; needs a Python with
// NumPy:  node --import tsx bench/spectrum.bench.ts [ROWS] [THREADS] [REPEATS] [PYTHON]
// With `memory` in place of ROWS: the peak memory of this process for 100,000 and 400,000 rows that are made when read.
import { execFileSync } from 'node:child_process';
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import { gVendiOf } from '../core/diversity/source-spectrum.ts';
import type { Timing } from './numeric-peer.ts';
import { DIMENSION, timeCells, timed, withContest } from './numeric-peer.ts';
import { inventedRows } from './row-sets.ts';

const [what = '100000', threads = '2', repeats = '7', python = '/usr/bin/python3'] = process.argv.slice(2);

if (what === 'memory') compareMemory();
else if (what.startsWith('peak=')) await reportPeak(Number(what.slice(5)));
else await compare(Number(what));

async function compare(count: number): Promise<void> {
  const setting = { script: './spectrum-peer.py', python, threads: Number(threads), count };
  await withContest(setting, async ({ peer, engine, source, greeting }) => {
    console.log(`${count} x ${DIMENSION}, ${threads} threads, NumPy ${String(greeting['numpy'])}; min / median / max`);
    console.log(
      '| NumPy in | ours, CPU s | NumPy, CPU s | ours / NumPy, CPU | ours / NumPy, wall | difference of the values |',
    );
    console.log('| --- | --- | --- | --- | --- | --- |');
    for (const type of ['float32', 'float64']) {
      const rounds: { own: Timing; other: Timing; off: number }[] = [];
      for (let round = 0; round <= Number(repeats); round++) {
        const [own, { value }] = await timed(() => gVendiOf(source, engine));
        const answer = await peer.ask({ type });
        const other = { processor: Number(answer['processor']), wall: Number(answer['wall']) };
        // The first round pays for memory, threads and compiling, which later ones find done.
        if (round > 0) rounds.push({ own, other, off: Math.abs(value / Number(answer['value']) - 1) });
      }
      const cells = [...timeCells(rounds), Math.max(...rounds.map(({ off }) => off)).toExponential(1)];
      console.log(`| ${type} | ${cells.join(' | ')} |`);
    }
  });
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
  const engine = createMatrixEngine(Number(threads));
  await gVendiOf(inventedRows(count, DIMENSION, 2), engine);
  await engine.close();
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}
