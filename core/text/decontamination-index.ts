// Benchmark rows, ready to be looked up by their n-grams: made once, used for every sample, as large as the benchmarks.
import { numbersOf, readProse, readUnnumberedProse } from './decontamination-text.ts';
import type { DecontaminationProfile } from './decontamination-profiles.ts';
import { DEFAULT_DECONTAMINATION, requireDecontaminationProfile } from './decontamination-profiles.ts';
import { KeyTable } from './key-table.ts';
import { ngramCodes, pushRun } from './n-grams.ts';
import { NgramHolders } from './ngram-holders.ts';
import { WordCodes } from './word-codes.ts';

export interface BenchmarkRow {
  readonly benchmark: string;
  readonly rowId: string;
  readonly text: string;
}

/** One way of reading texts, and the benchmark n-grams found by it. */
export interface ReadingIndex {
  readonly read: (text: string, out: WordCodes) => void;
  readonly holders: NgramHolders;
  /** How many different n-grams each row has. */
  readonly sizes: readonly number[];
  /** 1 for each n-gram, by place, that is common in the training texts. */
  readonly common: Uint8Array;
}

export interface IndexedRow {
  readonly benchmark: string;
  readonly rowId: string;
  /** Codes of the words, and of the words with every number 0. */
  readonly words: Int32Array;
  readonly unnumberedWords: Int32Array;
  readonly numbers: readonly string[];
}

export interface DecontaminationIndex {
  readonly profile: DecontaminationProfile;
  readonly rows: readonly IndexedRow[];
  readonly literal: ReadingIndex;
  readonly unnumbered: ReadingIndex;
  /** The first row of a whole text: an equal text is contaminated however short or common. */
  readonly equalRow: (words: WordCodes) => number | undefined;
}

/** Counts, in a pass over the training texts, which benchmark n-grams are boilerplate there. */
export interface CommonNgramCounter {
  add(text: string): void;
  /** The index that ignores what is common among the texts so far. */
  finish(): DecontaminationIndex;
}

/** @throws {PermanentError} `InvalidConfig` when the profile makes no sense */
export function buildDecontaminationIndex(
  benchmarkRows: Iterable<BenchmarkRow>,
  profile: DecontaminationProfile = DEFAULT_DECONTAMINATION,
): DecontaminationIndex {
  requireDecontaminationProfile(profile);
  const literal = new NgramHolders();
  const unnumbered = new NgramHolders();
  const [literalSizes, unnumberedSizes]: [number[], number[]] = [[], []];
  const equals = openEqualRows();
  const rows: IndexedRow[] = [];
  const [words, grams] = [new WordCodes(), new WordCodes()];
  for (const { benchmark, rowId, text } of benchmarkRows) {
    readUnnumberedProse(text, words);
    ngramCodes(words, profile.ngram, grams);
    unnumberedSizes.push(unnumbered.add(grams, rows.length));
    const unnumberedWords = words.low.slice(0, words.count);
    readProse(text, words);
    ngramCodes(words, profile.ngram, grams);
    literalSizes.push(literal.add(grams, rows.length));
    equals.add(words, rows.length);
    rows.push({ benchmark, rowId, words: words.low.slice(0, words.count), unnumberedWords, numbers: numbersOf(text) });
  }
  return {
    profile,
    rows,
    literal: { read: readProse, holders: literal, sizes: literalSizes, common: new Uint8Array(literal.count) },
    unnumbered: {
      read: readUnnumberedProse,
      holders: unnumbered,
      sizes: unnumberedSizes,
      common: new Uint8Array(unnumbered.count),
    },
    equalRow: equals.find,
  };
}

/** State: 16 bytes for each n-gram of the index, none for a text. */
export function countCommonNgrams(index: DecontaminationIndex): CommonNgramCounter {
  const readings = [index.literal, index.unnumbered] as const;
  const counts = readings.map(({ holders }) => ({
    texts: new Uint32Array(holders.count),
    latest: new Int32Array(holders.count),
  }));
  const [words, grams] = [new WordCodes(), new WordCodes()];
  let texts = 0;
  return {
    add(text) {
      texts++;
      readings.forEach(({ read, holders }, reading) => {
        const count = counts[reading]!;
        read(text, words);
        ngramCodes(words, index.profile.ngram, grams);
        for (let gram = 0; gram < grams.count; gram++) {
          const place = holders.find(grams.low[gram]!, grams.high[gram]!);
          // A text counts once, however often it holds the n-gram.
          if (place < 0 || count.latest[place] === texts) continue;
          count.latest[place] = texts;
          count.texts[place]!++;
        }
      });
    },
    finish() {
      const border = Math.max(index.profile.commonCount, index.profile.commonShare * texts);
      const [literal, unnumbered] = readings.map((reading, place) => ({
        ...reading,
        common: Uint8Array.from(counts[place]!.texts, (count) => (count > border ? 1 : 0)),
      }));
      return { ...index, literal: literal!, unnumbered: unnumbered! };
    },
  };
}

function openEqualRows() {
  const keys = new KeyTable();
  const first: number[] = [];
  const whole = new WordCodes();
  const keyOf = (words: WordCodes) => {
    whole.count = 0;
    pushRun(words, 0, words.count, whole);
  };
  return {
    add(words: WordCodes, row: number): void {
      if (words.count === 0) return;
      keyOf(words);
      const place = keys.add(whole.low[0]!, whole.high[0]!);
      if (place === first.length) first.push(row);
    },
    find(words: WordCodes): number | undefined {
      keyOf(words);
      return first[keys.find(whole.low[0]!, whole.high[0]!)];
    },
  };
}
