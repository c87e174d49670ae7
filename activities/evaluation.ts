// Evaluate jobs: a student answers the rows of a benchmark, every answer is graded, and the whole becomes a score.

import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { Prediction, Sample } from '../contracts/samples.ts';
import { itemAt } from '../core/item-at.ts';
import { chrfScore, chrfStatistics } from '../core/text/chrf.ts';
import { meteor } from '../core/text/meteor.ts';
import type { MeteorLexicon } from '../core/text/meteor.ts';
import { rougeL } from '../core/text/rouge.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { ChunkRecipe } from './chunks.ts';
import type { Store } from './ports/store.ts';
import { readRowRange, writeRows } from './rows.ts';
import { scorePredictions } from './scoring.ts';
import type { OpenStudent } from './student-answers.ts';

export interface EvaluationPorts {
  readonly openStudent: OpenStudent;
  /** What METEOR knows of English; asked for where summaries are graded. */
  readonly openLexicon: () => Promise<MeteorLexicon>;
}

export async function evaluateRecipe(
  { openStudent, openLexicon }: EvaluationPorts,
  job: EvaluateJob,
  store: Store,
): Promise<ChunkRecipe> {
  const { samples, context, student } = job;
  const task = taskNamed(context.task);
  const opened = await openStudent(job, store);
  const { grader } = task.grading;
  const checkpoint = student.kind === 'embedded' ? student.checkpoint : null;
  return {
    identity: {
      stage: 'evaluate',
      version: 3,
      inputs: [samples, checkpoint],
      config: { ...opened.identity, task: context.task, grader },
    },
    rows: samples.rows,
    chunkRows: opened.chunkRows,
    output: 'predictions',
    metadata: { grader, prompt: opened.prompt },
    async produce(work) {
      const rows = await readRowRange(store, samples, work.range.start, work.range.end);
      const { responses, ledger, tokens } = await opened.answer(rows, work);
      const lexicon = task.grading.kind === 'texts' ? await openLexicon() : null;
      const predictions = rows.map((row, place) => gradeRow(task, row, itemAt(responses, place), lexicon));
      const output = await writeRows(store, 'predictions', predictions);
      return { output, rejects: null, counts: {}, tokens, ledger };
    },
    score: (place, output) => scorePredictions(place, output as TableRef<'predictions'>, context.task),
  };
}

function gradeRow(
  { grading }: Task,
  { id, group, answer: expected }: Sample,
  responses: readonly string[],
  lexicon: MeteorLexicon | null,
): Prediction {
  if (grading.kind === 'answers') {
    return {
      id,
      group,
      expected,
      responses,
      stated: responses.map((response) => grading.stated(response) ?? ''),
      correct: responses.map((response) => grading.grade(response, expected)),
      scores: {},
    };
  }
  const scores = {
    'rouge-l': meanOf(responses, (response) => rougeL(response, expected)),
    ...(lexicon !== null && { meteor: meanOf(responses, (response) => meteor(response, expected, lexicon)) }),
    chrf: meanOf(responses, (response) => chrfScore(chrfStatistics(response, expected, { wordOrder: 0 }))),
  };
  return { id, group, expected, responses, stated: responses.map((text) => text.trim()), correct: [], scores };
}

function meanOf(responses: readonly string[], score: (response: string) => number): number {
  return responses.reduce((sum, response) => sum + score(response), 0) / responses.length;
}
