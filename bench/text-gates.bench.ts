// Near duplicates, exact duplicates and n-gram decontamination from JSON lines to JSON lines, against datatrove on two workers, in
// turns, each run a process of its own; then one large run of each, and our peak memory at three sizes:
//   node --import tsx bench/text-gates.bench.ts [ROWS] [REPEATS] [LARGE] [PYTHON] [DATA]
// LARGE 0 leaves the large run and the memory out. DATA is the folder of real problems that rows and benchmarks are made of.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Peer, Timing } from './numeric-peer.ts';
import { startPeer } from './numeric-peer.ts';
import { spread } from './sketch-engine.ts';
import { runGate, STATED_BYTES, type Work } from './text-gates-own.ts';
import { MATH_FOLDER, mathBenchmarks, readColumn, rowMaker, writeRows } from './text-rows.ts';

const settings = process.argv.slice(2);
const [rows = '100000', repeats = '3', large = '1000000', python = '/usr/bin/python3', data = MATH_FOLDER] = settings;

/** Processes of the peer; ours is one thread. */
const WORKERS = 2;
const WORKS = ['near-duplicates', 'decontamination'] as const;
/** How the peer reads words: its default, by spaCy, and the quickest it has, by blanks. */
const LANGUAGES = { default: 'eng', quickest: 'grt' } as const;
const COLUMNS = [
  'work',
  'rows',
  'peer reads words by',
  'ours, rows/s',
  'peer, rows/s',
  'ours / peer, rows/s',
  'ours, CPU s',
  'peer, CPU s',
  'MB, ours and peer',
  'kept, ours and peer',
];

interface Run extends Timing {
  /** MB. */
  readonly peak: number;
  /** Rows. */
  readonly kept: number;
}

if (rows === 'own') await reportOwn();
else await compareAll();

/** In a process of its own, so that its peak memory is that of one run. */
async function reportOwn(): Promise<void> {
  const [, name, folder, out, benchmarks] = settings as [string, Work, string, string, string];
  const start = performance.now();
  const kept = await runGate(name, { folder, out, benchmarks });
  const { user, system } = process.cpuUsage();
  const times = { processor: (user + system) / 1e6, wall: (performance.now() - start) / 1e3 };
  // Kilobytes, the greatest resident size so far.
  console.log(JSON.stringify({ ...times, peak: process.resourceUsage().maxRSS / 1024, kept } satisfies Run));
}

interface Contest {
  readonly peer: Peer;
  readonly work: string;
  /** The folder of so many rows, which are made once for each size. */
  rowsOf(count: number): Promise<string>;
}

async function compareAll(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'text-gates-'));
  const benchmarkRows = mathBenchmarks(data);
  const questions = readColumn(data, 'gsm8k-train.jsonl', 'question');
  const textOf = rowMaker(
    questions,
    benchmarkRows.map(({ text }) => text),
  );
  await writeFile(join(work, 'benchmarks.jsonl'), benchmarkRows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const peer = startPeer(python, './datatrove-peer.py', 1);
  const rowsOf = async (count: number): Promise<string> => {
    const folder = join(work, `rows-${count}`);
    if (!existsSync(folder)) await writeRows(folder, count, WORKERS, textOf);
    return folder;
  };
  const contest = { peer, work, rowsOf };
  try {
    console.log(`| ${COLUMNS.join(' | ')} |\n| ${COLUMNS.map(() => '---').join(' | ')} |`);
    for (const language of ['default', 'quickest'] as const)
      await compare(contest, Number(rows), Number(repeats), language);
    if (Number(large) === 0) return;
    await compare(contest, Number(large), 1, 'quickest');
    await memory(contest);
  } finally {
    peer.end();
    await rm(work, { recursive: true });
  }
}

async function compare(
  contest: Contest,
  count: number,
  rounds: number,
  language: keyof typeof LANGUAGES,
): Promise<void> {
  const { work, rowsOf } = contest;
  const folder = await rowsOf(count);
  for (const name of WORKS) {
    const runs: { own: Run; other: Run }[] = [];
    for (let round = 0; round < rounds; round++) {
      runs.push({ own: runOwn(work, name, folder), other: await runPeer(contest, name, folder, LANGUAGES[language]) });
    }
    const rate = (side: 'own' | 'other') => runs.map((run) => count / run[side].wall);
    const cells = [
      spread(rate('own')),
      spread(rate('other')),
      spread(runs.map(({ own, other }) => other.wall / own.wall)),
      spread(runs.map(({ own }) => own.processor)),
      spread(runs.map(({ other }) => other.processor)),
      bothSides(runs, 'peak'),
      bothSides(runs, 'kept'),
    ];
    console.log(`| ${[name, count, language, ...cells].join(' | ')} |`);
    if (name === 'near-duplicates') console.log(await agreement(work, count));
  }
}

function bothSides(runs: readonly { own: Run; other: Run }[], field: 'peak' | 'kept'): string {
  const most = (side: 'own' | 'other') => Math.round(Math.max(...runs.map((run) => run[side][field])));
  return `${most('own')}, ${most('other')}`;
}

async function memory({ work, rowsOf }: Contest): Promise<void> {
  console.log('| work | rows | peak, MB | less the stated bytes a row, MB | rows/s |\n| --- | --- | --- | --- | --- |');
  for (const name of Object.keys(STATED_BYTES) as Work[]) {
    for (const count of [0.1, 0.3, 1].map((share) => share * Number(large))) {
      const { peak, wall } = runOwn(work, name, await rowsOf(count));
      const rest = peak - (STATED_BYTES[name] * count) / 2 ** 20;
      console.log(`| ${[name, count, Math.round(peak), Math.round(rest), Math.round(count / wall)].join(' | ')} |`);
    }
  }
}

function runOwn(work: string, name: Work, folder: string): Run {
  const script = new URL(import.meta.url).pathname;
  const own = ['own', name, folder, join(work, 'own'), join(work, 'benchmarks.jsonl')];
  return JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', script, ...own], { encoding: 'utf8' })) as Run;
}

async function runPeer({ peer, work }: Contest, name: Work, folder: string, language: string): Promise<Run> {
  const request = { work: name, rows: folder, out: join(work, 'peer'), workers: WORKERS, language };
  const decontamination = { benchmarks: join(work, 'benchmarks.jsonl'), ngram: 10 };
  return (await peer.ask(name === 'decontamination' ? { ...request, ...decontamination } : request)) as unknown as Run;
}

/** Whether both sides put a row in a group of near duplicates. */
async function agreement(work: string, count: number): Promise<string> {
  const bytes = await readFile(join(work, 'own', 'firsts.i32'));
  const firsts = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const own = new Set<number>();
  firsts.forEach((first, row) => {
    if (first === row) return;
    own.add(first);
    own.add(row);
  });
  const clusters = JSON.parse(readFileSync(join(work, 'peer', 'clusters.json'), 'utf8')) as [number, number, number][];
  const other = new Set(clusters.map(([file, row]) => Math.floor((file * count) / WORKERS) + row));
  const both = [...own].filter((row) => other.has(row)).length;
  const apart = own.size + other.size - 2 * both;
  const share = (100 * (1 - apart / count)).toFixed(3);
  return `verdicts on near duplicates: ${both} rows in a group on both sides, ${own.size - both} on ours only, ${other.size - both} on the peer's only; ${share} % of rows alike`;
}
