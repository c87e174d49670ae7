// The task math: word and competition problems with one final answer, which a completion states after `####` or in \boxed{}.

import type { Message, SampleBody, Task, Verdict } from '../task.ts';
import { finalAnswer, normalAnswer, sameAnswer } from './answer.ts';
import { parseProblems } from './parse.ts';
import { attemptRequest, attemptSystem, generationRequest, generationSystem, generationTemplate } from './prompts.ts';
import { clip, readMathRecord } from './record.ts';
import { drawFrom, slices } from './symbolic/slices.ts';

export const math: Task = {
  name: 'math',
  fields: {
    question: 'the problem',
    answer: 'the final answer, or a solution that states it after #### or in \\boxed{}',
    solution: 'optional: the worked solution',
    group: 'optional: subject or source',
    level: 'optional: the group where no group is given',
  },
  slices: Object.fromEntries(Object.entries(slices).map(([name, slice]) => [name, slice.covers])),

  readRecord: readMathRecord,
  makeRecord(slice, key, index) {
    const { question, steps, answer } = drawFrom(slice, key, index);
    return { question, answer, solution: [...steps, `#### ${answer}`].join('\n'), group: slice };
  },

  generationTemplate,
  generationMessages,
  parseGeneration: parseProblems,
  attemptMessages: (candidate) => [
    { role: 'system', content: attemptSystem },
    { role: 'user', content: `${candidate.prompt}\n\n${attemptRequest}` },
  ],
  attemptResult(text) {
    const answer = normalAnswer(finalAnswer(text) ?? '');
    return answer === '' || answer.length > 300 ? null : answer;
  },
  sameResult: sameAnswer,

  checkConsistency,
  duplicateText: (sample) => sample.prompt,
  decontaminationText: (sample) => sample.prompt,
  gradientExample: ({ prompt, completion }) => ({ prompt, completion }),

  evaluation: { kind: 'short-answer', maxTokens: 512 },
  grade(response, expected) {
    const stated = finalAnswer(response) ?? lastNumber(response);
    return stated !== null && sameAnswer(stated, expected);
  },
};

function generationMessages(fewShots: readonly SampleBody[]): readonly Message[] {
  const examples = fewShots.map(({ prompt }) => `---\n[[Problem]]\n${prompt}\n---`).join('\n');
  return [
    { role: 'system', content: generationSystem },
    { role: 'user', content: `${examples}\n\n${generationRequest}` },
  ];
}

function checkConsistency({ prompt, completion, answer }: SampleBody): Verdict {
  if (prompt === '') return { kept: false, reason: 'prompt-unreadable', detail: 'the problem is empty' };
  if (answer === '') return { kept: false, reason: 'no-answer', detail: clip(prompt) };
  const stated = finalAnswer(completion);
  if (stated === null) {
    return {
      kept: false,
      reason: 'no-final-answer',
      detail: 'the completion has neither a last line "#### ..." nor a \\boxed{}',
    };
  }
  if (!sameAnswer(stated, answer)) {
    return {
      kept: false,
      reason: 'completion-differs',
      detail: `completion ends in "${clip(stated)}", answer "${clip(answer)}"`,
    };
  }
  return { kept: true };
}

/** What students that were never taught a marker end on. */
function lastNumber(text: string): string | null {
  return (
    text
      .match(/-?\$?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/g)
      ?.at(-1)
      ?.replace(/,$/, '') ?? null
  );
}
