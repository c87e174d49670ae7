// A data file with the sketches of its rows: those that an earlier command made are found again, the rest are made and kept
// batch by batch.

import { resolve } from 'node:path';
import type { Sketcher } from '../activities/ports/models.ts';
import type { SketchFile, SketchOrigin } from '../adapters/sketches/sketch-file.ts';
import { exampleKey } from '../adapters/sketches/sketch-file.ts';
import type { SketchFolder } from '../adapters/sketches/sketch-folder.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import { itemAt } from '../core/item-at.ts';
import { plural } from '../core/report/format.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';
import type { ExampleRow, ReadExamples } from './example-rows.ts';
import { openExamples } from './example-rows.ts';
import { createPacer, paceText } from './pace.ts';
import type { SketchOptions } from './sketch-options.ts';
import { planOf } from './sketch-options.ts';

export interface SketchedRow extends Pick<ExampleRow, 'row' | 'id' | 'label'> {
  readonly loss: number;
}

export interface SketchedDataset {
  readonly file: string;
  readonly origin: SketchOrigin;
  /** The proxy's name; null where it is not known. */
  readonly model: string | null;
  /** The rows themselves; null for a folder of sketches, which has none. */
  readonly read: ReadExamples | null;
  /** Rows of the file that have a sketch, in the order of the file. */
  readonly rows: readonly SketchedRow[];
  /** One sketch for each of `rows`. */
  readonly sketches: RowSource;
  /** Rows without a sketch, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Rows whose prompt was cut on the left to fit the model. */
  readonly truncated: number;
  /** Completion tokens of each of `rows`, and of all rows of the file. */
  readonly rowTokens: readonly number[];
  readonly tokens: number;
}

type IndexedRow = Pick<ExampleRow, 'row' | 'id' | 'label'> & { readonly key: string };

/** Rows that are planned into batches together. */
const WINDOW_ROWS = 2048;

/**
 * Sketches what is missing of a data file, then calls `use`; sketches are readable until it resolves. A folder that
 * `score --out` wrote is taken as it is.
 */
export async function withSketches<Result>(
  file: string,
  options: SketchOptions,
  context: CommandContext,
  use: (dataset: SketchedDataset) => Promise<Result>,
): Promise<Result> {
  const { services } = context;
  const folder = await services.openSketchFolder(resolve(file));
  const run = (dataset: SketchedDataset): Promise<Result> =>
    use({ ...dataset, sketches: interruptible(dataset.sketches, context.signal) });
  if (folder !== null) return run(datasetOf(resolve(file), folder));
  const read = await openExamples(services.readDataset, { ...options, file });
  const rows = await indexRows(read, file, options.map?.['id'] !== undefined);
  const { origin, sketchFile } = await openSketched(file, { read, rows }, options, context);
  try {
    return await run({ file: resolve(file), origin, model: options.proxy, read, ...collect(rows, sketchFile) });
  } finally {
    await sketchFile.close();
  }
}

/** Measuring and choosing go through the rows block by block, so Ctrl-C ends them at the next block. */
function interruptible({ read, ...source }: RowSource, signal: AbortSignal): RowSource {
  return {
    ...source,
    read(start, end) {
      signal.throwIfAborted();
      return read(start, end);
    },
  };
}

/** The model is open only as long as there is something to sketch. */
async function openSketched(
  file: string,
  examples: Pick<Work, 'read' | 'rows'>,
  options: SketchOptions,
  context: CommandContext,
): Promise<{ readonly origin: SketchOrigin; readonly sketchFile: SketchFile }> {
  const { services, terminal } = context;
  terminal.progress(`Opening ${options.proxy} ...`);
  const runtime = await services.openRuntime(options.sessions);
  try {
    const sketcher = await runtime.openSketcher(options.proxy, planOf(options));
    const { specification, dimension } = sketcher;
    const { model: _, ...hashes } = sketcher.identity;
    const origin = { specification, dimension, ...hashes };
    const onWait = (): void => terminal.note(`Another process sketches ${file} the same way; waiting for it.`);
    const sketchFile = await services.openFilledSketches({ dataFile: resolve(file), origin, onWait }, (open) =>
      sketchMissing({ ...examples, sketcher, sketchFile: open }, context),
    );
    return { origin, sketchFile };
  } finally {
    await runtime.close();
  }
}

/** @throws {PermanentError} `InvalidData` when the sketches of the two were not made the same way */
export function requireSameOrigin(one: SketchedDataset, other: SketchedDataset): void {
  const fields = Object.keys({ ...one.origin, ...other.origin }) as (keyof SketchOrigin)[];
  const differing = fields.filter((field) => one.origin[field] !== other.origin[field]);
  if (differing.length === 0) return;
  const show = ({ origin }: SketchedDataset): string =>
    differing.map((field) => `${field} ${String(origin[field])}`).join(', ');
  throw new PermanentError(
    FailureType.InvalidData,
    `${one.file} and ${other.file} have sketches that cannot be used together: found ${show(one)}; expected ` +
      `${show(other)}. Sketch both with one proxy and one set of sketch options.`,
  );
}

