// The pool of a campaign as a folder to hand on: data in every format that was asked for, a card, the rejects, provenance.

import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../activities/ports/store.ts';
import type { Sample } from '../../contracts/samples.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import { readCampaign } from './campaign-artifacts.ts';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import { renderCard } from './card.ts';
import type { CardContent } from './card-content.ts';
import { describeFiles, PROVENANCE, requireExportFolder } from './export-folder.ts';
import { createOriginCounter } from './origins.ts';
import { openShards } from './parquet-shards.ts';
import { provenanceOf } from './provenance.ts';
import { writeRejects } from './rejects.ts';
import { lineOf, llamaFactoryEntry, sampleColumns, sampleRow } from './sample-formats.ts';
import type { ExportFormat, LinesFormat } from './sample-formats.ts';

export interface ExportRequest {
  readonly campaign: string;
  readonly folder: string;
  readonly formats: readonly ExportFormat[];
  /** The pool after this round; absent: as it is. */
  readonly round?: number;
  /** As the hub spells it. */
  readonly license: string;
  /** ISO 639-1; absent: the language that the campaign keeps, if it keeps only one. */
  readonly language?: string;
  /** Of this program. */
  readonly version: string;
}

export interface Exported {
  readonly round: number;
  readonly samples: number;
  readonly rejects: number;
  /** Names below the folder. */
  readonly files: readonly string[];
}

/**
 * Holds one part of the pool in memory at a time.
 * @throws {PermanentError} `MissingArtifact` when there is no pool, `InvalidConfig` when the folder may not be replaced
 */
export async function exportCampaign(
  store: Store,
  request: ExportRequest,
  { onProgress, signal }: { readonly onProgress: (done: number, total: number) => void; readonly signal: AbortSignal },
): Promise<Exported> {
  await requireExportFolder(request.folder);
  const made = await readCampaign(store, request.campaign, request.round);
  let exported: Exported | undefined;
  await writeWholeFolder(request.folder, async (work) => {
    const passed = (samples: number): void => {
      signal.throwIfAborted();
      onProgress(samples, made.pool.rows);
    };
    const data = await writeData(work, store, { made, formats: request.formats, passed });
    const rejects = await writeRejects(work, store, made, signal);
    await writeFile(
      join(work, 'README.md'),
      renderCard({ ...cardContent(made, request), ...data, rejects: rejects.rows }),
    );
    await writeLlamaFactoryInfo(work, request);
    const files = await describeFiles(work);
    await writeFile(join(work, PROVENANCE), provenanceOf({ made, version: request.version, files }));
    const names = [...Object.keys(files), PROVENANCE];
    exported = { round: made.round, samples: data.samples, rejects: rejects.rows, files: names };
  });
  if (exported === undefined) throw new Error('The export was not written; this is a defect.');
  return exported;
}

function cardContent(made: CampaignArtifacts, { formats, license, language, version }: ExportRequest) {
  return { made, formats, license, version, language: language ?? made.config?.filters.language ?? null };
}

interface DataWork {
  readonly made: CampaignArtifacts;
  readonly formats: readonly ExportFormat[];
  /** Told after each part how many samples are written. */
  readonly passed: (samples: number) => void;
}

type WrittenData = Pick<CardContent, 'task' | 'table' | 'samples' | 'origins' | 'groups'>;

async function writeData(work: string, store: Store, { made, formats, passed }: DataWork): Promise<WrittenData> {
  const counter = createOriginCounter();
  const writers = await openWriters(work, formats);
  let [samples, task]: [number, Sample['task'] | undefined] = [0, undefined];
  try {
    for await (const part of store.readTable(made.pool)) {
      counter.add(part);
      for (const writer of writers) await writer.write(part);
      samples += part.length;
      task ??= part[0]?.task;
      passed(samples);
    }
    if (task === undefined) throw emptyPool(made.campaign);
    let table: WrittenData['table'] = null;
    for (const writer of writers) table = (await writer.finish()) ?? table;
    return { task, table, samples, origins: counter.origins(), groups: counter.groups() };
  } finally {
    for (const writer of writers) await writer.close();
  }
}

interface SampleWriter {
  write(samples: readonly Sample[]): Promise<void>;
  /** What was written of Parquet; null for lines. */
  finish(): Promise<CardContent['table']>;
  close(): Promise<void>;
}

async function openWriters(work: string, formats: readonly ExportFormat[]): Promise<SampleWriter[]> {
  const writers: SampleWriter[] = [];
  for (const format of formats) {
    const folder = join(work, format === 'hf' ? 'data' : format);
    await mkdir(folder);
    writers.push(format === 'hf' ? parquetWriter(folder) : await linesWriter(join(folder, 'train.jsonl'), format));
  }
  return writers;
}

function parquetWriter(folder: string): SampleWriter {
  const shards = openShards(folder, 'train', sampleColumns);
  return {
    write: (samples) => shards.write(samples.map(sampleRow)),
    async finish() {
      const table = await shards.finish();
      const sizes = await Promise.all(table.files.map(async (name) => (await stat(join(folder, name))).size));
      return { ...table, packedBytes: sizes.reduce((sum, size) => sum + size, 0) };
    },
    close: () => shards.close(),
  };
}

async function linesWriter(path: string, format: LinesFormat): Promise<SampleWriter> {
  const file = await open(path, 'w');
  return {
    write: (samples) => file.writeFile(samples.map((sample) => `${JSON.stringify(lineOf(sample, format))}\n`).join('')),
    finish: () => Promise.resolve(null),
    close: () => file.close(),
  };
}

/** What LLaMA-Factory reads of a folder that its `dataset_dir` names. */
async function writeLlamaFactoryInfo(work: string, { campaign, formats }: ExportRequest): Promise<void> {
  const entries = formats.flatMap((format) => {
    const entry = llamaFactoryEntry(format);
    return entry === null ? [] : [[`${campaign}-${format}`, entry] as const];
  });
  if (entries.length === 0) return;
  await writeFile(join(work, 'dataset_info.json'), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

function emptyPool(campaign: string): PermanentError {
  return new PermanentError(
    FailureType.MissingArtifact,
    `The pool of campaign ${campaign} is empty: its gates turned every seed away. \`diffract report\` says why.`,
  );
}
