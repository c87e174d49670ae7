// Our side of text-gates.bench.ts: JSON lines in, kept JSON lines out.
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchmarkRow } from '../core/text/decontamination-index.ts';
import { buildDecontaminationIndex, countCommonNgrams } from '../core/text/decontamination-index.ts';
import { decontaminationProfiles } from '../core/text/decontamination-profiles.ts';
import { openDecontamination } from '../core/text/decontamination.ts';
import { openExactDuplicates } from '../core/text/exact-duplicates.ts';
import { openNearDuplicates } from '../core/text/near-duplicates.ts';

/** Bytes that our finders say they hold of a row at their peak: keys, groups and slots; decontamination holds nothing. */
export const STATED_BYTES = { 'near-duplicates': 112 + 16, 'exact-duplicates': 12 + 12, decontamination: 0 } as const;

export type Work = keyof typeof STATED_BYTES;

export interface Files {
  /** Of `{"text"}` lines, in the order of their names. */
  readonly folder: string;
  readonly out: string;
  /** `{"benchmark", "rowId", "text"}` lines. */
  readonly benchmarks: string;
}

type Keeps = (text: string) => boolean;

const gates: Readonly<Record<Work, (inputs: readonly string[], files: Files) => Promise<Keeps>>> = {
  'near-duplicates': nearDuplicateGate,
  'exact-duplicates': exactDuplicateGate,
  decontamination: contaminationGate,
};

/** Gives how many rows are kept. */
export async function runGate(work: Work, files: Files): Promise<number> {
  const inputs = (await readdir(files.folder)).sort().map((name) => join(files.folder, name));
  await mkdir(files.out, { recursive: true });
  return writeKept(inputs, files.out, await gates[work](inputs, files));
}

async function nearDuplicateGate(inputs: readonly string[], { out }: Files): Promise<Keeps> {
  const finder = openNearDuplicates();
  await eachText(inputs, (text) => finder.add(text));
  const groups = finder.finish();
  const firsts = new Int32Array(groups.count).map((_, row) => groups.firstOf(row));
  await writeFile(join(out, 'firsts.i32'), firsts);
  let row = 0;
  return () => firsts[row] === row++;
}

function exactDuplicateGate(): Promise<Keeps> {
  const finder = openExactDuplicates();
  let row = 0;
  return Promise.resolve((text) => finder.add(text) === row++);
}

async function contaminationGate(inputs: readonly string[], { benchmarks }: Files): Promise<Keeps> {
  const lines = readFileSync(benchmarks, 'utf8').split('\n').filter(Boolean);
  const rows = lines.map((line) => JSON.parse(line) as BenchmarkRow);
  const counter = countCommonNgrams(buildDecontaminationIndex(rows, decontaminationProfiles.prismatic));
  await eachText(inputs, (text) => counter.add(text));
  const decontamination = openDecontamination(counter.finish());
  return (text) => decontamination.inspect(text) === null;
}

async function eachText(inputs: readonly string[], use: (text: string) => void): Promise<void> {
  for (const file of inputs) {
    for await (const line of linesOf(file)) use((JSON.parse(line) as { text: string }).text);
  }
}

async function writeKept(inputs: readonly string[], out: string, keeps: Keeps): Promise<number> {
  let count = 0;
  for (const file of inputs) {
    const sink = createWriteStream(join(out, `kept-${file.split('/').at(-1)!}`));
    for await (const line of linesOf(file)) {
      if (!keeps((JSON.parse(line) as { text: string }).text)) continue;
      count++;
      if (!sink.write(`${line}\n`)) await once(sink, 'drain');
    }
    sink.end();
    await once(sink, 'finish');
  }
  return count;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, { highWaterMark: 1 << 18 }) });
}
