// Generate jobs: symbolic draws, rows of a data set, or answers of a language model become drafts of equal form.

import type { GenerateJob } from '../contracts/chunked-jobs.ts';
import type { FileGeneratorConfig, FileSource, SymbolicGeneratorConfig } from '../contracts/campaign.ts';
import type { Draft, Lineage } from '../contracts/samples.ts';
import { noTokens } from '../core/plan/budget.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ChunkProduct, ChunkRecipe, ChunkWork } from './chunks.ts';
import { modelGenerationRecipe, type ModelGenerationPorts } from './generation-by-model.ts';
import { dealRecord, describeSources, drawRecords, fileNamesOf } from './import.ts';
import type { Datasets } from './ports/datasets.ts';
import type { Store } from './ports/store.ts';
import { writeRows } from './rows.ts';

export interface GenerationPorts extends ModelGenerationPorts {
  readonly datasets: Datasets;
}

/** Drafts made by rule are cheap, so a chunk holds many. */
const draftsPerChunk = 1024;

export async function generateRecipe(ports: GenerationPorts, job: GenerateJob): Promise<ChunkRecipe> {
  const { generator, round, context } = job;
  if (generator.kind === 'llm') return modelGenerationRecipe(ports, job, generator);
  const described = generator.kind === 'file' ? await describeFiles(generator, ports.datasets) : generator;
  return {
    identity: {
      stage: 'generate',
      version: 1,
      inputs: [],
      config: { generator: described, round, task: context.task, seed: context.seed },
    },
    rows: generator.count,
    chunkRows: draftsPerChunk,
    output: 'drafts',
    metadata: {},
    produce: (work) =>
      generator.kind === 'file' ? takeRows(ports, job, generator, work) : drawSymbolic(job, generator, work),
  };
}

/** Who checks the rows later has no part in which they are. */
async function describeFiles({ solver: _, ...generator }: FileGeneratorConfig, datasets: Datasets): Promise<object> {
  return { ...generator, sources: await describeSources(generator.sources, datasets) };
}

async function drawSymbolic(
  { context, round }: GenerateJob,
  { name, slices, count }: SymbolicGeneratorConfig,
  { store, range }: ChunkWork,
): Promise<ChunkProduct> {
  const drafts: Draft[] = [];
  for (let index = range.start; index < range.end; index++) {
    const draw = (round - 1) * count + index;
    const { slice, record } = dealRecord(taskNamed(context.task), slices, `${context.seed}/${name}`, draw);
    const lineage: Lineage = { origin: 'symbolic', source: slice, generator: name, round, fewShots: [] };
    drafts.push({ id: `r${round}/${name}/${slice}:${draw}`, content: JSON.stringify(record), form: 'record', lineage });
  }
  return madeByRule(store, drafts);
}

async function takeRows(
  { datasets }: GenerationPorts,
  { context, round }: GenerateJob,
  { name, sources, count }: FileGeneratorConfig,
  { store, range }: ChunkWork,
): Promise<ChunkProduct> {
  const drafts: Draft[] = [];
  const fileName = fileNamesOf(sources);
  for (const [source, rows] of turnsOf(sources, (round - 1) * count + range.start, range.end - range.start)) {
    const file = fileName(source);
    for (const { row, fields } of await drawRecords({ ...source, ...rows }, context.seed, datasets)) {
      const lineage: Lineage = { origin: 'file', source: file, generator: name, round, fewShots: [] };
      drafts.push({ id: `r${round}/${name}/${file}:${row}`, content: JSON.stringify(fields), form: 'record', lineage });
    }
  }
  return madeByRule(store, drafts);
}

/**
 * Deals `count` rows from `first` on among the sources in turn, as the skip and count that each of them then has; a
 * source that says how many rows are its own gives no more than those.
 */
function turnsOf(
  sources: readonly FileSource[],
  first: number,
  count: number,
): [FileSource, { skip: number; count: number }][] {
  return sources.map((source, place) => {
    const before = dealtTo(place, first, sources.length);
    const after = Math.min(dealtTo(place, first + count, sources.length), source.count ?? Infinity);
    return [source, { skip: source.skip + before, count: Math.max(0, after - before) }];
  });
}

function dealtTo(place: number, dealt: number, hands: number): number {
  return Math.floor(dealt / hands) + (place < dealt % hands ? 1 : 0);
}

async function madeByRule(store: Store, drafts: readonly Draft[]): Promise<ChunkProduct> {
  return {
    output: await writeRows(store, 'drafts', drafts),
    rejects: null,
    counts: {},
    tokens: noTokens,
    ledger: null,
  };
}
