// Records and samples of the task nli: labels in their many spellings, and the prompt that carries premise and hypothesis.

import { normaliseText } from '../../core/text/words.ts';
import type { ReadResult, SampleBody } from '../task.ts';

/** How a student is asked. The question is the same for every sample, so that it tells nothing of the label. */
const questionLine = 'Does the premise entail the hypothesis? Answer yes or no.';

export type Label = 'yes' | 'no';

export interface Pair {
  readonly premise: string;
  readonly hypothesis: string;
}

/** Labels of three-label data are merged: neutral and contradiction are both `no`. 0 is entailment in every numbering in use. */
const spellings: Readonly<Record<string, Label>> = {
  yes: 'yes',
  true: 'yes',
  entailment: 'yes',
  entailed: 'yes',
  entails: 'yes',
  '0': 'yes',
  no: 'no',
  false: 'no',
  neutral: 'no',
  contradiction: 'no',
  contradictory: 'no',
  contradicts: 'no',
  'non entailment': 'no',
  'not entailment': 'no',
  'not entailed': 'no',
  nonentailment: 'no',
  '1': 'no',
  '2': 'no',
};

/** Spellings of the finer labels that are merged into `no`. */
export const mergedSpellings: readonly string[] = [
  'neutral',
  'contradiction',
  'contradictory',
  'contradicts',
  '1',
  '2',
];

/** The label that `text` spells, in any case and punctuation; null when it spells none. */
export function labelOf(text: string): Label | null {
  return spellings[normaliseText(text)] ?? null;
}

export function readNliRecord(record: Readonly<Record<string, string>>): ReadResult {
  const premise = oneLine(record['premise'] ?? '');
  const hypothesis = oneLine(record['hypothesis'] ?? '');
  const label = (record['label'] ?? '').trim();
  if (premise === '') return rejected('missing-premise', 'the premise is empty');
  if (hypothesis === '') return rejected('missing-hypothesis', 'the hypothesis is empty');
  if (label === '') return rejected('missing-label', 'the label is empty');
  if (label === '-' || label === '-1')
    return rejected('no-gold-label', `label "${label}": its annotators did not agree`);
  const known = labelOf(label);
  if (known === null)
    return rejected('unknown-label', `label "${label.slice(0, 80)}" is neither an entailment nor not one`);
  const group = oneLine(record['group'] ?? '');
  return { ok: true, body: bodyOf({ premise, hypothesis }, known, group === '' ? 'all' : group) };
}

/** The sample of a pair whose texts are single lines. */
export function bodyOf({ premise, hypothesis }: Pair, label: Label, group: string): SampleBody {
  const prompt = `Premise: ${premise}\nHypothesis: ${hypothesis}\n${questionLine}`;
  return { prompt, completion: label, answer: label, group };
}

/** The pair that a prompt of `bodyOf` carries; null for any other text. */
export function pairOf(prompt: string): Pair | null {
  const [first = '', second = '', question, ...rest] = prompt.split('\n');
  if (!first.startsWith('Premise: ') || !second.startsWith('Hypothesis: ')) return null;
  if (question !== questionLine || rest.length > 0) return null;
  return { premise: first.slice('Premise: '.length), hypothesis: second.slice('Hypothesis: '.length) };
}

export function rejected(reason: string, detail: string): ReadResult {
  return { ok: false, reason, detail };
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
