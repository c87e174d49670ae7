// Features of a premise and a hypothesis from how their words line up: which words of one side the other covers, exactly or
// nearly (a soft alignment after Parikh et al. 2016), in what order, and where negations, numbers and quantifiers differ.

import { words } from '../text/words.ts';
import type { TextPair } from './pair-features.ts';
import { dotProduct, meanVector, unitVector, vectorNorm } from './word-vectors.ts';
import type { WordVectors } from './word-vectors.ts';

interface Word {
  readonly text: string;
  readonly direction: Float64Array;
  /** Length of its vector: rare words have long ones. */
  readonly weight: number;
}

const negations = /\b(no|not|never|nobody|nothing|none|neither|nor|nowhere|without|cannot)\b|n['’]t\b/giu;
const universals = new Set(['all', 'every', 'each', 'everyone', 'everybody', 'always', 'both', 'any']);
const existentials = new Set([
  'some',
  'someone',
  'something',
  'a',
  'an',
  'several',
  'many',
  'most',
  'few',
  'sometimes',
]);
const nearnesses = [0.4, 0.6, 0.8];
/** How sharply a word attends to its nearest words. */
const sharpness = 8;

/** Reads pairs; the words of the vocabulary that came before are kept, since texts share most of them. */
export function alignmentReader(vectors: WordVectors): (pair: TextPair) => number[] {
  const known = new Map<string, Word>();
  const wordOf = (text: string): Word => {
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    const vector = meanVector(vectors, text);
    const word = { text, direction: unitVector(vector), weight: vectorNorm(vector) };
    known.set(text, word);
    return word;
  };
  return (pair) => {
    const premise = words(pair.premise).map(wordOf);
    const hypothesis = words(pair.hypothesis).map(wordOf);
    return [
      ...coverage(hypothesis, premise),
      ...coverage(premise, hypothesis),
      ...attention(hypothesis, premise),
      ...order(premise, hypothesis),
      ...differences(pair, premise, hypothesis),
    ];
  };
}

/** How well `others` cover `own`: exactly, nearly, and the words covered worst. */
function coverage(own: readonly Word[], others: readonly Word[]): number[] {
  const exact = new Set(others.map(({ text }) => text));
  const best = own.map((word) => (exact.has(word.text) ? 1 : nearest(word, others)));
  const weight = own.reduce((sum, word) => sum + word.weight, 0);
  const weighted = own.reduce((sum, word, place) => sum + word.weight * best[place]!, 0);
  const exactWeight = own.reduce((sum, word) => sum + (exact.has(word.text) ? word.weight : 0), 0);
  const sorted = [...best].sort((a, b) => a - b);
  const uncovered = best.filter((value) => value < 1);
  return [
    share(own.filter(({ text }) => exact.has(text)).length, own.length),
    share(exactWeight, weight),
    share(weighted, weight),
    sorted[0] ?? 1,
    sorted[1] ?? 1,
    uncovered.length === 0 ? 1 : mean(uncovered),
    Math.log1p(uncovered.length),
    ...nearnesses.map((limit) => share(best.filter((value) => value < limit).length, own.length)),
  ];
}

function nearest({ direction }: Word, others: readonly Word[]): number {
  return others.reduce((best, other) => Math.max(best, dotProduct(direction, other.direction)), -1);
}

/** Every word of the hypothesis beside what it attends to in the premise: cosine and distance, on average and at worst. */
function attention(own: readonly Word[], others: readonly Word[]): number[] {
  if (own.length === 0 || others.length === 0) return [0, 0, 1, 1];
  const compared = own.map(({ direction }) => {
    const powers = others.map((other) => Math.exp(sharpness * dotProduct(direction, other.direction)));
    const total = powers.reduce((a, b) => a + b, 0);
    const attended = new Float64Array(direction.length);
    others.forEach((other, place) => {
      const part = powers[place]! / total;
      other.direction.forEach((value, column) => (attended[column]! += part * value));
    });
    const cosine = dotProduct(direction, unitVector(attended));
    return { cosine, distance: vectorNorm(direction.map((value, column) => value - attended[column]!)) };
  });
  const cosines = compared.map(({ cosine }) => cosine);
  const distances = compared.map(({ distance }) => distance);
  return [mean(cosines), Math.min(...cosines), mean(distances), Math.max(...distances)];
}

/** Runs of words in common, and how far words that both sides have stand in another order. */
function order(premise: readonly Word[], hypothesis: readonly Word[]): number[] {
  const [left, right] = [premise, hypothesis].map((side) => side.map(({ text }) => text)) as [string[], string[]];
  const places = right.flatMap((text) => {
    const place = left.indexOf(text);
    return place === -1 ? [] : [place];
  });
  const steps = places.slice(1).map((place, index) => place - places[index]!);
  return [
    share(commonRuns(left, right, 2), Math.max(1, right.length - 1)),
    share(commonRuns(left, right, 3), Math.max(1, right.length - 2)),
    share(steps.filter((step) => step < 0).length, steps.length),
    share(steps.filter((step) => step === 1).length, steps.length),
    ` ${left.join(' ')} `.includes(` ${right.join(' ')} `) ? 1 : 0,
    left[0] === right[0] ? 1 : 0,
    left.at(-1) === right.at(-1) ? 1 : 0,
  ];
}

function commonRuns(left: readonly string[], right: readonly string[], length: number): number {
  const runs = (side: readonly string[]) =>
    side.slice(length - 1).map((_, place) => side.slice(place, place + length).join(' '));
  const known = new Set(runs(left));
  return runs(right).filter((run) => known.has(run)).length;
}

function differences(pair: TextPair, premise: readonly Word[], hypothesis: readonly Word[]): number[] {
  const negationsOf = (text: string) => text.match(negations)?.length ?? 0;
  const [denied, denies] = [negationsOf(pair.premise), negationsOf(pair.hypothesis)];
  const numbersOf = (side: readonly Word[]) => side.filter(({ text }) => /\p{N}/u.test(text)).map(({ text }) => text);
  const [given, stated] = [numbersOf(premise), numbersOf(hypothesis)];
  const countIn = (side: readonly Word[], set: ReadonlySet<string>) => side.filter(({ text }) => set.has(text)).length;
  return [
    Math.min(2, denied),
    Math.min(2, denies),
    denied % 2 === denies % 2 ? 0 : 1,
    stated.filter((number) => !given.includes(number)).length,
    stated.length,
    ...[universals, existentials].flatMap((set) => [countIn(premise, set), countIn(hypothesis, set)]),
    Math.log1p(premise.length),
    Math.log1p(hypothesis.length),
    share(hypothesis.length, premise.length),
  ];
}

/** 0 of nothing is 0. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function mean(values: readonly number[]): number {
  return share(
    values.reduce((a, b) => a + b, 0),
    values.length,
  );
}
