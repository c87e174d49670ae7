// What an entry of `map` or `where` means: a column, a path into a nested one, or a template of several.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RawRow } from './raw-row.ts';

/** Reads one entry from a row as text; absent and null values are ''. */
export interface ColumnReader {
  /** The top-level columns that the entry names, as it spells them: a name with dots may be a path. */
  readonly names: readonly string[];
  read(row: RawRow): string;
}

/**
 * `question` is a column; `final_answer.0` the first item of one, unless a column has that very name; `{Body} {Question}`
 * is a text with columns or paths filled in.
 */
export function columnReader(path: string, field: string, entry: string): ColumnReader {
  if (!/\{[^{}]+\}/.test(entry)) {
    return { names: [entry], read: (row) => textOf(path, field, entry, row) };
  }
  const names = [...entry.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
  return {
    names,
    read: (row) => entry.replace(/\{([^{}]+)\}/g, (_, name: string) => textOf(path, field, name, row)),
  };
}

/** @throws {PermanentError} `InvalidData` when the row has no such column at its top level */
export function checkColumns(path: string, field: string, { names }: ColumnReader, row: RawRow): void {
  const present = Object.keys(row.columns);
  const missing = names.find((name) => !present.includes(name) && !present.includes(topOf(name)));
  if (missing === undefined) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `${path}, line ${row.line}: no column "${missing}" for ${field}; the columns are ${present.join(', ')}. Correct the map or where of this source.`,
  );
}

/** The part of a path that names a column, if the name is a path. */
export function topOf(name: string): string {
  return name.split('.')[0] ?? name;
}

function textOf(path: string, field: string, name: string, row: RawRow): string {
  const value = Object.hasOwn(row.columns, name) ? row.columns[name] : follow(row.columns, name.split('.'));
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') {
    if (value instanceof Date) return value.toISOString();
    const inner = Array.isArray(value)
      ? `a list of ${value.length}`
      : `an object with ${Object.keys(value).join(', ')}`;
    const hint = `${name}.${Array.isArray(value) ? '0' : (Object.keys(value)[0] ?? 'name')}`;
    throw new PermanentError(
      FailureType.InvalidData,
      `${path}, line ${row.line}: "${name}" for ${field} is ${inner}; expected a text or a number. Name one part of it, such as ${hint}.`,
    );
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '';
}

function follow(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return follow((value as Record<string, unknown>)[step], rest);
}
