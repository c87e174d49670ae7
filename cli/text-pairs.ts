// Rows {prediction, reference} of a data file or stdin, each with the place that a message names.

import { resolve } from 'node:path';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { TextPair } from '../core/scoring/text-metrics.ts';
import type { CommandContext } from './context.ts';
import { sourceOf } from './example-rows.ts';

/**
 * @param file - `-` for JSON lines on stdin
 * @throws {PermanentError} `InvalidData` at the first row without a text in each of both columns, and without any row
 */
export async function* readTextPairs(
  file: string,
  { services, signal }: CommandContext,
): AsyncGenerator<TextPair & { readonly id: unknown }> {
  const name = file === '-' ? 'stdin' : resolve(file);
  let isEmpty = true;
  const rows = file === '-' ? services.readStandardInput(signal) : services.readRawRows(sourceOf(file, {}));
  for await (const { line, columns } of rows) {
    signal.throwIfAborted();
    const { prediction, reference, id } = columns;
    const references = Array.isArray(reference) ? (reference as readonly unknown[]) : [reference];
    if (typeof prediction !== 'string') throw wrongColumn(name, line, 'prediction', prediction);
    if (references.length === 0 || !references.every((one) => typeof one === 'string'))
      throw wrongColumn(name, line, 'reference', reference);
    isEmpty = false;
    yield { id, prediction, references };
  }
  if (isEmpty)
    throw new PermanentError(FailureType.InvalidData, `${name} holds no rows; expected {"prediction", "reference"}.`);
}

function wrongColumn(name: string, line: number, column: string, found: unknown): PermanentError {
  const what = found === undefined ? 'has none' : `is ${JSON.stringify(found).slice(0, 80)}`;
  const expected = column === 'reference' ? 'a text or a list of texts' : 'a text';
  return new PermanentError(
    FailureType.InvalidData,
    `${name}, line ${line}: expected ${expected} in the column ${column}, which ${what}. Every row needs {"prediction": "...", "reference": "..."}.`,
  );
}
