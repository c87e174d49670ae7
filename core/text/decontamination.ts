// Benchmark items inside training text, found in two steps: a shared word n-gram that is not common in the training side, or a
// large part of a row's n-grams, points at rows, and only a long common subsequence of words confirms one. A bare n-gram rule
// drops boilerplate.
import type { DecontaminationIndex, IndexedRow } from './decontamination-index.ts';
import type { ContaminationKind, DecontaminationProfile } from './decontamination-profiles.ts';
import { numbersOf, proseWords, unnumberedProseWords } from './decontamination-text.ts';
import { commonSubsequenceLength } from './longest-common-subsequence.ts';
import { ngramCodes } from './n-grams.ts';
import { WordCodes } from './word-codes.ts';

export interface Contamination {
  readonly benchmark: string;
  readonly rowId: string;
  readonly kind: ContaminationKind;
  /** The first shared n-gram that pointed at the row, as words of the text (numbers as 0 where they did not count); the whole text where the texts are equal. */
  readonly ngram: string;
  /** The share that confirmed the kind, in (0, 1]. */
  readonly overlap: number;
}

/** Samples touching one benchmark, from the bare rule to the confirmed ones. */
export interface BenchmarkHits {
  readonly benchmark: string;
  /** Samples that share any n-gram: what a bare rule would drop. */
  readonly sharing: number;
  /** Samples that share an n-gram that is not common, or many of a row, numbers read as they are or all as one. */
  readonly pointed: number;
  /** Samples whose overlap confirms it, as a kind that the profile counts; one sample counts for each benchmark it holds. */
  readonly confirmed: number;
}

export interface Decontamination {
  /** The worst contamination of the next text over all benchmarks, or null: by kind, then by overlap. */
  inspect(text: string): Contamination | null;
  /** What the texts so far touched, for each benchmark of the index in order of first row. */
  hits(): BenchmarkHits[];
}

/** Texts one by one against an index; the state does not grow with them. */
export function openDecontamination(index: DecontaminationIndex): Decontamination {
  const counts = new Map(index.rows.map(({ benchmark }) => [benchmark, { sharing: 0, pointed: 0, confirmed: 0 }]));
  const count = (rows: Iterable<{ readonly benchmark: string }>, field: 'sharing' | 'pointed' | 'confirmed') => {
    for (const benchmark of new Set(Array.from(rows, (row) => row.benchmark))) counts.get(benchmark)![field]++;
  };
  const scratch: Scratch = {
    words: new WordCodes(),
    unnumbered: new WordCodes(),
    grams: new WordCodes(),
    sharing: new Set(),
    pointed: new Map(),
    text: 0,
    latest: {
      literal: new Uint32Array(index.literal.holders.count),
      unnumbered: new Uint32Array(index.unnumbered.holders.count),
    },
    shared: new Uint32Array(index.rows.length),
    firsts: new Int32Array(index.rows.length),
  };
  const rowsAt = (places: Iterable<number>) => Array.from(places, (row) => index.rows[row]!);
  return {
    inspect(text) {
      pointAtRows(index, text, scratch);
      const { sharing, pointed } = scratch;
      if (sharing.size > 0) count(rowsAt(sharing), 'sharing');
      if (pointed.size === 0) return null;
      count(rowsAt(pointed.keys()), 'pointed');
      const confirmed = confirm(index, text, scratch);
      count(confirmed, 'confirmed');
      return confirmed.reduce<Contamination | null>(worse, null);
    },
    hits: () => Array.from(counts, ([benchmark, found]) => ({ benchmark, ...found })),
  };
}

/** What the inspection of one text needs, kept for the next one. */
interface Scratch {
  readonly words: WordCodes;
  readonly unnumbered: WordCodes;
  readonly grams: WordCodes;
  /** Rows that share an n-gram, common or not. */
  readonly sharing: Set<number>;
  readonly pointed: Map<number, Pointer>;
  /** The number of the text, from 1, and that of the latest text that had each n-gram: a text counts one once. */
  text: number;
  readonly latest: Readonly<Record<'literal' | 'unnumbered', Uint32Array>>;
  /** By row: how many of its n-grams the text has, zero between readings, and where the first of them starts. */
  readonly shared: Uint32Array;
  readonly firsts: Int32Array;
}

/** What pointed at a row: its whole text, or the run of words that starts at this one. */
interface Pointer {
  readonly reading: 'equal' | 'literal' | 'unnumbered';
  readonly start: number;
}

