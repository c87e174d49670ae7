// Generate jobs: symbolic draws, rows of a data set, or answers of a language model become drafts of equal form.

import type { GenerateJob } from '../contracts/activities.ts';
import type {
  FileGeneratorConfig,
  FileSource,
  LanguageModelGeneratorConfig,
  SymbolicGeneratorConfig,
} from '../contracts/campaign.ts';
import type { Draft, Lineage, Sample } from '../contracts/samples.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import { uniformAt } from '../core/random/philox.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ChunkProduct, ChunkRecipe, ChunkWork } from './chunks.ts';
import { reportProgress } from './heartbeat.ts';
import { dealRecord, describeSources, drawRecords, fileNamesOf } from './import.ts';
import type { Datasets } from './ports/datasets.ts';
import { answerOnce, drawnSeed, requestsPerChunk, tokensOf, type AskingPorts } from './asking.ts';
import type { ChatRequest } from './ports/language-model.ts';
import type { Store } from './ports/store.ts';
import { readRows, writeRows } from './rows.ts';

export interface GenerationPorts extends AskingPorts {
  readonly datasets: Datasets;
}

/** Drafts made by rule are cheap, so a chunk holds many. */
const draftsPerChunk = 1024;

export async function generateRecipe(ports: GenerationPorts, job: GenerateJob): Promise<ChunkRecipe> {
  const { generator, round, context, pool } = job;
  const described =
    generator.kind === 'file'
      ? { ...generator, sources: await describeSources(generator.sources, ports.datasets) }
      : generator;
  const isModel = generator.kind === 'llm';
  return {
    identity: {
      stage: 'generate',
      version: 1,
      inputs: [isModel ? pool : null],
      config: { generator: described, round, task: context.task, seed: context.seed },
    },
    rows: isModel ? generator.requests : generator.count,
    chunkRows: isModel ? requestsPerChunk : draftsPerChunk,
    output: 'drafts',
    metadata: {},
    produce: (work) => {
      if (generator.kind === 'llm') return askForSamples(ports, job, generator, work);
      if (generator.kind === 'file') return takeRows(ports, job, generator, work);
      return drawSymbolic(job, generator, work);
    },
  };
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
  return { output: await writeRows(store, 'drafts', drafts), rejects: null, counts: {}, tokens: noTokens };
}

async function askForSamples(
  ports: GenerationPorts,
  { context, round, pool }: GenerateJob,
  generator: LanguageModelGeneratorConfig,
  { store, range, signal }: ChunkWork,
): Promise<ChunkProduct> {
  const task = taskNamed(context.task);
  const samples = await readRows(store, pool);
  const endpoint = await ports.openEndpoint(generator.endpoint);
  let done = 0;
  const asked = Array.from({ length: range.end - range.start }, async (_, place) => {
    const index = range.start + place;
    const draw = `${context.seed}/${generator.name}/r${round}/${index}`;
    const fewShots = drawFewShots(samples, generator.fewShots, draw);
    const { model } = generator.endpoint;
    const messages = task.generationMessages(fewShots);
    const request: ChatRequest = { model, messages, sampling: generator.sampling, seed: drawnSeed(draw, 0) };
    const answer = await answerOnce(ports, store, endpoint, request, signal);
    reportProgress({ done: ++done, total: range.end - range.start });
    const lineage: Lineage = {
      origin: 'llm',
      source: model,
      generator: generator.name,
      round,
      fewShots: fewShots.map(({ id }) => id),
      template: task.generationTemplate,
      model,
      requestHash: ports.requestHash(request),
    };
    return {
      answer,
      draft: { id: `r${round}/${generator.name}/${index}`, content: answer.content, form: 'text', lineage } as const,
    };
  });
  const answered = await Promise.all(asked);
  const output = await writeRows(
    store,
    'drafts',
    answered.map(({ draft }) => draft),
  );
  const tokens = answered.map(({ answer }) => tokensOf(answer)).reduce(addTokens, noTokens);
  return { output, rejects: null, counts: {}, tokens };
}

/** Distinct pool samples, each equally likely, in a drawn order. */
function drawFewShots(pool: readonly Sample[], count: number, draw: string): Sample[] {
  const left = [...pool];
  const drawn: Sample[] = [];
  for (let place = 0; place < count && left.length > 0; place++) {
    drawn.push(...left.splice(Math.floor(uniformAt(`${draw}/few-shots`, place) * left.length), 1));
  }
  return drawn;
}
