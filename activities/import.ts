// Import: rows of files and draws of symbolic slices become samples; what a task cannot read is kept as a reject.

import { basename } from 'node:path';
import type { DataActivities, ImportInput } from '../contracts/activities.ts';
import type { CampaignContext, FileSource, SampleSource, SymbolicSource } from '../contracts/campaign.ts';
import type { Lineage } from '../contracts/samples.ts';
import { PermanentError } from '../contracts/failures.ts';
import { permutation } from '../core/random/philox.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ReadResult, Task } from '../tasks/task.ts';
import type { DatasetRecord, Datasets } from './ports/datasets.ts';
import type { OpenStore } from './ports/store.ts';
import { openSieve, type Sieve } from './sieve.ts';
import { runStage } from './stage.ts';

export interface ImportPorts {
  readonly openStore: OpenStore;
  readonly datasets: Datasets;
}

export function createImportActivities({ openStore, datasets }: ImportPorts): Pick<DataActivities, 'importSamples'> {
  return {
    async importSamples({ context, name, sources, unreadable }) {
      const store = await openStore(context.store);
      const described = await describeSources(sources, datasets);
      const strict = unreadable === undefined ? {} : { unreadable };
      const config = { task: context.task, seed: context.seed, name, sources: described, ...strict };
      return runStage(store, { stage: 'import', version: 2, inputs: [], config }, async () => {
        const sieve = openSieve(store, 'import');
        let taken = 0;
        const fileNames = fileNamesOf(sources);
        for (const source of sources)
          taken += await importSource(source, { context, name, sieve, datasets, fileNames, ...strict });
        const tables = await sieve.finish({ [name]: taken });
        if (tables.output.rows === 0) throw nothingRead(name, sources, taken);
        return { ...tables, summary: null };
      });
    },
  };
}

/** Sources as a stage key knows them: files by name and content, not by where they lie. */
export async function describeSources(sources: readonly SampleSource[], datasets: Datasets): Promise<unknown[]> {
  const names = fileNamesOf(sources);
  return Promise.all(
    sources.map(async (source) =>
      source.kind === 'symbolic'
        ? source
        : { ...source, path: names(source), sha256: await datasets.fingerprint(source) },
    ),
  );
}

/** What ids and lineage call a file: its last name, with a number where files of several folders share it. */
export function fileNamesOf(sources: readonly SampleSource[]): (source: FileSource) => string {
  const files = sources.flatMap((source) => (source.kind === 'file' ? [source] : []));
  return (source) => {
    const name = lastName(source);
    const paths = [...new Set(files.filter((other) => lastName(other) === name).map(({ path }) => path))];
    const place = paths.indexOf(source.path);
    return place < 1 ? name : `${name}#${place + 1}`;
  };
}

/** Rows of two splits of one folder have the same numbers, so the split belongs to the name. */
function lastName({ path, config, split }: FileSource): string {
  return [basename(path), config, split].filter((part) => part !== undefined).join('/');
}

/** The rows of a file source in its seeded order, `skip` and `count` applied: two passes, so memory holds only the draw. */
export async function drawRecords(source: FileSource, seed: number, datasets: Datasets): Promise<DatasetRecord[]> {
  let available = 0;
  for await (const _record of datasets.read(source)) available += 1;
  const order = permutation(`${seed}/rows/${basename(source.path)}`, available);
  const drawn = order.slice(source.skip, source.count === undefined ? available : source.skip + source.count);
  const places = new Map([...drawn].map((position, place) => [position, place]));
  const records = new Array<DatasetRecord>(drawn.length);
  let position = 0;
  for await (const record of datasets.read(source)) {
    const place = places.get(position++);
    if (place !== undefined) records[place] = record;
  }
  return records;
}

/** Records `start` to `end` of the slices dealt in turn: slice i mod count, draw floor(i / count). */
export function dealRecord(
  task: Task,
  slices: readonly string[],
  key: string,
  index: number,
): { slice: string; record: Readonly<Record<string, string>> } {
  const slice = slices[index % slices.length];
  if (slice === undefined) {
    throw new PermanentError(
      'InvalidConfig',
      `A symbolic source of task ${task.name} names no slices; name at least one.`,
    );
  }
  return { slice, record: task.makeRecord(slice, key, Math.floor(index / slices.length)) };
}

interface ImportTarget {
  readonly context: CampaignContext;
  readonly name: string;
  readonly sieve: Sieve;
  readonly datasets: Datasets;
  readonly fileNames: (source: FileSource) => string;
  readonly unreadable?: 'fail';
}

async function importSource(source: SampleSource, target: ImportTarget): Promise<number> {
  return source.kind === 'file' ? importFile(source, target) : importSymbolic(source, target);
}

async function importFile(
  source: FileSource,
  { context, name, sieve, datasets, fileNames, unreadable }: ImportTarget,
): Promise<number> {
  const records = await drawRecords(source, context.seed, datasets);
  const file = fileNames(source);
  for (const { row, fields } of records) {
    const id = `${name}/${file}:${row}`;
    if (unreadable === 'fail') requireReadable(name, { source, row }, taskNamed(context.task).readRecord(fields));
    await read(id, fields, { context, sieve, lineage: lineageOf('import', file, name) });
  }
  return records.length;
}

async function importSymbolic(source: SymbolicSource, { context, name, sieve }: ImportTarget): Promise<number> {
  const task = taskNamed(context.task);
  for (let index = 0; index < source.count; index++) {
    const { slice, record } = dealRecord(task, source.slices, `${context.seed}/${name}`, index);
    await read(`${name}/${slice}:${index}`, record, { context, sieve, lineage: lineageOf('symbolic', slice, name) });
  }
  return source.count;
}

async function read(
  id: string,
  fields: Readonly<Record<string, string>>,
  { context, sieve, lineage }: { context: CampaignContext; sieve: Sieve; lineage: Lineage },
): Promise<void> {
  const result = taskNamed(context.task).readRecord(fields);
  if (result.ok) await sieve.keep({ id, task: context.task, ...result.body, lineage });
  else await sieve.reject(id, lineage.generator, result, fields);
}

/** Pairs whose annotators did not agree have no answer and are left out, as everywhere. */
function requireReadable(
  name: string,
  { source, row }: { readonly source: FileSource; readonly row: number },
  result: ReadResult,
): void {
  if (result.ok || result.reason === 'no-gold-label') return;
  const columns = Object.entries(source.map).map(([field, column]) => `${field}: ${column}`);
  throw new PermanentError(
    'InvalidData',
    `Benchmark ${name}: row ${row + 1} of ${source.path} cannot be read: ${result.reason}: ${result.detail} ` +
      `(columns ${columns.join(', ')}). Mend the row, or leave it out with "where"; a benchmark is not shortened silently.`,
  );
}

function lineageOf(origin: Lineage['origin'], source: string, generator: string): Lineage {
  return { origin, source, generator, round: 0, fewShots: [] };
}

function nothingRead(name: ImportInput['name'], sources: readonly SampleSource[], taken: number): PermanentError {
  const from = sources.map((source) => (source.kind === 'file' ? source.path : source.slices.join(', '))).join('; ');
  return new PermanentError(
    'InvalidData',
    `Import of ${name}: no usable sample in ${from}; ${taken} rows were read and none could be used, at least 1 is needed. ` +
      `Check the "map" and "where" of the source: every field of the task must name a column that holds it.`,
  );
}
