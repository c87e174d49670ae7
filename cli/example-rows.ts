// Rows of a data file as prompt and completion, whichever of the two common forms the file has.

import { resolve } from 'node:path';
import type { ReadDataset } from '../activities/ports/datasets.ts';
import type { ChatExample } from '../activities/ports/models.ts';
import { formatAt } from '../config/data-format.ts';
import type { FileSource } from '../contracts/campaign.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { UsageError } from './exit.ts';

export interface ExampleRow extends ChatExample {
  /** Position in the file, from 0. */
  readonly row: number;
  /** The mapped column, or else the position as text. */
  readonly id: string;
  /** '' where no column is mapped. */
  readonly label: string;
}

export interface ExampleFile extends FolderChoice {
  readonly file: string;
  readonly map?: Readonly<Record<string, string>>;
  readonly limit?: number;
}

/** What of a data set folder is read. */
export type FolderChoice = Pick<FileSource, 'split' | 'config'>;

/** Reads the rows from the start; may be called again. */
export type ReadExamples = () => AsyncGenerator<ExampleRow>;

const PAIR = ['prompt', 'completion'];
const EXTRA = ['id', 'label'];

/** Turns of a conversation that are looked at. */
const TURNS = 32;

/**
 * Finds out which form the file has, by its first row.
 * @throws {PermanentError} `InvalidData` when rows have neither form, or a mapped column is not there
 */
export async function openExamples(
  readDataset: ReadDataset,
  { file, map, limit = Infinity, ...choice }: ExampleFile,
): Promise<ReadExamples> {
  const source = sourceOf(file, choice);
  const columns = map === undefined ? await columnsFound(readDataset, source) : columnsNamed(map);
  return async function* read() {
    let taken = 0;
    for await (const { row, fields } of readDataset({ ...source, map: columns })) {
      if (taken++ >= limit) return;
      yield { row, id: fields['id'] ?? String(row), label: fields['label'] ?? '', ...exampleOf(fields, row) };
    }
  };
}

/** @throws {UsageError} when the name does not tell the format, or a file is to have a split */
export function sourceOf(file: string, { split, config }: FolderChoice): Omit<FileSource, 'map'> {
  const format = formatAt(file);
  if (format === null)
    throw new UsageError(
      `Cannot tell the format of ${file}; expected .jsonl, .csv, .tsv, .json or .parquet (text also as .gz), or a data set folder.`,
    );
  const choice = { ...(split === undefined ? {} : { split }), ...(config === undefined ? {} : { config }) };
  const [named] = Object.keys(choice);
  if (named !== undefined && format !== 'hf-dataset')
    throw new UsageError(`--${named} names a part of a data set folder; ${file} is a ${format} file.`);
  return { kind: 'file', path: resolve(file), format, where: {}, skip: 0, ...choice };
}

type ColumnMap = Readonly<Record<string, string>>;

async function columnsFound(readDataset: ReadDataset, source: Omit<FileSource, 'map'>): Promise<ColumnMap> {
  const pair = { prompt: 'prompt', completion: 'completion' };
  try {
    await firstRow(readDataset, { ...source, map: pair });
    return pair;
  } catch (notPairs) {
    if (!(notPairs instanceof PermanentError) || notPairs.type !== FailureType.InvalidData) throw notPairs;
    // What cannot be read at all, such as a split that is not there, has no columns to be named.
    await firstRow(readDataset, { ...source, map: {} });
    try {
      await firstRow(readDataset, { ...source, map: turnMap('messages') });
      return turnMap('messages');
    } catch (notMessages) {
      if (!(notMessages instanceof PermanentError)) throw notMessages;
      throw new PermanentError(
        FailureType.InvalidData,
        `${source.path} has neither columns prompt and completion nor a column messages. Name its columns: ` +
          `--map prompt=COLUMN,completion=COLUMN. (${notPairs.message})`,
        { cause: notMessages },
      );
    }
  }
}

/** Columns are checked when the first row is read; what stands in them is read later, row by row. */
async function firstRow(readDataset: ReadDataset, source: FileSource): Promise<void> {
  const rows = readDataset(source)[Symbol.asyncIterator]();
  await rows.next();
  await rows.return?.();
}

function columnsNamed(map: ColumnMap): ColumnMap {
  const { messages, ...others } = map;
  // With neither form named, the columns of the pair have their usual names.
  if (messages === undefined && Object.keys(others).every((field) => EXTRA.includes(field)))
    return { prompt: 'prompt', completion: 'completion', ...others };
  const wanted = messages === undefined ? PAIR : [];
  const missing = wanted.filter((field) => !(field in map));
  const unknown = Object.keys(others).filter((field) => ![...wanted, ...EXTRA].includes(field));
  if (missing.length === 0 && unknown.length === 0)
    return messages === undefined ? others : { ...others, ...turnMap(messages) };
  throw new PermanentError(
    FailureType.InvalidConfig,
    `--map names ${Object.keys(map).join(', ')}; expected prompt and completion, or messages; and id and label if you like.`,
  );
}

function exampleOf(fields: Readonly<Record<string, string>>, row: number): ChatExample {
  const { prompt, completion } = fields;
  if (prompt !== undefined && completion !== undefined) return { prompt, completion };
  return fromTurns(fields, row);
}

/** Columns are paths, so a list of turns is read turn by turn; turns that are not there read as ''. */
function turnMap(column: string): ColumnMap {
  const turns = Array.from({ length: TURNS }, (_, turn) => [
    [`role ${turn}`, `${column}.${turn}.role`],
    [`content ${turn}`, `${column}.${turn}.content`],
  ]);
  return Object.fromEntries(turns.flat() as [string, string][]);
}

/** The last answer, and the last question before it. */
function fromTurns(fields: Readonly<Record<string, string>>, row: number): ChatExample {
  const turns = Array.from({ length: TURNS }, (_, turn) => ({
    role: fields[`role ${turn}`] ?? '',
    content: fields[`content ${turn}`] ?? '',
  }));
  const answer = turns.findLastIndex(({ role }) => role === 'assistant');
  const question = turns.slice(0, Math.max(0, answer)).findLast(({ role }) => role === 'user');
  const completion = turns[answer]?.content;
  if (question !== undefined && completion !== undefined) return { prompt: question.content, completion };
  const roles = turns.flatMap(({ role }) => (role === '' ? [] : [role]));
  throw new PermanentError(
    FailureType.InvalidData,
    `Row ${row}: expected a user turn with an assistant turn after it; found ${roles.length === 0 ? 'no turns' : roles.join(', ')}.`,
  );
}
