// Sketches to keep and to hand on: a folder of Parquet files (id, loss, tokens, sketch) whose metadata says how they were made.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import type { SketchRow } from '../../contracts/samples.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowSource } from '../../core/diversity/row-source.ts';
import { itemAt } from '../../core/item-at.ts';
import { requireFolderOf } from '../datasets/require-folder.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import { decodeTable, encodeTable } from '../store/tables.ts';
import type { SketchOrigin } from './sketch-file.ts';

/** What a folder holds of each row besides the sketch. */
export type KeptRow = Omit<SketchRow, 'sketch'>;

export interface KeptSketches {
  readonly origin: SketchOrigin;
  readonly rows: readonly KeptRow[];
  readonly sketches: RowSource;
}

/** What the result of `score` says of the rows that are not in the folder. */
export interface KeptResult {
  /** The data file that was scored. */
  readonly file: string;
  readonly proxy: { readonly model?: string };
  readonly reasons: Readonly<Record<string, number>>;
  readonly truncated: number;
}

export interface SketchFolder extends KeptSketches {
  readonly result: KeptResult;
}

const RESULT = 'score.json';
const PART_ROWS = 4096;

const isOurs = (name: string): boolean => name === RESULT || /^sketches-\d+\.parquet$/.test(name);

/** @throws {PermanentError} `InvalidConfig` when something lies at `folder` that is not a result for `file` to replace */
export async function requireSketchFolder(folder: string, file: string): Promise<void> {
  await requireFolderOf(folder);
  const entries = await readdir(folder).catch((error: unknown): string[] => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') return ['a file'];
    throw error;
  });
  const foreign = entries.filter((name) => !isOurs(name));
  const isWhole = entries.includes(RESULT) && entries.length > 1;
  if (entries.length === 0) return;
  if (foreign.length === 0 && isWhole) {
    const { file: scored } = await readResult(folder);
    if (scored === file) return;
    throw new PermanentError(
      FailureType.InvalidConfig,
      `--out ${folder}: found the result for ${scored} there; expected no folder, or an earlier result for ${file}. ` +
        'Name another folder, or delete this one.',
    );
  }
  throw new PermanentError(
    FailureType.InvalidConfig,
    `--out ${folder}: found ${(foreign.length > 0 ? foreign : entries).slice(0, 3).join(', ')} there; expected no folder, an ` +
      'empty one, or one that holds what score wrote and nothing else.',
  );
}

/** Writes all files beside `folder` and moves them there at the end; what was there before is removed last. */
export async function writeSketchFolder(
  folder: string,
  { origin, rows, sketches }: KeptSketches,
  result: KeptResult,
): Promise<void> {
  await requireSketchFolder(folder, result.file);
  await writeWholeFolder(folder, async (work) => {
    const { dimension, ...metadata } = origin;
    for (let start = 0; start < rows.length; start += PART_ROWS) {
      const part = rows.slice(start, start + PART_ROWS);
      const { values } = await sketches.read(start, start + part.length);
      const table = part.map(({ id, loss, tokens }, row) => {
        return { id, loss, tokens, sketch: values.subarray(row * dimension, (row + 1) * dimension) };
      });
      const name = `sketches-${String(start / PART_ROWS).padStart(5, '0')}.parquet`;
      await writeFile(join(work, name), encodeTable('sketches', name, table, metadata));
    }
    await writeFile(join(work, RESULT), `${JSON.stringify(result, null, 2)}\n`);
  });
}

/** Whether there is anything in the folder that score wrote; a folder of data has nothing of it. */
export async function holdsSketches(folder: string): Promise<boolean> {
  return (await readdir(folder)).some(isOurs);
}

/** @throws {PermanentError} `InvalidData` when there are no sketches in it, or they were not made the same way */
export async function openSketchFolder(folder: string): Promise<SketchFolder> {
  const names = (await readdir(folder)).filter((name) => name !== RESULT && isOurs(name)).sort();
  if (names.length === 0) {
    throw new PermanentError(
      FailureType.InvalidData,
      `${folder} holds no sketches-NNNNN.parquet; expected a data file, or a folder that \`diffract score FILE --out\` wrote.`,
    );
  }
  const origins = await Promise.all(names.map((name) => originOf(join(folder, name))));
  const origin = itemAt(origins, 0);
  const other = origins.findIndex((found) => JSON.stringify(found) !== JSON.stringify(origin));
  if (other >= 0) {
    throw new PermanentError(
      FailureType.InvalidData,
      `${folder} mixes sketches: ${itemAt(names, other)} has ${JSON.stringify(origins[other])}, ${itemAt(names, 0)} has ` +
        `${JSON.stringify(origin)}. Expected the files of one run of score.`,
    );
  }
  const rows: KeptRow[] = [];
  for (const name of names) {
    for (const { id, loss, tokens } of await readPart(join(folder, name))) rows.push({ id, loss, tokens });
  }
  const result = await readResult(folder);
  return { origin, rows, result, sketches: sourceOf(folder, names, rows.length, origin.dimension) };
}

async function readResult(folder: string): Promise<KeptResult> {
  const path = join(folder, RESULT);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as KeptResult;
  } catch (error) {
    throw new PermanentError(
      FailureType.InvalidData,
      `${path} cannot be read; expected the result that score wrote beside its sketches. Run score with --out again.`,
      { cause: error },
    );
  }
}

/** Reads go through the rows in order, so the part read last is kept. */
function sourceOf(folder: string, names: readonly string[], count: number, dimension: number): RowSource {
  let kept: { readonly index: number; readonly part: Promise<readonly SketchRow[]> } | undefined;
  const partOf = (index: number): Promise<readonly SketchRow[]> => {
    if (kept?.index !== index) kept = { index, part: readPart(join(folder, itemAt(names, index))) };
    return kept.part;
  };
  return {
    count,
    dimension,
    async read(start, end) {
      const values = new Float32Array((end - start) * dimension);
      for (let row = start; row < end; row++) {
        const part = await partOf(Math.floor(row / PART_ROWS));
        values.set(itemAt(part, row % PART_ROWS).sketch, (row - start) * dimension);
      }
      return { values, count: end - start, dimension };
    },
  };
}

async function readPart(path: string): Promise<readonly SketchRow[]> {
  return decodeTable('sketches', path, await readFile(path));
}

async function originOf(path: string): Promise<SketchOrigin> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
  const found = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? '']));
  const text = (key: string): string => {
    const value = found.get(key);
    if (value !== undefined) return value;
    throw new PermanentError(
      FailureType.InvalidData,
      `${path} does not say how its sketches were made: no "${key}" in its metadata. Sketch the data again with diffract score.`,
    );
  };
  return {
    specification: text('specification'),
    weights: text('weights'),
    config: text('config'),
    tokenizer: text('tokenizer'),
    template: text('template'),
    dimension: Number(text('sketch.dim')),
  };
}
