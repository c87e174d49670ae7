// A sample as the rows that trainers read, and as the row of the data set itself.

import type { Sample } from '../../contracts/samples.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { ColumnRow, Columns } from './parquet-shards.ts';

export const exportFormats = ['hf', 'trl', 'messages', 'sharegpt', 'alpaca', 'jsonl'] as const;

/** `hf` is Parquet with a card; all others are `FORMAT/train.jsonl`. */
export type ExportFormat = (typeof exportFormats)[number];

export type LinesFormat = Exclude<ExportFormat, 'hf'>;

/** One line of `train.jsonl`. */
export function lineOf(sample: Sample, format: LinesFormat): object {
  const { id, prompt, completion } = sample;
  const [question, answer] = turnsOf(sample);
  switch (format) {
    case 'trl':
      return { id, prompt: [question], completion: [answer] };
    case 'messages':
      return { id, messages: [question, answer] };
    case 'sharegpt':
      return {
        id,
        conversations: [
          { from: 'human', value: prompt },
          { from: 'gpt', value: completion },
        ],
      };
    case 'alpaca':
      return { id, instruction: prompt, input: '', output: completion };
    case 'jsonl':
      return sample;
  }
}

/** What LLaMA-Factory's dataset_info.json says of a format; null for those that it does not read. */
export function llamaFactoryEntry(format: ExportFormat): object | null {
  const file = { file_name: `${format}/train.jsonl` };
  switch (format) {
    case 'messages':
      return {
        ...file,
        formatting: 'sharegpt',
        columns: { messages: 'messages' },
        tags: {
          role_tag: 'role',
          content_tag: 'content',
          user_tag: 'user',
          assistant_tag: 'assistant',
          system_tag: 'system',
        },
      };
    case 'sharegpt':
      return { ...file, formatting: 'sharegpt', columns: { messages: 'conversations' } };
    case 'alpaca':
      return {
        ...file,
        formatting: 'alpaca',
        columns: { prompt: 'instruction', query: 'input', response: 'output' },
      };
    case 'hf':
    case 'trl':
    case 'jsonl':
      return null;
  }
}

/** Columns of `data/train-*.parquet`. What a sample came from stands in columns of its own, and whole in `lineage`. */
export const sampleColumns = {
  id: 'text',
  task: 'text',
  messages: 'turns',
  prompt: 'text',
  completion: 'text',
  answer: 'text',
  group: 'text',
  origin: 'text',
  source: 'text',
  generator: 'text',
  round: 'whole',
  few_shots: 'texts',
  template: 'text',
  model: 'text',
  request_hash: 'text',
  cluster: 'whole',
  lineage: 'text',
} as const satisfies Columns;

export function sampleRow(sample: Sample): ColumnRow {
  const { lineage, id, task, prompt, completion, answer, group } = sample;
  const { origin, source, generator, round, fewShots, template, model, requestHash, cluster } = lineage;
  return {
    ...{ id, task, messages: turnsOf(sample), prompt, completion, answer, group },
    ...{ origin, source, generator, round, template, model, cluster },
    few_shots: fewShots,
    request_hash: requestHash,
    lineage: canonicalJson(lineage),
  };
}

function turnsOf({ prompt, completion }: Sample) {
  return [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion },
  ] as const;
}
