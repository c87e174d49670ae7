// The task math: word and competition problems with one final answer, which a completion states after `####` or in \boxed{}.

import { attemptSpecification, generationSpecification, itemsSchema } from '../messages.ts';
import type { SampleBody, Task, Verdict } from '../task.ts';
import { normalAnswer, sameAnswer } from './answer.ts';
import { finalAnswer, statedAnswer } from './grading/extract.ts';
import { graderVersion, gradeResponse } from './grading/grader.ts';
import { parseProblems } from './parse.ts';
import { clip, readMathRecord } from './record.ts';
import { drawFrom, phenomenonOf, slices } from './symbolic/slices.ts';

const solution = attemptSpecification('math-solution', 'asks for an independent solution of a problem', {
  problem: 'the problem to solve',
});

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
    return { question, answer, solution: [...steps, `#### ${answer}`].join('\n'), group: phenomenonOf(slice) };
  },

  templates: {
    generation: generationSpecification('math-generation', 'asks for new problems like the examples', {
      variables: { problem: 'the problem of an example', answer: 'its final answer', solution: 'its worked solution' },
      required: ['problem'],
    }),
    attempt: solution,
    evaluation: solution,
  },
  shownFields: ({ prompt, completion, answer }) => ({ problem: prompt, solution: completion, answer }),
  responseSchema: (count) => itemsSchema('problems', ['problem'], count),
  parseGeneration: parseProblems,
  attemptResult(text) {
    const answer = normalAnswer(finalAnswer(text) ?? '');
    return answer === '' || answer.length > 300 ? null : answer;
  },
  sameResult: sameAnswer,
  claimOf: ({ answer }) => answer,

  checkConsistency,
  duplicateText: (sample) => sample.prompt,
  decontaminationText: (sample) => sample.prompt,
  gradientTargets: ['completion'],
  gradientExample: ({ prompt, completion }) => ({ prompt, completion }),

  evaluation: { kind: 'short-answer' },
  grading: {
    kind: 'answers',
    grader: `${graderVersion}/qwen`,
    metric: 'pass@1',
    stated(response) {
      const answer = normalAnswer(statedAnswer(response) ?? '');
      return answer === '' ? null : answer;
    },
    grade: (response, expected) => gradeResponse(response, expected, 'qwen').correct,
    merged: [],
  },
};

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
