// From the checked file to the campaign: paths become absolute, the store's short form and the environment are filled in.

import { dirname, isAbsolute, resolve } from 'node:path';
import type {
  BenchmarkConfig,
  CampaignConfig,
  Endpoint,
  FileGeneratorConfig,
  FileSource,
  GeneratorConfig,
  LanguageModelGeneratorConfig,
  ModelPrice,
  SampleSource,
  StoreLocation,
} from '../contracts/campaign.ts';
import type { TrainerConfig } from '../contracts/trainers.ts';
import { formatAt } from './data-format.ts';
import type { CampaignFile, SampleSourceFile } from './schema.ts';
import { commandOf, dataFormatOf } from './trainer-commands.ts';
import type { TrainerFile } from './trainer-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Never fails on a file that passed the schema and `findProblems`. */
export function resolveCampaign(file: CampaignFile, source: string, environment: Environment): CampaignConfig {
  const folder = dirname(resolve(source));
  const { store, storeEndpoint, student, ...rest } = file;
  return {
    ...rest,
    store: resolveStore(store, storeEndpoint, folder, environment),
    seeds: file.seeds.map((entry) => resolveSource(entry, folder)),
    benchmarks: file.benchmarks.map((benchmark) => resolveBenchmark(benchmark, folder)),
    generators: file.generators.map((generator) => resolveGenerator(generator, folder)),
    filters: {
      ...file.filters,
      judge: file.filters.judge && {
        ...file.filters.judge,
        endpoint: resolveEndpoint(file.filters.judge.endpoint, folder),
      },
    },
    decontamination: {
      ...file.decontamination,
      semantic: file.decontamination.semantic && {
        ...file.decontamination.semantic,
        encoder: resolveModel(file.decontamination.semantic.encoder, folder),
        endpoint: resolveEndpoint(file.decontamination.semantic.endpoint, folder),
      },
    },
    prices: file.prices && { ...file.prices, models: resolvePrices(file.prices.models) },
    prompts: Object.fromEntries(Object.entries(file.prompts).map(([name, path]) => [name, resolve(folder, path)])),
    sketch: { ...file.sketch, proxy: resolveModel(file.sketch.proxy, folder) },
    ...(student === undefined ? {} : { student: resolveTrainer(student, folder) }),
  };
}

/**
 * A store location as people write it: a folder, `s3://bucket/prefix`, or the object form.
 * @returns null for a URL of another scheme or an s3 URL without a bucket
 */
export function parseStore(text: string, folder: string, environment: Environment): StoreLocation | null {
  if (!text.includes('://')) return { kind: 'directory', path: resolve(folder, text) };
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text);
  const bucket = match?.[1];
  if (bucket === undefined) return null;
  const prefix = (match?.[2] ?? '').replace(/\/+$/, '');
  return withEnvironment({ bucket, prefix }, environment);
}

export function resolveStore(
  store: CampaignFile['store'],
  storeEndpoint: string | undefined,
  folder: string,
  environment: Environment,
): StoreLocation {
  if (typeof store !== 'string') {
    if (store.kind === 'directory') return { kind: 'directory', path: resolve(folder, store.path) };
    const endpoint = store.endpoint ?? storeEndpoint;
    return withEnvironment({ ...store, ...(endpoint === undefined ? {} : { endpoint }) }, environment);
  }
  const location = parseStore(store, folder, environment);
  if (location === null) return { kind: 'directory', path: resolve(folder, store) };
  return location.kind === 's3' && storeEndpoint !== undefined ? { ...location, endpoint: storeEndpoint } : location;
}

function withEnvironment(
  store: { bucket: string; prefix: string; region?: string; endpoint?: string },
  environment: Environment,
): StoreLocation {
  const endpoint = store.endpoint ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  return {
    kind: 's3',
    bucket: store.bucket,
    prefix: store.prefix,
    region: store.region ?? environment['AWS_REGION'] ?? 'us-east-1',
    ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
  };
}

