// Near duplicates of real problems with planted ones, ours and datatrove's, by the true similarity of each planted pair: both must follow
// the probability that MinHash promises.
//   node --import tsx bench/near-duplicate-parity.bench.ts [PYTHON] [DATA]
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATATROVE_MINHASH, shareProbability } from '../core/text/minhash.ts';
import { openNearDuplicates } from '../core/text/near-duplicates.ts';
import { foldedWords } from '../core/text/words.ts';
import { chanceAt } from '../tasks/chance.ts';
import { startPeer } from './numeric-peer.ts';
import { MATH_FOLDER, readColumn, writeRows } from './text-rows.ts';

const [python = '/usr/bin/python3', data = MATH_FOLDER] = process.argv.slice(2);

/** Planted for every number of changed words from 0 to 7. */
const PLANTED = 600;
const BINS = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const problems = [
  ...readColumn(data, 'gsm8k-train.jsonl', 'question'),
  ...readColumn(data, 'math-train-answers.jsonl', 'problem'),
];
const planted = Array.from({ length: 8 * PLANTED }, (_, index) => plant(index));
const texts = [...problems, ...planted.map(({ text }) => text)];

const finder = openNearDuplicates();
for (const text of texts) finder.add(text);
const groups = finder.finish();
const own = texts.map((_, row) => groups.firstOf(row));
const other = await groupsOfPeer();

const counted = new Map<readonly number[], Map<number, number>>();
report();

interface Planted {
  readonly text: string;
  readonly of: number;
  readonly similarity: number;
}

function plant(index: number): Planted {
  const chance = chanceAt('parity', 'plant', index);
  const of = chance.whole(0, problems.length - 1);
  const words = problems[of]!.split(' ');
  for (let change = 0; change < Math.floor(index / PLANTED); change++) {
    words[chance.whole(0, words.length - 1)] = `other${'abcdefghijklmnop'[change]!}`;
  }
  const text = words.join(' ');
  return { text, of, similarity: similarity(gramsOf(problems[of]!), gramsOf(text)) };
}

function gramsOf(text: string): Set<string> {
  const words = foldedWords(text);
  const starts = Array.from({ length: Math.max(0, words.length - DATATROVE_MINHASH.ngram + 1) }, (_, at) => at);
  return new Set(starts.map((at) => words.slice(at, at + DATATROVE_MINHASH.ngram).join(' ')));
}

/** Jaccard; 0 where there is no n-gram. */
function similarity(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  const shared = [...first].filter((gram) => second.has(gram)).length;
  return shared === 0 ? 0 : shared / (first.size + second.size - shared);
}

/** A number for each row, equal within a group. */
async function groupsOfPeer(): Promise<number[]> {
  const work = await mkdtemp(join(tmpdir(), 'parity-'));
  const peer = startPeer(python, './datatrove-peer.py', 1);
  try {
    const rows = join(work, 'rows');
    await writeRows(rows, texts.length, 1, (row) => texts[row]!);
    await peer.ask({ work: 'near-duplicates', rows, out: join(work, 'out'), workers: 1, language: 'eng' });
    const clusters = JSON.parse(await readFile(join(work, 'out', 'clusters.json'), 'utf8')) as [
      number,
      number,
      number,
    ][];
    const found = texts.map((_, row) => -1 - row);
    for (const [, row, cluster] of clusters) found[row] = cluster;
    return found;
  } finally {
    peer.end();
    await rm(work, { recursive: true });
  }
}

function report(): void {
  console.log('| similarity of a planted pair | pairs | promised, % | ours, % | datatrove, % | both sides alike, % |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [bin, least] of BINS.entries()) {
    const most = BINS[bin + 1] ?? 2;
    const pairs = planted.flatMap((pair, index) =>
      pair.similarity >= least && pair.similarity < most ? [{ ...pair, row: problems.length + index }] : [],
    );
    if (pairs.length === 0) continue;
    const found = (sides: readonly number[]) => pairs.map(({ of, row }) => sides[of] === sides[row]);
    const [ours, theirs] = [found(own), found(other)];
    const promised = pairs.map((pair) => shareProbability(pair.similarity, DATATROVE_MINHASH));
    const cells = [
      promised.reduce((sum, value) => sum + value, 0),
      ours.filter(Boolean).length,
      theirs.filter(Boolean).length,
      ours.filter((value, at) => value === theirs[at]).length,
    ].map((count) => ((100 * count) / pairs.length).toFixed(1));
    console.log(`| ${least === 1 ? '1' : `${least} to ${most}`} | ${pairs.length} | ${cells.join(' | ')} |`);
  }
  const dropped = (sides: readonly number[]) => problems.length - new Set(sides.slice(0, problems.length)).size;
  console.log(
    `real problems that repeat another real one: ours ${dropped(own)}, datatrove ${dropped(other)} of ${problems.length}`,
  );
  const same = problems.filter((_, row) => isGrouped(own, row) === isGrouped(other, row)).length;
  console.log(`real problems that both sides say the same of: ${same} of ${problems.length}`);
}

/** Whether a real row is in one group with another real row. */
function isGrouped(sides: readonly number[], row: number): boolean {
  counted.set(sides, counted.get(sides) ?? countGroups(sides));
  return counted.get(sides)!.get(sides[row]!)! > 1;
}

function countGroups(sides: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const group of sides.slice(0, problems.length)) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}
