// Rows written to a file that is there whole or not at all: JSON lines, or CSV with RFC 4180 quoting.

import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { requireFolderOf } from './require-folder.ts';

type Lines = (rows: AsyncIterable<object>) => AsyncGenerator<string>;

const writers: Readonly<Record<string, Lines>> = { '.jsonl': jsonLines, '.csv': csvLines };

/** @throws {PermanentError} `InvalidConfig` when the name of `path` asks for another format, or its folder takes no file */
export async function requireWritable(path: string): Promise<void> {
  writerOf(path);
  await requireFolderOf(path);
}

/** Replaces what lies at `path` once all rows are written. */
export async function writeRowsTo(path: string, rows: AsyncIterable<object>): Promise<void> {
  const part = `${path}.part-${process.pid}`;
  const lines = writerOf(path);
  try {
    await pipeline(Readable.from(lines(rows)), createWriteStream(part));
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

function writerOf(path: string): Lines {
  const [ending] = /\.[^.]+$/.exec(path.toLowerCase()) ?? [''];
  const writer = writers[ending];
  if (writer !== undefined) return writer;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `Cannot write rows to ${path}; expected a name that ends with ${Object.keys(writers).join(' or ')}.`,
  );
}

async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row, plainNumbers)}\n`;
}

/** The first row names the columns. What is no text and no number is written as JSON. */
async function* csvLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  let names: readonly string[] | undefined;
  for await (const row of rows) {
    if (names === undefined) {
      names = Object.keys(row);
      yield csvLine(names);
    }
    yield csvLine(names.map((name) => (row as Readonly<Record<string, unknown>>)[name]));
  }
}

function csvLine(cells: readonly unknown[]): string {
  const texts = cells.map((cell) => {
    if (cell === null || cell === undefined) return '';
    const text = typeof cell === 'string' ? cell : JSON.stringify(cell, plainNumbers).replace(/^"(.*)"$/, '$1');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${texts.join(',')}\r\n`;
}

/** 64-bit integers of Parquet files: JSON has no such type, and most fit in its numbers. */
function plainNumbers(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