function pointAtRows(index: DecontaminationIndex, text: string, scratch: Scratch): void {
  const { words, unnumbered, grams, sharing, pointed } = scratch;
  scratch.text++;
  sharing.clear();
  pointed.clear();
  index.literal.read(text, words);
  const equal = index.equalRow(words);
  if (equal !== undefined) pointed.set(equal, { reading: 'equal', start: 0 });
  ngramCodes(words, index.profile.ngram, grams);
  pointByReading(index, 'literal', scratch);
  index.unnumbered.read(text, unnumbered);
  ngramCodes(unnumbered, index.profile.ngram, grams);
  pointByReading(index, 'unnumbered', scratch);
}

/** An n-gram that is not common points at once; the rows of common ones wait for how many of theirs there are. */
function pointByReading(index: DecontaminationIndex, reading: 'literal' | 'unnumbered', scratch: Scratch): void {
  const { grams, pointed, sharing, shared, firsts } = scratch;
  const latest = scratch.latest[reading];
  const { holders, common, sizes } = index[reading];
  const waiting: number[] = [];
  for (let start = 0; start < grams.count; start++) {
    const place = holders.find(grams.low[start]!, grams.high[start]!);
    if (place < 0 || latest[place] === scratch.text) continue;
    latest[place] = scratch.text;
    holders.forEachRow(place, (row) => {
      if (common[place] === 0 && !pointed.has(row)) pointed.set(row, { reading, start });
      if (shared[row]!++ > 0) return;
      firsts[row] = start;
      waiting.push(row);
    });
  }
  for (const row of waiting) {
    if (reading === 'literal') sharing.add(row);
    const covered = shared[row]! >= index.profile.cover * sizes[row]!;
    if (covered && !pointed.has(row)) pointed.set(row, { reading, start: firsts[row]! });
    shared[row] = 0;
  }
}

function confirm(
  { rows, profile }: DecontaminationIndex,
  text: string,
  { words, unnumbered, pointed }: Scratch,
): Contamination[] {
  const sample = {
    words: words.low.slice(0, words.count),
    unnumberedWords: unnumbered.low.slice(0, unnumbered.count),
    numbers: numbersOf(text),
  };
  const confirmed: Contamination[] = [];
  for (const [place, pointer] of Array.from(pointed).sort(([first], [second]) => first - second)) {
    const row = rows[place]!;
    const found = kindOf(sample, row, profile);
    if (found === null || !profile.kinds.includes(found.kind)) continue;
    confirmed.push({
      benchmark: row.benchmark,
      rowId: row.rowId,
      ...found,
      ngram: shown(text, pointer, profile.ngram),
    });
  }
  return confirmed;
}

type Reading = Pick<IndexedRow, 'words' | 'unnumberedWords' | 'numbers'>;

function kindOf(
  sample: Reading,
  row: Reading,
  profile: DecontaminationProfile,
): Pick<Contamination, 'kind' | 'overlap'> | null {
  const overlap = commonSubsequenceLength(sample.words, row.words) / Math.min(sample.words.length, row.words.length);
  const numbered = holdsAll(sample.numbers, row.numbers);
  if (overlap >= profile.overlap && numbered) return { kind: 'copy', overlap };
  const longer = Math.max(sample.unnumberedWords.length, row.unnumberedWords.length);
  const unnumbered = commonSubsequenceLength(sample.unnumberedWords, row.unnumberedWords) / longer;
  if (unnumbered >= profile.renumberedOverlap) return { kind: numbered ? 'copy' : 'renumbered', overlap: unnumbered };
  return overlap >= profile.overlap ? { kind: 'partial', overlap } : null;
}

/** Whether `wanted` is a part of `numbers`, repeats counted; both ascend. */
function holdsAll(numbers: readonly string[], wanted: IndexedRow['numbers']): boolean {
  let at = 0;
  for (const number of wanted) {
    while (at < numbers.length && numbers[at]! < number) at++;
    if (numbers[at++] !== number) return false;
  }
  return true;
}

function shown(text: string, { reading, start }: Pointer, ngram: number): string {
  const all = reading === 'unnumbered' ? unnumberedProseWords(text) : proseWords(text);
  return (reading === 'equal' ? all : all.slice(start, start + ngram)).join(' ');
}

const KINDS_BY_WEIGHT: readonly ContaminationKind[] = ['copy', 'renumbered', 'partial'];

function worse(first: Contamination | null, second: Contamination): Contamination {
  if (first === null) return second;
  const lead = KINDS_BY_WEIGHT.indexOf(first.kind) - KINDS_BY_WEIGHT.indexOf(second.kind);
  return lead > 0 || (lead === 0 && second.overlap > first.overlap) ? second : first;
}
