// The task nli: does a premise entail a hypothesis? Labels are yes and no; neutral and contradiction of three-label data are both no.

import { normaliseText } from '../../core/text/words.ts';
import { attemptSpecification, generationSpecification, itemsSchema } from '../messages.ts';
import type { SampleBody, Task, Verdict } from '../task.ts';
import { parseAttempt, parseItems, statedWords } from './parse.ts';
import { labelOf, mergedSpellings, pairOf, readNliRecord } from './record.ts';
import { drawFrom, slices } from './symbolic/slices.ts';

/** The parts of a pair, for whoever is asked. */
const texts = { premise: 'the text taken as true', hypothesis: 'the text that may follow from it' };

/** No label among its variables: whoever labels a candidate cannot be shown the label it proposes. */
const label = attemptSpecification('nli-label', 'asks for an independent label of a candidate', texts);

export const nli: Task = {
  name: 'nli',
  fields: {
    ...texts,
    label: 'entailment, neutral, contradiction, non-entailment, yes, no, or 0 (entailment), 1, 2; "-" is turned away',
    group: 'optional: phenomenon, genre or source',
  },
  slices: Object.fromEntries(Object.entries(slices).map(([name, slice]) => [name, slice.covers])),

  readRecord: readNliRecord,
  makeRecord(slice, key, index) {
    const { premise, hypothesis, entailed } = drawFrom(slice, key, index);
    return { premise, hypothesis, label: entailed ? 'yes' : 'no', group: slice };
  },

  templates: {
    generation: generationSpecification('nli-generation', 'asks for new items like the examples', {
      variables: { ...texts, label: 'yes or no' },
      required: Object.keys(texts),
    }),
    attempt: label,
    evaluation: label,
  },
  shownFields(sample) {
    const { premise, hypothesis } = pairOf(sample.prompt) ?? { premise: sample.prompt, hypothesis: '' };
    return { premise, hypothesis, label: sample.answer };
  },
  responseSchema: (count) => itemsSchema('items', ['premise', 'hypothesis', 'label'], count, { label: ['yes', 'no'] }),
  parseGeneration: parseItems,
  attemptResult: parseAttempt,
  sameResult: (a, b) => labelOf(a) !== null && labelOf(a) === labelOf(b),
  claimOf: ({ answer }) => answer,

  checkConsistency,
  duplicateText: ownText,
  decontaminationText: ownText,
  gradientTargets: ['completion', 'text'],
  gradientExample(sample, target) {
    const pair = target === 'text' ? pairOf(sample.prompt) : null;
    if (!pair) return { prompt: sample.prompt, completion: sample.completion };
    return { prompt: pair.premise, completion: `${pair.hypothesis}\n${sample.completion}` };
  },

  evaluation: { kind: 'labels', labels: ['yes', 'no'] },
  grading: {
    kind: 'answers',
    grader: 'diffract-nli/2',
    metric: 'accuracy',
    stated: statedWords,
    grade(response, expected) {
      const stated = labelOf(statedWords(response) ?? '');
      return stated !== null && stated === labelOf(expected);
    },
    merged: mergedSpellings,
  },
};

/** The sample without the words that all prompts share. */
function ownText(sample: SampleBody): string {
  const pair = pairOf(sample.prompt);
  return pair ? `${pair.premise}\n${pair.hypothesis}` : sample.prompt;
}

function checkConsistency(sample: SampleBody): Verdict {
  const pair = pairOf(sample.prompt);
  if (!pair) return { kept: false, reason: 'prompt-unreadable', detail: sample.prompt.slice(0, 120) };
  const { completion, answer } = sample;
  if (answer !== 'yes' && answer !== 'no') {
    return { kept: false, reason: 'label-unknown', detail: `answer "${answer.slice(0, 80)}"; expected yes or no` };
  }
  if (completion !== answer) {
    return {
      kept: false,
      reason: 'completion-differs',
      detail: `completion "${completion.slice(0, 80)}", answer "${answer}"`,
    };
  }
  if (answer === 'no' && normaliseText(pair.premise) === normaliseText(pair.hypothesis)) {
    return { kept: false, reason: 'denies-itself', detail: 'the hypothesis repeats the premise and is labelled no' };
  }
  return { kept: true };
}
