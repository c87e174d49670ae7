// Benchmark items inside training text, found in two steps: a shared word n-gram that is not common in the training
// side points at rows, and only a long common subsequence of words confirms one. A bare n-gram rule drops boilerplate.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { commonSubsequenceLength } from './longest-common-subsequence.ts';
import { ngramKeys } from './n-grams.ts';
import { words } from './words.ts';

export interface BenchmarkRow {
  readonly benchmark: string;
  readonly rowId: string;
  readonly text: string;
}

/** Asymptote figures: drawing code that unrelated problems share. */
const DRAWING = /\[asy\].*?(?:\[\/asy\]|$)/gs;

/** The numbers that say what counts as contaminated. */
export interface DecontaminationProfile {
  /** Words of an n-gram. */
  readonly n: number;
  /** Confirmed from this share up: common subsequence of words over the words of the shorter text. */
  readonly overlap: number;
  /** An n-gram in more seed texts than both of these is common and points at nothing. */
  readonly commonCount: number;
  readonly commonShare: number;
}

export const DEFAULT_DECONTAMINATION: DecontaminationProfile = {
  n: 10,
  overlap: 0.6,
  commonCount: 5,
  commonShare: 0.0005,
};

/** Benchmark n-grams, ready to be looked up; made once and used for every sample. */
export interface DecontaminationIndex {
  readonly profile: DecontaminationProfile;
  readonly rows: readonly { readonly benchmark: string; readonly rowId: string; readonly words: readonly string[] }[];
  /** Rows that hold an n-gram, by its key. */
  readonly holders: ReadonlyMap<number, readonly number[]>;
  /** Rows by their normalised text: an equal text is contaminated however short or common. */
  readonly equals: ReadonlyMap<string, number>;
  /** Benchmark n-grams that are common among the seeds. */
  readonly common: ReadonlySet<number>;
}

export interface Contamination {
  readonly benchmark: string;
  readonly rowId: string;
  /** The first shared n-gram that pointed at the row, as words; the whole text where the texts are equal. */
  readonly ngram: string;
  /** Common subsequence over the words of the shorter text, in (0, 1]. */
  readonly overlap: number;
}

/** Samples touching one benchmark, from the bare rule to the confirmed ones. */
export interface BenchmarkHits {
  readonly benchmark: string;
  /** Samples that share any n-gram: what a bare rule would drop. */
  readonly sharing: number;
  /** Samples that share an n-gram that is not common. */
  readonly pointed: number;
  /** Samples whose overlap confirms it; one sample counts for each benchmark it holds. */
  readonly confirmed: number;
}

/**
 * The index of `benchmarkRows`. `seedTexts` is the training side whose boilerplate is to be ignored; without any,
 * every n-gram counts.
 * @throws {PermanentError} `InvalidConfig` when the profile makes no sense
 */
export function buildDecontaminationIndex(
  benchmarkRows: readonly BenchmarkRow[],
  seedTexts: readonly string[],
  profile: DecontaminationProfile = DEFAULT_DECONTAMINATION,
): DecontaminationIndex {
  requireProfile(profile);
  const holders = new Map<number, number[]>();
  const equals = new Map<string, number>();
  const rows = benchmarkRows.map(({ benchmark, rowId, text }, row) => {
    const rowWords = proseWords(text);
    for (const key of new Set(ngramKeys(rowWords, profile.n))) {
      const holding = holders.get(key);
      if (holding === undefined) holders.set(key, [row]);
      else holding.push(row);
    }
    const whole = rowWords.join(' ');
    if (whole !== '' && !equals.has(whole)) equals.set(whole, row);
    return { benchmark, rowId, words: rowWords };
  });
  return { profile, rows, holders, equals, common: commonKeys(holders, seedTexts, profile) };
}

/** The worst contamination of a text over all benchmarks, or null. */
export function findContamination(index: DecontaminationIndex, text: string): Contamination | null {
  return worstOf(inspect(index, text).confirmed);
}

