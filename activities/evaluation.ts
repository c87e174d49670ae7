// Evaluate jobs: a student answers the rows of a benchmark, by its likeliest label or by a short text.

import type { CompareInput, TrainingActivities } from '../contracts/activities.ts';
import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type { ArtifactRef, TableRef } from '../contracts/artifacts.ts';
import type { Prediction, Sample } from '../contracts/samples.ts';
import type { Accuracy } from '../contracts/status.ts';
import { PermanentError } from '../contracts/failures.ts';
import { itemAt } from '../core/item-at.ts';
import { noTokens } from '../core/plan/budget.ts';
import { wilsonInterval } from '../core/stats/intervals.ts';
import { pairedDifference } from '../core/stats/paired.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { ChunkRecipe } from './chunks.ts';
import type { ModelRuntime, Scorer } from './ports/models.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readRowRange, readRows, writeRows } from './rows.ts';

const rowsPerChunk = 32;

export async function evaluateRecipe(models: ModelRuntime, job: EvaluateJob, store: Store): Promise<ChunkRecipe> {
  const { samples, model, checkpoint, context } = job;
  const task = taskNamed(context.task);
  const { model: _, ...hashes } = await models.identify(model);
  return {
    identity: {
      stage: 'evaluate',
      version: 2,
      inputs: [samples, checkpoint],
      config: { ...hashes, task: context.task, evaluation: task.evaluation },
    },
    rows: samples.rows,
    chunkRows: rowsPerChunk,
    output: 'predictions',
    metadata: {},
    async produce({ range, signal }) {
      const scorer = await models.openScorer(
        model,
        checkpoint === null ? null : await readCheckpoint(store, checkpoint),
      );
      const rows = await readRowRange(store, samples, range.start, range.end);
      const responses = await respond(scorer, task, rows, signal);
      const predictions = rows.map((row, index) => gradeRow(task, row, itemAt(responses, index)));
      return {
        output: await writeRows(store, 'predictions', predictions),
        rejects: null,
        counts: {},
        tokens: noTokens,
        ledger: null,
      };
    },
    accuracy: (place, output) => accuracyOf(place, output as TableRef<'predictions'>),
  };
}

export function createComparisonActivities(openStore: OpenStore): Pick<TrainingActivities, 'compareScores'> {
  return {
    async compareScores({ context, before, after }: CompareInput) {
      const store = await openStore(context.store);
      const [earlier, later] = [await correctness(store, before), await correctness(store, after)];
      const { low, high } = pairedDifference(later, earlier, { key: `${context.seed}/compare/${after.manifest}` });
      return [low, high];
    },
  };
}

async function respond(
  scorer: Scorer,
  task: Task,
  rows: readonly Sample[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const prompts = rows.map(({ prompt }) => prompt);
  if (task.evaluation.kind === 'short-answer') return scorer.answer(prompts, task.evaluation.maxTokens, signal);
  const { labels } = task.evaluation;
  const scores = await scorer.scoreLabels(prompts, labels, signal);
  return scores.map((row) => itemAt(labels, row.indexOf(Math.max(...row))));
}

function gradeRow(task: Task, { id, group, answer }: Sample, response: string): Prediction {
  return { id, group, expected: answer, response, correct: task.grade(response, answer) };
}

async function accuracyOf(store: Store, predictions: TableRef<'predictions'>): Promise<Accuracy> {
  const graded = await correctness(store, predictions);
  const correct = graded.reduce((sum, value) => sum + value, 0);
  const { low, high } = wilsonInterval(correct, graded.length);
  return { correct, n: graded.length, accuracy: correct / graded.length, interval: [low, high] };
}

async function correctness(store: Store, predictions: TableRef<'predictions'>): Promise<number[]> {
  return (await readRows(store, predictions)).map(({ correct }) => (correct ? 1 : 0));
}

async function readCheckpoint(store: Store, checkpoint: ArtifactRef): Promise<Uint8Array> {
  const { parts } = await store.readManifest(checkpoint);
  const weights = parts.find(({ path }) => path.endsWith('.safetensors'));
  if (weights !== undefined) return store.readPart(weights);
  throw new PermanentError('MissingArtifact', `Checkpoint ${checkpoint.manifest} holds no .safetensors file.`);
}
