// The agreement vote: independent attempts must state one result often enough, and it must be the candidate's own.

import type { Sample } from '../contracts/samples.ts';
import type { Task } from '../tasks/task.ts';
import type { Refusal } from './sieve.ts';

/**
 * The candidate if at least `needed` attempts agree with it. A candidate that claims no result takes the agreed one, and the
 * first attempt that states it as its completion. Results are grouped by meaning, not by spelling; a tie is refused.
 */
export function agreedSample(
  task: Task,
  sample: Sample,
  responses: readonly string[],
  needed: number,
): Sample | Refusal {
  const claim = task.claimOf(sample);
  if (needed === 0 && claim !== '') return sample;
  const classes = groupResults(task, responses).sort((a, b) => b.responses.length - a.responses.length);
  const [first, second] = classes;
  const tally = classes.map(({ result, responses: votes }) => `${result} x${votes.length}`).join(', ');
  const detail = `${responses.length} attempts: ${tally === '' ? 'none stated a result' : tally}`;
  if (first === undefined || first.responses.length < needed) return { reason: 'no-agreement', detail };
  if (second?.responses.length === first.responses.length) return { reason: 'tie', detail };
  if (claim === '') return { ...sample, answer: first.result, completion: first.responses[0] ?? '' };
  if (task.sameResult(first.result, claim)) return sample;
  return { reason: 'answer-disagrees', detail: `${detail}; the candidate says ${claim}` };
}

function groupResults(task: Task, responses: readonly string[]): { result: string; responses: string[] }[] {
  const classes: { result: string; responses: string[] }[] = [];
  for (const response of responses) {
    const result = task.attemptResult(response);
    if (result === null) continue;
    const same = classes.find((one) => task.sameResult(one.result, result));
    if (same === undefined) classes.push({ result, responses: [response] });
    else same.responses.push(response);
  }
  return classes;
}
