// chrF and chrF++ as sacrebleu 2.6 computes them (Popović 2015, 2017): character 1- to 6-grams without white space, case kept,
// beta 2, no smoothing; chrF++ adds word 1- and 2-grams. The score of a corpus is that of the summed statistics.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { splitAtBlanks } from './python-characters.ts';

export interface ChrfOrder {
  /** 0 is chrF, 2 is chrF++. */
  readonly wordOrder: 0 | 2;
}

/** Of every n-gram order, characters first: n-grams of the prediction, of the reference, and common to both. */
export type ChrfStatistics = Float64Array;

const characterOrder = 6;
const betaSquare = 4;

/**
 * What a pair contributes; texts that score best against one of several references count against that one.
 * @param references - one, or several of which the first with the highest score is taken
 * @throws {PermanentError} `InvalidData` for an empty list of references
 */
export function chrfStatistics(
  prediction: string,
  references: string | readonly string[],
  { wordOrder }: ChrfOrder,
): ChrfStatistics {
  const list = typeof references === 'string' ? [references] : references;
  const predicted = nGramsOf(prediction, wordOrder);
  const each = list.map((reference) => matchesOf(predicted, nGramsOf(reference, wordOrder)));
  const [first] = each;
  if (first === undefined) {
    throw new PermanentError(FailureType.InvalidData, 'chrF: no reference; a prediction needs at least one');
  }
  return each.reduce((best, one) => (chrfScore(one) > chrfScore(best) ? one : best), first);
}

/** The sum, as a new value. */
export function addChrf(first: ChrfStatistics, second: ChrfStatistics): ChrfStatistics {
  return first.map((count, place) => count + second[place]!);
}

/** From 0 to 100: F2 of precision and recall, each the mean over the orders that both sides have. */
export function chrfScore(statistics: ChrfStatistics): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let place = 0; place < statistics.length; place += 3) {
    const [predicted, expected, common] = [statistics[place]!, statistics[place + 1]!, statistics[place + 2]!];
    if (predicted === 0 || expected === 0) continue;
    precision += common / predicted;
    recall += common / expected;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (100 * (1 + betaSquare) * precision * recall) / (betaSquare * precision + recall);
}

/** How sacrebleu signs the score; 2.6.0 is the version that this one equals. */
export function chrfSignature({ wordOrder }: ChrfOrder, references: number | 'var'): string {
  return `nrefs:${references}|case:mixed|eff:yes|nc:${characterOrder}|nw:${wordOrder}|space:no|version:2.6.0`;
}

interface NGrams {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

function nGramsOf(text: string, wordOrder: number): NGrams[] {
  const words = splitAtBlanks(text);
  const characters = Array.from(words.join(''));
  const tokens = words.flatMap(withoutPunctuation);
  return [
    ...Array.from({ length: characterOrder }, (_, index) => counted(characters, index + 1, '')),
    ...Array.from({ length: wordOrder }, (_, index) => counted(tokens, index + 1, ' ')),
  ];
}

const punctuation = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** One mark is split off: the last, else the first, so that `(hi)` gives `(hi` and `)`. */
function withoutPunctuation(word: string): string[] {
  if (word.length === 1) return [word];
  if (punctuation.has(word.slice(-1))) return [word.slice(0, -1), word.slice(-1)];
  if (punctuation.has(word.slice(0, 1))) return [word.slice(0, 1), word.slice(1)];
  return [word];
}

function counted(units: readonly string[], order: number, between: string): NGrams {
  const counts = new Map<string, number>();
  const total = Math.max(0, units.length - order + 1);
  for (let start = 0; start < total; start++) {
    const gram = order === 1 ? units[start]! : units.slice(start, start + order).join(between);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return { counts, total };
}

function matchesOf(predicted: readonly NGrams[], expected: readonly NGrams[]): ChrfStatistics {
  const statistics = new Float64Array(3 * predicted.length);
  for (const [order, { counts, total }] of predicted.entries()) {
    const reference = expected[order]!;
    let common = 0;
    for (const [gram, count] of counts) common += Math.min(count, reference.counts.get(gram) ?? 0);
    // An order that the reference is too short for counts against nobody.
    statistics.set([reference.total === 0 ? 0 : total, reference.total, common], 3 * order);
  }
  return statistics;
}