/** Each text's worst contamination or null, and what each benchmark of the index was touched by, in order of first row. */
export function decontaminate(
  index: DecontaminationIndex,
  texts: readonly string[],
): { results: (Contamination | null)[]; hits: BenchmarkHits[] } {
  const benchmarks = Array.from(new Set(index.rows.map((row) => row.benchmark)));
  const counts = new Map(benchmarks.map((benchmark) => [benchmark, { sharing: 0, pointed: 0, confirmed: 0 }]));
  const results = texts.map((text) => {
    const { sharing, pointed, confirmed } = inspect(index, text);
    for (const benchmark of sharing) counts.get(benchmark)!.sharing++;
    for (const benchmark of pointed) counts.get(benchmark)!.pointed++;
    for (const benchmark of new Set(confirmed.map((hit) => hit.benchmark))) counts.get(benchmark)!.confirmed++;
    return worstOf(confirmed);
  });
  return { results, hits: benchmarks.map((benchmark) => ({ benchmark, ...counts.get(benchmark)! })) };
}

interface Inspection {
  readonly sharing: ReadonlySet<string>;
  readonly pointed: ReadonlySet<string>;
  readonly confirmed: readonly Contamination[];
}

function inspect(index: DecontaminationIndex, text: string): Inspection {
  const { profile, rows, holders } = index;
  const textWords = proseWords(text);
  const sharing = new Set<string>();
  const pointedRows = new Map<number, string>();
  const equal = index.equals.get(textWords.join(' '));
  if (equal !== undefined) pointedRows.set(equal, textWords.join(' '));
  ngramKeys(textWords, profile.n).forEach((key, start) => {
    for (const row of holders.get(key) ?? []) {
      sharing.add(rows[row]!.benchmark);
      if (index.common.has(key) || pointedRows.has(row)) continue;
      pointedRows.set(row, textWords.slice(start, start + profile.n).join(' '));
    }
  });
  const pointed = new Set(Array.from(pointedRows.keys(), (row) => rows[row]!.benchmark));
  const confirmed: Contamination[] = [];
  for (const [row, ngram] of pointedRows) {
    const { benchmark, rowId, words: rowWords } = rows[row]!;
    const overlap = commonSubsequenceLength(textWords, rowWords) / Math.min(textWords.length, rowWords.length);
    if (overlap >= profile.overlap) confirmed.push({ benchmark, rowId, ngram, overlap });
  }
  return { sharing, pointed, confirmed };
}

function worstOf(confirmed: readonly Contamination[]): Contamination | null {
  return confirmed.reduce<Contamination | null>(
    (worst, hit) => (worst === null || hit.overlap > worst.overlap ? hit : worst),
    null,
  );
}

function commonKeys(
  holders: ReadonlyMap<number, unknown>,
  seedTexts: readonly string[],
  profile: DecontaminationProfile,
): Set<number> {
  const documents = new Map<number, number>();
  for (const text of seedTexts) {
    for (const key of new Set(ngramKeys(proseWords(text), profile.n))) {
      if (holders.has(key)) documents.set(key, (documents.get(key) ?? 0) + 1);
    }
  }
  const border = Math.max(profile.commonCount, profile.commonShare * seedTexts.length);
  return new Set(Array.from(documents.keys()).filter((key) => documents.get(key)! > border));
}

/** The words of a text without its drawings. */
function proseWords(text: string): string[] {
  return words(text.replace(DRAWING, ' '));
}

function requireProfile({ n, overlap, commonCount, commonShare }: DecontaminationProfile): void {
  const sound = Number.isInteger(n) && n >= 1 && overlap > 0 && overlap <= 1 && commonCount >= 0 && commonShare >= 0;
  if (sound) return;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `decontamination: n ${n}, overlap ${overlap}, common above ${commonCount} texts and ${commonShare} of them; ` +
      'expected n >= 1, overlap above 0 and up to 1, the others not negative',
  );
}
