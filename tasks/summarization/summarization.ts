// The task summarization: from evidence, such as the results of one or several studies, to the conclusion that it supports.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { normaliseText } from '../../core/text/words.ts';
import { attemptSpecification, generationSpecification, itemsSchema } from '../messages.ts';
import { statedLabel } from '../stated-label.ts';
import type { SampleBody, Task, Verdict } from '../task.ts';
import { extractOf } from './extract.ts';
import { numbersIn, statedNumbers } from './numbers.ts';
import { parsePairs } from './parse.ts';
import { clip, evidenceOf, readSummarizationRecord } from './record.ts';

const shown = { evidence: 'the results to summarize', conclusion: 'what they support' };
const title = { title: 'its title; nothing where it has none' };

export const summarization: Task = {
  name: 'summarization',
  fields: {
    evidence: 'the results to summarize: one abstract, or several joined by a template such as "{a.0} {a.1}"',
    conclusion: 'what they support',
    title: 'optional: of the study or review',
    group: 'optional: topic or source',
  },
  // Evidence that no study reports cannot be right by construction.
  slices: {},

  readRecord: readSummarizationRecord,
  makeRecord(slice) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `The task summarization has no slice "${slice}": it makes no samples by rule. Use a source of kind file, or a generator of kind llm.`,
    );
  },

  templates: {
    generation: generationSpecification('summarization-generation', 'asks for new pairs like the examples', {
      variables: { ...shown, ...title },
      required: Object.keys(shown),
    }),
    attempt: attemptSpecification(
      'summarization-support',
      'asks whether the evidence supports the conclusion',
      { ...shown, ...title },
      Object.keys(title),
    ),
    evaluation: attemptSpecification(
      'summarization-conclusion',
      'asks for the conclusion that the evidence supports',
      { evidence: shown.evidence, ...title },
      Object.keys(title),
    ),
  },
  shownFields(sample) {
    const { title: heading, evidence } = partsOf(sample);
    return { title: heading, evidence, conclusion: sample.completion };
  },
  responseSchema: (count) => itemsSchema('pairs', ['evidence', 'conclusion'], count),
  parseGeneration: parsePairs,
  attemptResult: (text) => statedLabel(text, yesOrNo),
  sameResult: (a, b) => a === b,
  claimOf: () => 'yes',

  checkConsistency,
  duplicateText: (sample) => partsOf(sample).evidence,
  decontaminationText: (sample) => `${partsOf(sample).evidence}\n${sample.completion}`,
  gradientTargets: ['completion'],
  gradientExample: ({ prompt, completion }) => ({ prompt, completion }),

  evaluation: { kind: 'short-answer' },
  grading: {
    kind: 'texts',
    grader: 'diffract-summaries/1',
    extract: (prompt) => extractOf(partsOf({ prompt }).evidence),
  },
};

function partsOf({ prompt }: Pick<SampleBody, 'prompt'>): { readonly title: string; readonly evidence: string } {
  return evidenceOf(prompt) ?? { title: '', evidence: prompt };
}

function yesOrNo(text: string): 'yes' | 'no' | null {
  const word = normaliseText(text);
  if (['yes', 'supported', 'true'].includes(word)) return 'yes';
  return ['no', 'unsupported', 'not supported', 'false'].includes(word) ? 'no' : null;
}

function checkConsistency({ prompt, completion, answer }: SampleBody): Verdict {
  const parts = evidenceOf(prompt);
  if (parts === null) return { kept: false, reason: 'prompt-unreadable', detail: clip(prompt) };
  if (completion === '') return { kept: false, reason: 'no-conclusion', detail: clip(parts.evidence) };
  if (completion !== answer) {
    return { kept: false, reason: 'completion-differs', detail: `"${clip(completion)}" is not "${clip(answer)}"` };
  }
  const { evidence } = parts;
  if (completion.length >= evidence.length) {
    const detail = `${completion.length} characters of conclusion for ${evidence.length} of evidence`;
    return { kept: false, reason: 'longer-than-evidence', detail };
  }
  if (` ${normaliseText(evidence)} `.includes(` ${normaliseText(completion)} `)) {
    return { kept: false, reason: 'copied-from-evidence', detail: clip(completion) };
  }
  const stated = statedNumbers(`${parts.title}\n${evidence}`);
  const strange = numbersIn(completion).find((number) => !stated.has(number));
  if (strange === undefined) return { kept: true };
  return { kept: false, reason: 'number-not-in-evidence', detail: `${strange} in "${clip(completion)}"` };
}
