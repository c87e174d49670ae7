// Scores of graded predictions, and what sets two students apart on the same rows.

import { setImmediate as breathe } from 'node:timers/promises';
import type { TrainingActivities } from '../contracts/activities.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { ComparedBenchmark, CompareStudentsInput, StudentComparison } from '../contracts/evaluation.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { Prediction, TaskName } from '../contracts/samples.ts';
import { groupsShown, type Differences, type Estimate, type Score } from '../contracts/scores.ts';
import { itemAt } from '../core/item-at.ts';
import { differenceOf, estimateOf, groupScores, meanScore, type BenchmarkValues } from '../core/scoring/estimates.ts';
import { metricsOf, type Metric, type MetricRule } from '../core/scoring/metrics.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readRows } from './rows.ts';

/** Intervals are seeded by the predictions, so that the same ones always have the same score. */
export async function scorePredictions(store: Store, ref: TableRef<'predictions'>, task: TaskName): Promise<Score> {
  const predictions = await readRows(store, ref);
  const { grader = '', prompt = '' } = (await store.readManifest(ref)).metadata;
  const metrics = metricsOf(predictions, ruleOf(task));
  const main = itemAt(metrics, 0);
  const estimates: Record<string, Estimate> = {};
  for (const metric of metrics) {
    estimates[metric.name] = estimateOf(metric, predictions.length, ref.manifest);
    // A bootstrap takes seconds on large sets; heartbeats want their turn.
    await breathe();
  }
  const groups = predictions.map(({ group }) => group);
  return {
    n: predictions.length,
    samples: predictions[0]?.responses.length ?? 0,
    main: main.name,
    metrics: estimates,
    groups: groupScores(groups, main, groupsShown, ref.manifest),
    grader,
    prompt,
    merged: mergedAnswers(predictions, task),
  };
}

export function createComparisonActivities(openStore: OpenStore): Pick<TrainingActivities, 'compareStudents'> {
  return {
    async compareStudents({ context, benchmarks }: CompareStudentsInput): Promise<StudentComparison> {
      const store = await openStore(context.store);
      const differences: Record<string, Differences> = {};
      const values: Record<'in' | 'out', BenchmarkValues[]> = { in: [], out: [] };
      for (const benchmark of benchmarks) {
        const pair = await pairedMetrics(store, benchmark, context.task);
        const changed = await differencesOf(pair, `${context.seed}/compare/${benchmark.benchmark}`);
        if (changed !== null) differences[benchmark.benchmark] = changed;
        values[benchmark.distribution].push(mainValues(pair));
        await breathe();
      }
      const means = (side: 'in' | 'out') => meanScore(values[side], `${context.seed}/means/${side}`);
      return { differences, means: { in: means('in'), out: means('out') } };
    },
  };
}

interface MetricPair {
  readonly rows: number;
  readonly first: readonly Metric[] | null;
  readonly second: readonly Metric[] | null;
}

async function pairedMetrics(store: Store, benchmark: ComparedBenchmark, task: TaskName): Promise<MetricPair> {
  const rule = ruleOf(task);
  const first = benchmark.first === null ? null : await readRows(store, benchmark.first);
  const second = benchmark.second === null ? null : await readRows(store, benchmark.second);
  if (first !== null && second !== null) requireSameRows(benchmark.benchmark, first, second);
  return {
    rows: (first ?? second ?? []).length,
    first: first === null ? null : metricsOf(first, rule),
    second: second === null ? null : metricsOf(second, rule),
  };
}

/** Of metrics that both have: numbers of answers may differ. Null where one student was not asked. */
async function differencesOf({ rows, first, second }: MetricPair, key: string): Promise<Differences | null> {
  if (first === null || second === null) return null;
  const differences: Record<string, Estimate> = {};
  for (const metric of first) {
    const other = second.find(({ name }) => name === metric.name);
    const difference = other === undefined ? null : differenceOf(metric, other, rows, key);
    if (difference !== null) differences[metric.name] = difference;
    await breathe();
  }
  return differences;
}

function mainValues({ first, second }: MetricPair): BenchmarkValues {
  return { first: first?.[0]?.values ?? null, second: second?.[0]?.values ?? null };
}

function ruleOf(name: TaskName): MetricRule {
  const task = taskNamed(name);
  if (task.grading.kind === 'texts') return { kind: 'texts' };
  const labels = task.evaluation.kind === 'labels' ? task.evaluation.labels : null;
  return { kind: 'answers', metric: task.grading.metric, labels, sameAnswer: task.sameResult };
}

function mergedAnswers(predictions: readonly Prediction[], name: TaskName): number {
  const { grading } = taskNamed(name);
  if (grading.kind === 'texts' || grading.merged.length === 0) return 0;
  return predictions.flatMap(({ stated }) => stated).filter((answer) => grading.merged.includes(answer)).length;
}

function requireSameRows(benchmark: string, first: readonly Prediction[], second: readonly Prediction[]): void {
  const other = first.findIndex(({ id }, row) => second[row]?.id !== id);
  if (other < 0 && first.length === second.length) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `Benchmark ${benchmark}: the two students were asked different rows (${first.length} and ${second.length}, the first ` +
      `that differs is ${other < 0 ? Math.min(first.length, second.length) : other}); only the same rows can be compared.`,
  );
}
