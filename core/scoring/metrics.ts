// The metrics of a student's graded answers to one benchmark, each a function of any draw of its rows.

import type { Prediction } from '../../contracts/samples.ts';
import { averageAtK, majorityAtK, passAtK } from '../stats/sampled-answers.ts';
import { addChrf, chrfScore, chrfStatistics } from '../text/chrf.ts';
import type { ChrfStatistics } from '../text/chrf.ts';
import { confusionOf, macroF1Of } from './confusion.ts';

export interface Metric {
  readonly name: string;
  /** One value a row, of which the metric is the mean; null for a metric that only whole sets have. */
  readonly values: Float64Array | null;
  /** Of a draw of rows, which may name a row more than once; null: of all rows only, so that it has no interval. */
  readonly of: ((rows: ArrayLike<number>) => number) | null;
  /** Of all rows. */
  readonly value: number;
}

/** What must be known of a task to make metrics of its predictions. */
export type MetricRule = AnswerRule | { readonly kind: 'texts' };

export interface AnswerRule {
  readonly kind: 'answers';
  /** The main metric: the share of right answers. */
  readonly metric: 'accuracy' | 'pass@1';
  /** All there are; null where answers are open. */
  readonly labels: readonly string[] | null;
  /** Whether two stated answers mean the same. */
  sameAnswer(a: string, b: string): boolean;
}

/** The main metric is the first. Every prediction has the same number of answers, at least one. */
export function metricsOf(predictions: readonly Prediction[], rule: MetricRule): readonly Metric[] {
  const metrics = rule.kind === 'answers' ? answerMetrics(predictions, rule) : textMetrics(predictions);
  return [...metrics, mean('no-answer', predictions, ({ stated }) => share(stated.map((one) => one === '')))];
}

/** The metric that is the mean of one value a row. */
export function meanMetric(name: string, values: Float64Array): Metric {
  const of = (rows: ArrayLike<number>) => {
    let sum = 0;
    for (let place = 0; place < rows.length; place++) sum += values[rows[place]!]!;
    return sum / rows.length;
  };
  return { name, values, of, value: of([...values.keys()]) };
}

function answerMetrics(predictions: readonly Prediction[], rule: AnswerRule): readonly Metric[] {
  const k = predictions[0]?.correct.length ?? 1;
  return [
    mean(rule.metric, predictions, ({ correct }) => share(correct)),
    ...(rule.labels === null ? [] : [macroF1(predictions, rule, rule.labels)]),
    ...(k > 1 ? repeatedMetrics(predictions, rule, k) : []),
  ];
}

/** What several answers a row say beyond their mean. */
function repeatedMetrics(
  predictions: readonly Prediction[],
  { metric, sameAnswer }: AnswerRule,
  k: number,
): readonly Metric[] {
  const runs = averageAtK(predictions.map(({ correct }) => correct.map(Number)));
  return [
    mean(`pass@${k}`, predictions, ({ correct }) => passAtK(k, correct.filter(Boolean).length, k)),
    mean(`maj@${k}`, predictions, (row) => majorityAtK(votesOf(row, sameAnswer))),
    { name: `${metric}-deviation`, values: null, of: null, value: runs.standardDeviation },
    { name: `${metric}-error`, values: null, of: null, value: runs.standardError },
  ];
}

/** Answers that mean the same vote together, whatever their spelling. */
function votesOf({ stated, correct }: Prediction, sameAnswer: AnswerRule['sameAnswer']) {
  const classes: string[] = [];
  return stated.map((answer, place) => {
    const isCorrect = correct[place] === true;
    if (answer === '') return { answer: null, isCorrect };
    const known = classes.findIndex((other) => other === answer || sameAnswer(other, answer));
    return { answer: known < 0 ? classes.push(answer) - 1 : known, isCorrect };
  });
}

function macroF1(predictions: readonly Prediction[], { sameAnswer }: AnswerRule, labels: readonly string[]): Metric {
  const codeOf = (answer: string) => (answer === '' ? -1 : labels.findIndex((label) => sameAnswer(label, answer)));
  const pairs = predictions.map(({ expected, stated }) => ({ expected: codeOf(expected), stated: stated.map(codeOf) }));
  const of = (rows: ArrayLike<number>) => macroF1Of(confusionOf(pairs, rows, labels.length), labels.length);
  return { name: 'macro-f1', values: null, of, value: of([...pairs.keys()]) };
}

/** Scores that rows of texts have, the main one first. */
const textScores = ['rouge-l', 'meteor', 'chrf'];

function textMetrics(predictions: readonly Prediction[]): readonly Metric[] {
  const names = textScores.filter((name) => predictions[0]?.scores[name] !== undefined);
  const means = names.map((name) => mean(name, predictions, ({ scores }) => scores[name] ?? 0));
  return [...means, corpusChrf(predictions)];
}

/** All answers of a row are pooled; not the mean of the rows' scores. */
function corpusChrf(predictions: readonly Prediction[]): Metric {
  const statistics = predictions.map(({ responses, expected }) =>
    responses.map((response) => chrfStatistics(response, expected, { wordOrder: 0 })).reduce(addChrf),
  );
  const of = (rows: ArrayLike<number>) => chrfScore(summed(statistics, rows));
  return { name: 'chrf-corpus', values: null, of, value: of([...statistics.keys()]) };
}

function summed(statistics: readonly ChrfStatistics[], rows: ArrayLike<number>): ChrfStatistics {
  const sum = new Float64Array(statistics[0]?.length ?? 0);
  for (let place = 0; place < rows.length; place++) {
    const one = statistics[rows[place]!]!;
    for (let entry = 0; entry < sum.length; entry++) sum[entry]! += one[entry]!;
  }
  return sum;
}

function mean(name: string, predictions: readonly Prediction[], valueOf: (row: Prediction) => number): Metric {
  return meanMetric(name, Float64Array.from(predictions, valueOf));
}

function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}
