// Records of the task math: from question, answer and solution to a sample whose completion ends in its final answer.

import type { ReadResult } from '../task.ts';
import { normalAnswer, sameAnswer } from './answer.ts';
import { finalAnswer } from './grading/extract.ts';

export function readMathRecord(record: Readonly<Record<string, string>>): ReadResult {
  const question = tidy(record['question'] ?? '');
  const answer = (record['answer'] ?? '').trim();
  const solution = tidy(withoutCalculatorMarks(record['solution'] ?? ''));
  if (question === '') return rejected('missing-question', 'the question is empty');
  if (answer === '' && solution === '') return rejected('missing-answer', 'the answer is empty');
  const inAnswer = finalAnswer(answer);
  const inSolution = finalAnswer(solution);
  const stated = inAnswer ?? (answer === '' ? inSolution : answer);
  if (stated === null)
    return rejected('missing-answer', 'neither an answer nor a solution that ends in \\boxed{} or ####');
  if (inSolution !== null && !sameAnswer(inSolution, stated)) {
    return rejected('answer-differs', `answer "${clip(stated)}", the solution ends in "${clip(inSolution)}"`);
  }
  const final = normalAnswer(stated);
  if (final === '') return rejected('missing-answer', `the answer "${clip(stated)}" holds nothing but signs`);
  const worked = solution !== '' ? solution : inAnswer === null ? '' : tidy(withoutCalculatorMarks(answer));
  const completion = completionOf(worked, final);
  const group = (record['group'] ?? '').trim() || (record['level'] ?? '').trim() || 'all';
  return { ok: true, body: { prompt: question, completion, answer: final, group } };
}

export function rejected(reason: string, detail: string): ReadResult {
  return { ok: false, reason, detail };
}

export function clip(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 120);
}

/** The worked solution with a last line `#### answer`; a solution that states its answer in a box stays as it is. */
function completionOf(solution: string, final: string): string {
  if (solution === '') return `#### ${final}`;
  const marked = solution.replace(/\s*#{4,}[^\n]*\s*$/, '');
  if (marked === solution && finalAnswer(solution) !== null) return solution;
  return marked === '' ? `#### ${final}` : `${marked}\n#### ${final}`;
}

/** GSM8K's `<<48/2=24>>`: for a calculator at decoding time, noise for everything else. */
function withoutCalculatorMarks(text: string): string {
  return text.replace(/<<[^<>\n]*>>/g, '');
}

function tidy(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}
