// How a judge is asked about answers of two systems, in pairs or one by one, and how its words are read: the forms of MT-bench
// (Zheng et al. 2023).

import { filledMessages } from './messages.ts';
import type { Message } from './task.ts';
import type { Template, TemplateSpecification } from './template.ts';
import { fillTemplate } from './template.ts';

const prompt = { prompt: 'what the systems were asked' };
const reference = { reference: 'stands for the section reference where a row has one' };
const referenceSection = {
  variables: { reference: 'an answer that counts as good' },
  required: ['reference'],
  fills: 'reference',
};

/** Of two answers: which is better? Answered by [[A]], [[B]] or [[C]]. */
export const pairwiseTemplate: TemplateSpecification = {
  name: 'pairwise-judge',
  purpose: 'asks which of two answers is better',
  sections: {
    system: { variables: {}, required: [] },
    user: {
      variables: { ...prompt, ...reference, first: 'one answer', second: 'the other answer' },
      required: ['prompt', 'first', 'second'],
    },
    reference: referenceSection,
  },
};

/** Of one answer: how good is it? Answered by a rating such as [[8]]. */
export const singleTemplate: TemplateSpecification = {
  name: 'single-judge',
  purpose: 'asks for a rating of an answer, from 1 to 10',
  sections: {
    system: { variables: {}, required: [] },
    user: { variables: { ...prompt, ...reference, answer: 'the answer' }, required: ['prompt', 'answer'] },
    reference: referenceSection,
  },
};

export interface Asked {
  readonly prompt: string;
  /** '' where there is none. */
  readonly reference: string;
}

export function pairwiseMessages(template: Template, asked: Asked, first: string, second: string): readonly Message[] {
  return filledMessages(template, { ...shown(template, asked), first, second });
}

export function singleMessages(template: Template, asked: Asked, answer: string): readonly Message[] {
  return filledMessages(template, { ...shown(template, asked), answer });
}

function shown({ sections }: Template, { prompt: text, reference: expected }: Asked): Readonly<Record<string, string>> {
  const section = sections['reference'] ?? '';
  return { prompt: text, reference: expected === '' ? '' : fillTemplate(section, { reference: expected }) };
}

export type PairVerdict = 'first' | 'second' | 'tie';

const verdicts: Readonly<Record<string, PairVerdict>> = { A: 'first', B: 'second', C: 'tie' };

/** The last verdict in the response, which may weigh others before it; null where there is none. */
export function readPairVerdict(response: string): PairVerdict | null {
  const [, letter = ''] = [...response.matchAll(/\[\[([ABC])\]\]/g)].at(-1) ?? [];
  return verdicts[letter] ?? null;
}

/** The last rating in the response, from 1 to 10, also with decimals; null where there is none. */
export function readRating(response: string): number | null {
  const [, digits] = [...response.matchAll(/\[\[(\d+(?:\.\d+)?)(?:\/10)?\]\]/g)].at(-1) ?? [];
  const rating = Number(digits);
  return rating >= 1 && rating <= 10 ? rating : null;
}