function datasetOf(file: string, { origin, rows, sketches, result }: SketchFolder): SketchedDataset {
  const rowTokens = rows.map(({ tokens }) => tokens);
  return {
    file,
    origin,
    read: null,
    rows: rows.map(({ id, loss }, row) => ({ row, id, label: '', loss })),
    sketches,
    model: result.proxy.model ?? null,
    excluded: result.reasons,
    truncated: result.truncated,
    rowTokens,
    tokens: rowTokens.reduce((sum, tokens) => sum + tokens, 0),
  };
}

async function indexRows(read: ReadExamples, file: string, idsAreMapped: boolean): Promise<readonly IndexedRow[]> {
  const rows: IndexedRow[] = [];
  const seen = new Map<string, number>();
  for await (const { row, id, label, prompt, completion } of read()) {
    const before = seen.get(id);
    if (before !== undefined) {
      throw new PermanentError(
        FailureType.InvalidData,
        `${file}: rows ${before} and ${row} both have the id "${id}"; expected every id once. Map another column to id, or none.`,
      );
    }
    if (idsAreMapped) seen.set(id, row);
    rows.push({ row, id, label, key: exampleKey({ prompt, completion }) });
  }
  if (rows.length === 0) throw new UsageError(`${file} holds no rows.`);
  return rows;
}

interface Work {
  readonly read: ReadExamples;
  readonly rows: readonly IndexedRow[];
  readonly sketcher: Sketcher;
  readonly sketchFile: SketchFile;
}

async function sketchMissing({ read, rows, sketcher, sketchFile }: Work, context: CommandContext): Promise<void> {
  const waiting = new Set(rows.map(({ key }) => key));
  const total = waiting.size;
  for (const key of waiting) if (sketchFile.get(key) !== undefined) waiting.delete(key);
  if (waiting.size === 0) return;
  let done = total - waiting.size;
  if (done > 0) context.terminal.note(`${done} of ${total} examples were sketched before; going on with the rest.`);
  const report = progressOf(context, done, total);
  const onStop = (): void => context.terminal.note('Stopping after the batches in flight ...');
  context.signal.addEventListener('abort', onStop, { once: true });
  try {
    for await (const window of windowsOf(read, waiting)) {
      for await (const group of sketcher.sketch(window, context.signal)) {
        await sketchFile.append(
          group.map(({ position, result }) => ({ key: exampleKey(itemAt(window, position)), result })),
        );
        done += group.length;
        report(done);
      }
    }
  } catch (error) {
    context.terminal.note(`Stopped: ${done} of ${total} examples are kept; the same command goes on from there.`);
    throw error;
  } finally {
    context.signal.removeEventListener('abort', onStop);
  }
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** The examples whose keys wait, each once, some at a time. */
async function* windowsOf(read: ReadExamples, waiting: Set<string>): AsyncGenerator<readonly ExampleRow[]> {
  let window: ExampleRow[] = [];
  for await (const example of read()) {
    if (waiting.delete(exampleKey(example))) window.push(example);
    if (window.length === WINDOW_ROWS) {
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}

function progressOf({ services, terminal }: CommandContext, before: number, total: number): (done: number) => void {
  const pace = createPacer();
  let lastLineAt = services.now();
  pace('sketch', before, total, lastLineAt);
  return (done) => {
    const now = services.now();
    const line = `sketch  ${paceText(done, total, pace('sketch', done, total, now))}`;
    terminal.progress(line);
    if (terminal.interactive || now - lastLineAt < 5) return;
    terminal.note(line);
    lastLineAt = now;
  };
}

function collect(
  rows: readonly IndexedRow[],
  sketchFile: SketchFile,
): Omit<SketchedDataset, 'file' | 'origin' | 'model' | 'read'> {
  const kept: SketchedRow[] = [];
  const keys: string[] = [];
  const rowTokens: number[] = [];
  const excluded: Record<string, number> = {};
  let [truncated, tokens] = [0, 0];
  for (const { row, id, label, key } of rows) {
    const stored = sketchFile.get(key);
    if (stored === undefined) throw new Error(`The sketcher gave no result for row ${row}; this is a defect.`);
    tokens += stored.tokens;
    if (stored.truncated > 0) truncated++;
    if (stored.excluded !== null) {
      excluded[stored.excluded] = (excluded[stored.excluded] ?? 0) + 1;
      continue;
    }
    kept.push({ row, id, label, loss: stored.loss });
    keys.push(key);
    rowTokens.push(stored.tokens);
  }
  if (kept.length === 0)
    throw new UsageError(`None of ${plural(rows.length, 'row')} has a usable gradient: ${countsText(excluded)}.`);
  return { rows: kept, sketches: sketchFile.rows(keys), excluded, truncated, rowTokens, tokens };
}
