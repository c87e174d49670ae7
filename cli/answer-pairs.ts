// The answers of two systems from two data files, matched to pairs.

import { resolve } from 'node:path';
import type { AnswerPair } from '../activities/answer-judging.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { CommandContext } from './context.ts';
import { sourceOf } from './example-rows.ts';

interface AnswerRow {
  readonly line: number;
  /** Null where the row has none. */
  readonly id: string | null;
  readonly prompt: string;
  readonly reference: string;
  readonly prediction: string;
}

/**
 * In the order of the first file.
 * @throws {PermanentError} `InvalidData` naming file and line where a text is missing, an id repeats or has no partner, or prompts differ
 */
export async function readAnswerPairs(
  firstFile: string,
  secondFile: string,
  context: CommandContext,
): Promise<readonly AnswerPair[]> {
  const first = await readAnswers(firstFile, context);
  const second = await readAnswers(secondFile, context);
  if (first.length !== second.length) {
    const found = `${second.length} rows, expected ${first.length} as in ${firstFile}`;
    throw wrong(secondFile, second.at(-1)?.line ?? 0, found);
  }
  const everyRowHasOne = [...first, ...second].every(({ id }) => id !== null);
  const idOf: IdOf = everyRowHasOne ? ({ id }) => id ?? '' : (_, place) => String(place);
  const partners = rowsById(second, secondFile, idOf);
  return [...rowsById(first, firstFile, idOf)].map(([id, row]) => {
    const other = partners.get(id);
    if (other === undefined) throw wrong(firstFile, row.line, `id ${id} is not in ${secondFile}`);
    if (row.prompt !== other.prompt)
      throw wrong(secondFile, other.line, `the prompt is not that of line ${row.line} of ${firstFile}`);
    return { id, prompt: row.prompt, reference: row.reference, first: row.prediction, second: other.prediction };
  });
}

type IdOf = (row: AnswerRow, place: number) => string;

/** In their order. */
function rowsById(rows: readonly AnswerRow[], file: string, idOf: IdOf): ReadonlyMap<string, AnswerRow> {
  const byId = new Map<string, AnswerRow>();
  for (const [place, row] of rows.entries()) {
    const id = idOf(row, place);
    const before = byId.get(id);
    if (before) throw wrong(file, row.line, `the id ${id} stands in line ${before.line} too; expected it once`);
    byId.set(id, row);
  }
  return byId;
}

async function readAnswers(file: string, { services, signal }: CommandContext): Promise<readonly AnswerRow[]> {
  const rows: AnswerRow[] = [];
  for await (const { line, columns } of services.readRawRows(sourceOf(file, {}))) {
    signal.throwIfAborted();
    const { id, prompt, prediction, reference = '' } = columns;
    for (const [column, value] of Object.entries({ prompt, prediction, reference })) {
      const found = value === undefined ? 'none' : JSON.stringify(value).slice(0, 80);
      if (typeof value !== 'string') throw wrong(file, line, `expected a text in the column ${column}, found ${found}`);
    }
    const texts = { prompt, prediction, reference } as Pick<AnswerRow, 'prompt' | 'prediction' | 'reference'>;
    rows.push({ line, id: typeof id === 'string' || typeof id === 'number' ? String(id) : null, ...texts });
  }
  if (rows.length === 0) throw wrong(file, 1, 'expected rows {"prompt", "prediction"}, found none');
  return rows;
}

function wrong(file: string, line: number, problem: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${resolve(file)}, line ${line}: ${problem}.`);
}
