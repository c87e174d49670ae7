// Rows of CSV with real quoting (RFC 4180) and of tab-separated text without any.

import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { linesOf } from './lines.ts';
import { readBytes } from './packed-bytes.ts';
import { unreadable } from './raw-row.ts';
import type { RawRow } from './raw-row.ts';

interface CsvItem {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** The first record names the columns. Quotes may hold commas, quotes and line breaks. */
export async function* readCsv(path: string): AsyncGenerator<RawRow> {
  const file = Readable.from(readBytes(path));
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    columns: (header: string[]) => checkedHeader(path, header),
  });
  file.on('error', (error) => parser.destroy(error));
  try {
    for await (const item of file.pipe(parser)) {
      const { record, info } = item as CsvItem;
      yield { line: info.lines, columns: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(
      path,
      Number(error['lines'] ?? 0),
      `${error.message}; expected comma-separated values with a header line`,
      error,
    );
  } finally {
    file.destroy();
  }
}

/** A quote is a character like any other here. */
export async function* readTsv(path: string): AsyncGenerator<RawRow> {
  let header: readonly string[] | undefined;
  for await (const { number, text } of linesOf(readBytes(path), path)) {
    if (text === '') continue;
    const cells = text.split('\t');
    if (!header) {
      header = checkedHeader(path, cells);
      continue;
    }
    if (cells.length !== header.length) {
      throw unreadable(
        path,
        number,
        `found ${cells.length} cells; expected ${header.length}, as many as the header has`,
      );
    }
    yield { line: number, columns: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
  }
}

function checkedHeader(path: string, header: readonly string[]): string[] {
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw unreadable(path, 1, `the column "${twice}" is there twice; expected each name once`);
  return [...header];
}
