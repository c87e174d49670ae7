// The samples of the fidelity bench: the first of each data set that fit, as the token ids that both sides differentiate.
import type { ChatExample } from '../activities/ports/models.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import type { LanguageModelFiles } from '../adapters/models/model.ts';
import type { FileSource } from '../contracts/campaign.ts';
import type { TokenSample } from '../core/models/encode.ts';
import { inputLength } from '../core/models/encode.ts';
import { taskNamed } from '../tasks/registry.ts';

/** Tokens that the model reads. */
const LONGEST = 128;

interface Source {
  readonly file: string;
  readonly format: FileSource['format'];
  readonly map: FileSource['map'];
  readonly count: number;
  readonly read: (fields: Readonly<Record<string, string>>, target: Target) => ChatExample | null;
}

const asIs = ({ prompt = '', completion = '' }: Readonly<Record<string, string>>): ChatExample => ({
  prompt,
  completion,
});

/** What an inference sample's loss is taken over: the bare label, or the hypothesis and the label. */
export type Target = 'completion' | 'text';

const pair = (fields: Readonly<Record<string, string>>, target: Target): ChatExample | null => {
  const { readRecord, gradientExample } = taskNamed('nli');
  const record = readRecord(fields);
  return record.ok ? gradientExample(record.body, target) : null;
};

const pairFields = { premise: 'premise', hypothesis: 'hypothesis', label: 'label' };

/** Grade-school mathematics, then competition mathematics, then inference. */
export const sources: readonly Source[] = [
  {
    file: 'math/gsm8k-train.jsonl',
    format: 'jsonl',
    map: { prompt: 'question', completion: 'answer' },
    count: 40,
    read: asIs,
  },
  {
    file: 'math/math-test.jsonl',
    format: 'jsonl',
    map: { prompt: 'problem', completion: 'solution' },
    count: 24,
    read: asIs,
  },
  { file: 'nli/mnli-dev.csv', format: 'csv', map: pairFields, count: 16, read: pair },
  { file: 'nli/snli-dev.csv', format: 'csv', map: pairFields, count: 16, read: pair },
];

/** `dataFolder` holds the files of `sources`. */
export async function fidelitySamples(
  dataFolder: string,
  { chat }: LanguageModelFiles,
  target: Target,
): Promise<TokenSample[]> {
  const samples: TokenSample[] = [];
  for (const { file, format, map, count, read } of sources) {
    const wanted = samples.length + count;
    const source: FileSource = { kind: 'file', path: `${dataFolder}/${file}`, format, map, where: {}, skip: 0 };
    for await (const { fields } of readDataset(source)) {
      const example = read(fields, target);
      if (example === null) continue;
      const sample = chat.encodeChat(example);
      if (inputLength(sample) <= LONGEST) samples.push(sample);
      if (samples.length === wanted) break;
    }
    if (samples.length < wanted)
      throw new Error(`${file} has fewer than ${count} samples of at most ${LONGEST} tokens`);
  }
  return samples;
}
