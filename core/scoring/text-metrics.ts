// Metrics of a text against reference texts, as things that add up over items: what an item contributes, and the score of a sum.

import { approximateRandomization } from '../stats/approximate-randomization.ts';
import { bootstrapInterval } from '../stats/intervals.ts';
import type { BootstrapPlan, Interval } from '../stats/intervals.ts';
import type { ChrfOrder } from '../text/chrf.ts';
import { chrfScore, chrfSignature, chrfStatistics } from '../text/chrf.ts';
import type { MeteorLexicon } from '../text/meteor.ts';
import { meteor } from '../text/meteor.ts';
import type { Stemmer } from '../text/rouge.ts';
import { rougeL, rougeLsum } from '../text/rouge.ts';

export const textMetricNames = ['rouge-l', 'rouge-lsum', 'meteor', 'chrf', 'chrf++'] as const;
export type TextMetricName = (typeof textMetricNames)[number];

/** A prediction counts against the reference that it scores best with. */
export interface TextPair {
  readonly prediction: string;
  /** At least one. */
  readonly references: readonly string[];
}

export interface TextMetric {
  readonly name: TextMetricName;
  /** Whose rules, and which of their choices; `references` as in sacrebleu's signatures. */
  signature(references: number | 'var'): string;
  /** The highest score that there is. */
  readonly scale: 1 | 100;
  /** What an item adds to the sum. */
  statisticsOf(pair: TextPair): Float64Array;
  scoreOf(sum: Float64Array): number;
}

export interface TextMetricChoices {
  /** Of the tokens that ROUGE compares; undefined compares them as they are. */
  readonly stem: Stemmer | undefined;
  readonly lexicon: MeteorLexicon | null;
}

/** @param choices - METEOR needs the lexicon */
export function textMetric(name: TextMetricName, { stem, lexicon }: TextMetricChoices): TextMetric {
  if (name === 'chrf') return chrf(name, { wordOrder: 0 });
  if (name === 'chrf++') return chrf(name, { wordOrder: 2 });
  if (name === 'meteor') return meteorMetric(name, lexicon);
  return rouge(name, stem);
}

/** The score of all items, with the percentile bootstrap interval over items. */
export function corpusScore(
  { scoreOf }: TextMetric,
  statistics: readonly Float64Array[],
  plan: BootstrapPlan,
): Interval & { readonly value: number } {
  const drawn = (items: Uint32Array) => scoreOf(summed(items, () => statistics));
  const interval = bootstrapInterval(statistics.length, drawn, plan);
  return { value: drawn(Uint32Array.from(statistics.keys())), ...interval };
}

/** The corpus value of the first system less that of the second, over the same items. */
export interface ScoreDifference extends Interval {
  readonly difference: number;
  /** Two-sided, by approximate randomization. */
  readonly pValue: number;
}

/** Items are drawn, and systems exchanged, in pairs. */
export function scoreDifference(
  { scoreOf }: TextMetric,
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  plan: BootstrapPlan,
): ScoreDifference {
  const scoreBy = (items: Uint32Array, sideOf: (place: number) => readonly Float64Array[]) =>
    scoreOf(summed(items, sideOf));
  const drawn = (items: Uint32Array) => scoreBy(items, () => first) - scoreBy(items, () => second);
  const all = Uint32Array.from(first.keys());
  const exchanged = (swapped: Uint8Array) =>
    scoreBy(all, (item) => (swapped[item] === 1 ? second : first)) -
    scoreBy(all, (item) => (swapped[item] === 1 ? first : second));
  const { draws = 1000, key } = plan;
  const test = approximateRandomization(first.length, exchanged, { key: `${key}/exchanged`, draws });
  return { ...test, ...bootstrapInterval(first.length, drawn, plan) };
}

function summed(items: ArrayLike<number>, sideOf: (place: number) => readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(sideOf(0)[0]?.length ?? 0);
  for (let place = 0; place < items.length; place++) {
    const one = sideOf(place)[items[place]!]!;
    for (let entry = 0; entry < sum.length; entry++) sum[entry]! += one[entry]!;
  }
  return sum;
}

function chrf(name: TextMetricName, order: ChrfOrder): TextMetric {
  return {
    name,
    signature: (references) => chrfSignature(order, references),
    scale: 100,
    statisticsOf: ({ prediction, references }) => chrfStatistics(prediction, references, order),
    scoreOf: chrfScore,
  };
}

function rouge(name: 'rouge-l' | 'rouge-lsum', stem: Stemmer | undefined): TextMetric {
  const score = name === 'rouge-l' ? rougeL : rougeLsum;
  const stems = stem === undefined ? 'nostem' : 'stem';
  return meanOf(name, `f1|${stems}|rules:rouge-score-0.1.2`, (prediction, reference) =>
    score(prediction, reference, stem),
  );
}

function meteorMetric(name: TextMetricName, lexicon: MeteorLexicon | null): TextMetric {
  if (lexicon === null) throw new Error('METEOR without a lexicon; this is a defect.');
  const signature = `stages:exact,stem,wordnet-3.0|tokens:word_tokenize|rules:nltk-${lexicon.release}`;
  return meanOf(name, signature, (prediction, reference) => meteor(prediction, reference, lexicon));
}

/** The mean over items of the score with the best reference. */
function meanOf(
  name: TextMetricName,
  rules: string,
  score: (prediction: string, reference: string) => number,
): TextMetric {
  return {
    name,
    signature: (references) => `nrefs:${references}|${rules}`,
    scale: 1,
    statisticsOf: ({ prediction, references }) =>
      Float64Array.of(Math.max(...references.map((reference) => score(prediction, reference))), 1),
    scoreOf: (sum) => sum[0]! / sum[1]!,
  };
}