/** One answer is the likeliest one; several are drawn. */
export function resolveBenchmark(benchmark: CampaignFile['benchmarks'][number], folder: string): BenchmarkConfig {
  const { sampling, ...answering } = benchmark.answering;
  const { temperature = answering.samples > 1 ? 0.6 : 0, topP = answering.samples > 1 ? 0.95 : 1 } = sampling;
  return {
    ...benchmark,
    sources: benchmark.sources.map((entry) => resolveSource(entry, folder)),
    answering: { ...answering, sampling: { ...sampling, temperature, topP } },
  };
}

export function resolveSource(entry: SampleSourceFile, folder: string): SampleSource {
  return entry.kind === 'file' ? resolveFileSource(entry, folder) : entry;
}

function resolveFileSource(entry: Extract<SampleSourceFile, { kind: 'file' }>, folder: string): FileSource {
  const path = resolve(folder, entry.path);
  return { ...entry, path, format: entry.format ?? formatAt(path) ?? 'jsonl' };
}

function resolveGenerator(generator: CampaignFile['generators'][number], folder: string): GeneratorConfig {
  switch (generator.kind) {
    case 'symbolic':
      return generator;
    case 'file':
      return resolveFileGenerator(generator, folder);
    case 'llm':
      return resolveLanguageModelGenerator(generator, folder);
  }
}

function resolveFileGenerator(
  { solver, ...generator }: Extract<CampaignFile['generators'][number], { kind: 'file' }>,
  folder: string,
): FileGeneratorConfig {
  const sources = generator.sources.map((entry) => resolveFileSource(entry, folder));
  const asked =
    solver === undefined ? {} : { solver: { ...solver, endpoint: resolveEndpoint(solver.endpoint, folder) } };
  return { ...generator, sources, ...asked };
}

function resolveLanguageModelGenerator(
  generator: Extract<CampaignFile['generators'][number], { kind: 'llm' }>,
  folder: string,
): LanguageModelGeneratorConfig {
  const { personas, ...fewShots } = generator.fewShots;
  const endpoint = resolveEndpoint(generator.endpoint, folder);
  const { solver } = generator;
  return {
    ...generator,
    endpoint,
    fewShots: personas === undefined ? fewShots : { ...fewShots, personas: resolve(folder, personas) },
    solver: {
      ...solver,
      endpoint: solver.endpoint === undefined ? endpoint : resolveEndpoint(solver.endpoint, folder),
    },
  };
}

type EndpointFile = Extract<CampaignFile['generators'][number], { kind: 'llm' }>['endpoint'];

/** `url` is short for one server; a model that is served here may be a path. */
export function resolveEndpoint({ model, url, apiKey, servers, ...rest }: EndpointFile, folder: string): Endpoint {
  const one = url === undefined ? [] : [{ url, weight: 1, ...(apiKey === undefined ? {} : { apiKey }) }];
  const all = servers ?? one;
  const embedded = all.some((server) => server.url === 'embedded');
  return { model: embedded ? resolveModel(model, folder) : model, servers: all, ...rest };
}

/** Where no price for cached tokens is given, they cost what others cost. */
export function resolvePrices(models: NonNullable<CampaignFile['prices']>['models']): Record<string, ModelPrice> {
  return Object.fromEntries(
    Object.entries(models).map(([name, price]) => [name, { ...price, cached: price.cached ?? price.input }]),
  );
}

export function resolveTrainer(trainer: TrainerFile, folder: string): TrainerConfig {
  const model = resolveModel(trainer.model, folder);
  if (trainer.kind === 'embedded') return { ...trainer, model };
  const { template, command = commandOf(template), dataFormat = dataFormatOf(template) } = trainer;
  return { ...trainer, model, command, dataFormat };
}

/** Only what looks like a path is one: `./x`, `../x`, `/x`; `Qwen/Qwen2.5` stays a name. */
export function resolveModel(model: string, folder: string): string {
  return isAbsolute(model) || /^\.\.?\//.test(model) ? resolve(folder, model) : model;
}
