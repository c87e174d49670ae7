// A made-up writer and labeller of nli items for chat servers of tests: what it answers follows from the question and the seed
// alone. Most items are good; the others meet every gate that a language model's items can fail at.

import { uniformAt } from '../../core/random/philox.ts';
import type { AnswerInput } from './seeded-chat-server.ts';

export function answer({ messages, seed, choice }: AnswerInput): string {
  const text = messages.map(({ content }) => content).join('\n');
  const asked = /Write exactly (\d+)/.exec(text)?.[1];
  return asked === undefined ? labelOf(text, (seed + choice) % 3) : writtenItems(seed, Number(asked));
}

/** `no-item` at parsing for one answer in twenty. */
function writtenItems(seed: number, count: number): string {
  if (uniformAt(`answer/${seed}`, 0) < 0.05) return 'I have no idea what to write.';
  return Array.from({ length: count }, (_, place) => writtenItem(seed, place)).join('\n');
}

function writtenItem(seed: number, place: number): string {
  const kind = uniformAt(`kind/${seed}`, place);
  const number = Math.floor(uniformAt(`case/${seed}`, place) * 1e6);
  const entailed = number % 2 === 0;
  const { event, denial, circumstance } = drawnStory(number);
  const premise = `In case ${number} ${event} ${circumstance}.`;
  const hypothesis = entailed ? `${event}.` : denial;
  const label = entailed ? 'yes' : 'no';
  if (kind < 0.06) return item({ premise, hypothesis, label: 'perhaps' });
  if (kind < 0.12) return `---\nPremise: ${premise}\nLabel: ${label}\n---`;
  if (kind < 0.2) return item({ premise: repeated[number % 2] ?? '', hypothesis: 'Something happened.', label: 'yes' });
  if (kind < 0.25) return item({ premise: `${premise} `.repeat(12).trim(), hypothesis, label });
  return item({ premise, hypothesis, label });
}

function item({ premise, hypothesis, label }: Record<'premise' | 'hypothesis' | 'label', string>): string {
  return `---\nPremise: ${premise}\nHypothesis: ${hypothesis}\nLabel: ${label}\n---`;
}

/** Of ten cases, one divides the labellers, and of one they all say the contrary. */
function labelOf(text: string, voice: number): string {
  const number = Number(/case (\d+)/i.exec(text)?.[1] ?? 0);
  const denied = /Hypothesis: Nobody/.test(text);
  const right = denied ? 'no' : 'yes';
  const wrong = denied ? 'yes' : 'no';
  if (number % 10 === 3) return ['It may.\nAnswer: yes', 'Rather not.\nAnswer: no', 'Hard to say.'][voice] ?? '';
  return `The hypothesis is held against the premise.\nAnswer: ${number % 10 === 4 ? wrong : right}`;
}

function drawnStory(number: number): {
  readonly event: string;
  readonly denial: string;
  readonly circumstance: string;
} {
  const said = (list: keyof typeof words, place: number) =>
    words[list][Math.floor(uniformAt(`story/${number}`, place) * 8)] ?? '';
  const did = `${said('verb', 1)} ${said('thing', 2)}`;
  return {
    event: `${said('person', 0)} ${said('manner', 3)} ${did}`,
    denial: `Nobody ${did} ${said('place', 4)}.`,
    circumstance: `${said('place', 4)} ${said('time', 5)}`,
  };
}

const repeated = [
  'The lights in the old theatre went out twice during the first evening of spring.',
  'Every bridge over the river was closed while the divers looked at its piers.',
];

const words = {
  person: ['Anna', 'my uncle', 'the pilot', 'a nurse', 'Tom', 'their coach', 'the mayor', 'an old sailor'],
  verb: ['painted', 'sold', 'found', 'dropped', 'mended', 'hid', 'carried', 'praised'],
  manner: ['slowly', 'proudly', 'finally', 'once more', 'at last', 'by mistake', 'gladly', 'again'],
  thing: ['a ladder', 'two clocks', 'the red kite', 'his boots', 'some bread', 'every map', 'a drum', 'her notes'],
  place: ['in the yard', 'near a lake', 'at school', 'on deck', 'under the roof', 'by train', 'abroad', 'at home'],
  time: ['on Monday', 'last week', 'at dawn', 'in winter', 'yesterday', 'after lunch', 'before noon', 'in May'],
} as const;
