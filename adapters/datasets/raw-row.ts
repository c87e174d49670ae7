// A row as a file holds it, before columns are chosen, and the errors that say where a file is not what it should be.

import { FailureType, PermanentError } from '../../contracts/failures.ts';

export interface RawRow {
  /** Line of the file from 1, or the row from 1 where a format has no lines. */
  readonly line: number;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** `InvalidData` at a line of a file. */
export function unreadable(path: string, line: number, problem: string, cause?: unknown): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${path}, line ${line}: ${problem}`, { cause });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A few words that show what was found, for messages. */
export function show(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > 60 ? `${line.slice(0, 60)}...` : line}"`;
}
