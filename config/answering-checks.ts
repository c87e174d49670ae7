// What a file says of how benchmarks are answered, beyond single fields: whether its students can do what is asked.

import type { EvaluationFile } from './evaluation-schema.ts';
import type { Problem } from './problems.ts';

/** What of a student decides how it can answer. */
export type AnsweringStudent = Pick<EvaluationFile['students'][number], 'kind'>;

export function answeringProblems(
  { task, benchmarks }: Pick<EvaluationFile, 'task' | 'benchmarks'>,
  students: readonly AnsweringStudent[],
): readonly Problem[] {
  const has = (kind: AnsweringStudent['kind']) => students.some((student) => student.kind === kind);
  return benchmarks.flatMap(({ answering: { samples, sampling, by } }, index): Problem[] => {
    const path = ['benchmarks', index, 'answering'];
    if (samples > 1 && has('embedded')) {
      const message = `found ${samples}, expected 1: a student of kind embedded answers greedily; serve it and give an endpoint`;
      return [{ path: [...path, 'samples'], message }];
    }
    if ((sampling.temperature ?? 0) > 0 && has('embedded')) {
      const message = `found ${sampling.temperature}, expected 0: a student of kind embedded answers greedily; serve it and give an endpoint`;
      return [{ path: [...path, 'sampling', 'temperature'], message }];
    }
    if (by !== 'labels') return [];
    if (task !== 'nli') return [{ path: [...path, 'by'], message: `${task} has no labels to choose from; use text` }];
    if (!has('endpoint')) return [];
    return [{ path: [...path, 'by'], message: 'a student of kind endpoint writes its answers; use task or text' }];
  });
}
