// What judges are asked, and how their words are read. Whatever is not exactly the asked-for last line is no verdict and
// no score.

import type { Pair } from '../contracts/samples.ts';
import { filledMessages } from './messages.ts';
import type { Template, TemplateSpecification } from './template.ts';
import type { Message, SampleBody } from './task.ts';

/** Of a sample and a benchmark row: is one the other in other words? Answered by a last line such as `Verdict: same`. */
export const paraphraseTemplate: TemplateSpecification = {
  name: 'paraphrase-judge',
  purpose: 'asks whether a sample is a benchmark row in other words or numbers',
  sections: {
    system: { variables: {}, required: [] },
    user: {
      variables: { benchmark: 'the text of the benchmark row', sample: 'the text of the sample' },
      required: ['benchmark', 'sample'],
    },
  },
};

/** Of a candidate: how good is it? Answered by a last line such as `Score: 4`. */
export const scoreTemplate: TemplateSpecification = {
  name: 'quality-judge',
  purpose: 'asks for a score of a candidate, from 1 to 5',
  sections: {
    system: { variables: {}, required: [] },
    user: {
      variables: { prompt: 'the prompt of the candidate', completion: 'its completion' },
      required: ['prompt', 'completion'],
    },
  },
};

export function paraphraseMessages(template: Template, { text, benchmarkText }: Pair): readonly Message[] {
  return filledMessages(template, { benchmark: benchmarkText, sample: text });
}

export function scoreMessages(
  template: Template,
  { prompt, completion }: Pick<SampleBody, 'prompt' | 'completion'>,
): readonly Message[] {
  return filledMessages(template, { prompt, completion });
}

/** Null when the response does not end in a verdict. */
export function readVerdict(response: string): 'same' | 'different' | null {
  const word = /^verdict:?\s*(same|different)$/i.exec(lastLine(response))?.[1]?.toLowerCase();
  return word === 'same' || word === 'different' ? word : null;
}

/** A whole number from 1 to 5, also where it is written `4/5`; null when the response does not end in a score. */
export function readScore(response: string): number | null {
  const digit = /^score:?\s*([1-5])(?:\s*(?:\/|out of)\s*5)?$/i.exec(lastLine(response))?.[1];
  return digit === undefined ? null : Number(digit);
}

/** The last line that says something, without Markdown emphasis and the full stop. */
function lastLine(response: string): string {
  const line = response.trimEnd().split('\n').at(-1) ?? '';
  return line
    .replace(/[*_`#]/g, '')
    .trim()
    .replace(/\.$/, '')
    .trimEnd();
}
