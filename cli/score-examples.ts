// Rows of a data file as prompt and completion, whichever of the two common forms the file has.

import type { ReadDataset } from '../activities/ports/datasets.ts';
import type { ChatExample } from '../activities/ports/models.ts';
import type { FileSource } from '../contracts/campaign.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';

interface Wanted {
  readonly map?: Readonly<Record<string, string>>;
  readonly limit?: number;
}

const FIELDS = ['prompt', 'completion'];

/** Turns of a conversation that are looked at. */
const TURNS = 32;

/** @throws {PermanentError} `InvalidData` when rows have neither form, or a mapped column is not there */
export async function readExamples(
  readDataset: ReadDataset,
  source: Omit<FileSource, 'map'>,
  { map, limit }: Wanted,
): Promise<readonly ChatExample[]> {
  if (map !== undefined) {
    requireFields(map);
    const { messages } = map;
    return take(readDataset({ ...source, map: messages === undefined ? map : turnMap(messages) }), limit);
  }
  try {
    return await take(readDataset({ ...source, map: { prompt: 'prompt', completion: 'completion' } }), limit);
  } catch (notPairs) {
    if (!(notPairs instanceof PermanentError) || notPairs.type !== FailureType.InvalidData) throw notPairs;
    try {
      return await take(readDataset({ ...source, map: turnMap('messages') }), limit);
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

function requireFields(map: Readonly<Record<string, string>>): void {
  const missing = 'messages' in map ? [] : FIELDS.filter((field) => !(field in map));
  const unknown = Object.keys(map).filter((field) => !FIELDS.includes(field) && field !== 'messages');
  if (missing.length === 0 && unknown.length === 0) return;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `--map names ${Object.keys(map).join(', ')}; expected prompt and completion, or messages.`,
  );
}

async function take(rows: ReturnType<ReadDataset>, limit: number | undefined): Promise<readonly ChatExample[]> {
  const examples: ChatExample[] = [];
  for await (const { row, fields } of rows) {
    examples.push(exampleOf(fields, row));
    if (examples.length === limit) break;
  }
  return examples;
}

function exampleOf(fields: Readonly<Record<string, string>>, row: number): ChatExample {
  const { prompt, completion } = fields;
  if (prompt !== undefined && completion !== undefined) return { prompt, completion };
  return fromTurns(fields, row);
}

/** Columns are paths, so a list of turns is read turn by turn; turns that are not there read as ''. */
function turnMap(column: string): Readonly<Record<string, string>> {
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
