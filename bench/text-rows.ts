// Short rows for the benches of the text gates, made by a seeded generator from real rows: three sentences of GSM8K train
// questions a row, some 45 words. Row r is the same whatever is made with it.
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chanceAt } from '../tasks/chance.ts';
import type { Chance } from '../tasks/chance.ts';
import type { BenchmarkRow } from '../core/text/decontamination-index.ts';

/** The folder of real problems; the files are those of a usual download of each set. */
export const MATH_FOLDER = '../shared/data/math';

type Fields = Readonly<Record<string, unknown>>;

/** One text of each row of a file, by the name of its column. */
export function readColumn(folder: string, file: string, column: string): string[] {
  return readJsonRows(folder, file).map((row) => String(row[column]));
}

/** All problems that models are graded on, by benchmark. */
export function mathBenchmarks(folder: string): BenchmarkRow[] {
  const named = (benchmark: string, texts: readonly string[]) =>
    texts.map((text, row) => ({ benchmark, rowId: String(row), text }));
  return [
    ...named('gsm8k', readColumn(folder, 'gsm8k-test.jsonl', 'question')),
    ...named(
      'svamp',
      readJsonRows(folder, 'svamp.json').map((row) => `${String(row['Body'])} ${String(row['Question'])}`),
    ),
    ...named('multiarith', readColumn(folder, 'multiarith.json', 'sQuestion')),
    ...named('olympiadbench', readColumn(folder, 'olympiadbench.jsonl', 'question')),
    ...['math-test', 'aime24', 'aime25', 'amc23', 'minerva-math'].flatMap((name) =>
      named(name, readColumn(folder, `${name}.jsonl`, 'problem')),
    ),
  ];
}

/**
 * Makes row `row` from sentences of `questions`: one in twenty repeats one of the thousand rows before it, one in twenty does so with a
 * word or two changed, and one in a hundred is a text of `leaked` with a sentence after it.
 */
export function rowMaker(questions: readonly string[], leaked: readonly string[]): (row: number) => string {
  const parts = questions.map(sentencesOf);
  const fresh = (row: number): string => {
    const chance = chanceAt('text-rows', 'fresh', row);
    const sentences = [0, 1].map(() => chance.pick(chance.pick(parts)));
    return [...sentences, chance.pick(parts).at(-1)].join(' ');
  };
  return (row) => {
    const chance = chanceAt('text-rows', 'kind', row);
    const kind = row < 1000 ? 0.5 : chance.next();
    if (kind < 0.01) return `${chance.pick(leaked)} ${chance.pick(chance.pick(parts))}`;
    if (kind < 0.9) return fresh(row);
    const earlier = fresh(row - chance.whole(1, 1000));
    return kind < 0.95 ? earlier : withChangedWords(earlier, chance);
  };
}

/** Writes rows 0 to count - 1 as `{"id", "text"}` lines into `files` files of equal size and gives their paths. */
export async function writeRows(
  folder: string,
  count: number,
  files: number,
  textOf: (row: number) => string,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: files }, (_, file) => join(folder, `${String(file).padStart(5, '0')}.jsonl`));
  for (const [file, path] of paths.entries()) {
    const out = createWriteStream(path);
    const end = Math.floor(((file + 1) * count) / files);
    for (let row = Math.floor((file * count) / files); row < end; row++) {
      const fits = out.write(`${JSON.stringify({ id: String(row), text: textOf(row) })}\n`);
      if (!fits) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
  }
  return paths;
}

export function sentencesOf(text: string): string[] {
  return text.match(/[^.!?]+(?:[.!?]+(?!\d)|\.\d[^.!?]*)*\s*/g)?.map((sentence) => sentence.trim()) ?? [text];
}

function withChangedWords(text: string, chance: Chance): string {
  const words = text.split(' ');
  for (let change = 0; change < 2; change++) words[chance.whole(0, words.length - 1)] = 'other';
  return words.join(' ');
}

function readJsonRows(folder: string, file: string): Fields[] {
  const text = readFileSync(join(folder, file), 'utf8');
  if (file.endsWith('.json')) return JSON.parse(text) as Fields[];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fields);
}
