// The campaign file: every key, what it means, its limits and its default. Nothing else in the project states a default.

import { z } from 'zod';
import { dataFormats } from '../contracts/data-formats.ts';
import { decontaminationProfileNames } from '../contracts/campaign.ts';
import { taskNames } from '../contracts/samples.ts';

const share = z.number().gt(0).max(1);
const wholePositive = z.int().min(1);
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63, not starting with a hyphen');
const secret = z
  .string()
  .regex(
    /^env:[A-Za-z_][A-Za-z0-9_]*$/,
    'env:NAME, the name of an environment variable; secrets never stand in the file',
  );
const model = z
  .string()
  .min(1)
  .describe('A name that `diffract models` lists, or the path of a model folder or GGUF file');

const directoryStore = z.strictObject({ kind: z.literal('directory'), path: z.string().min(1) });
const s3Store = z.strictObject({
  kind: z.literal('s3'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens'),
  prefix: z.string().default(''),
  region: z.string().min(1).describe('Absent: AWS_REGION, or us-east-1').exactOptional(),
  endpoint: z.url().describe('Absent: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself').exactOptional(),
});

const fileFields = {
  kind: z.literal('file'),
  path: z.string().min(1).describe('Relative to the campaign file'),
  format: z
    .enum(dataFormats)
    .describe('Absent: from the ending of the path; a folder is an hf-dataset')
    .exactOptional(),
  split: z.string().min(1).describe('Of a data set folder; absent: train, or the only one').exactOptional(),
  config: z.string().min(1).describe('Of a data set folder: one that its README.md declares').exactOptional(),
  map: z.record(z.string(), z.string().min(1)).describe('Field of the task -> column of the file'),
  where: z.record(z.string(), z.string()).default({}).describe('Only rows whose column equals the value'),
};
const fileSource = z.strictObject({
  ...fileFields,
  skip: z.int().min(0).default(0).describe('Rows of the shuffled file that belong to somebody else'),
  count: wholePositive.describe('Absent: all the rest').exactOptional(),
});
const symbolicSource = z.strictObject({
  kind: z.literal('symbolic'),
  slices: z.array(z.string().min(1)).min(1).describe('Slices of the task; `diffract check` lists them'),
  count: wholePositive,
});
const sources = z.array(z.discriminatedUnion('kind', [fileSource, symbolicSource])).min(1);

const symbolicGenerator = z.strictObject({
  kind: z.literal('symbolic'),
  name,
  slices: z.array(z.string().min(1)).min(1).describe('Slices of the task; `diffract check` lists them'),
  count: wholePositive.describe('Candidates a round'),
});
const serverUrl = z
  .string()
  .regex(/^(embedded|https?:\/\/\S+)$/, '`embedded`, or the http(s) base URL of an OpenAI-compatible server');
const endpoint = z
  .strictObject({
    model,
    url: serverUrl.describe('The server; with several of them use servers').exactOptional(),
    apiKey: secret.exactOptional(),
    servers: z
      .array(z.strictObject({ url: serverUrl, apiKey: secret.exactOptional(), weight: z.number().gt(0).default(1) }))
      .min(1)
      .describe('Servers of the same model, which share the requests by weight')
      .exactOptional(),
    route: z.enum(['chat', 'batch']).default('chat').describe('batch: by the vendor batch interface, within a day'),
    timeoutSeconds: z.number().gt(0).max(7200).describe('Of one request; absent: 600').exactOptional(),
  })
  .describe(
    'Where requests go: {url: embedded, model: smollm2-135m-instruct}, or the URL of any OpenAI-compatible server',
  );
/** How a language model is sampled in a role. */
const sampling = (temperature: number) =>
  z
    .strictObject({
      temperature: z.number().min(0).max(2).default(temperature),
      topP: share.default(0.95),
      maxTokens: wholePositive.default(2048),
    })
    .prefault({});
const fewShots = z.strictObject({
  count: z.int().min(0).max(64).default(5),
  policy: z.enum(['pool', 'sparse-cluster', 'per-level', 'persona']).default('pool'),
  personas: z
    .string()
    .min(1)
    .describe('A text file with one persona a line; absent: the built-in list')
    .exactOptional(),
});
/** Who answers candidates independently, besides the endpoint. */
const solving = {
  sampling: sampling(0.75),
  attempts: z.int().min(0).max(64).default(3).describe('Independent answers asked of each candidate'),
  agreement: z.int().min(0).max(64).default(2).describe('How many of them must agree'),
};
const fileGenerator = z.strictObject({
  kind: z.literal('file'),
  name,
  sources: z.array(fileSource).min(1),
  count: wholePositive.describe('Candidates a round; later rounds take later rows'),
  solver: z
    .strictObject({ endpoint, ...solving })
    .describe('Checks the answers of the file; absent: they are believed')
    .exactOptional(),
});
const languageModelGenerator = z.strictObject({
  kind: z.literal('llm'),
  name,
  endpoint,
  requests: wholePositive.describe('Requests a round'),
  perRequest: z.int().min(1).max(16).default(2).describe('New samples asked for in each request'),
  fewShots: fewShots.prefault({}),
  structured: z.boolean().default(false).describe('Ask for JSON of the schema of the task'),
  sampling: sampling(1),
  solver: z
    .strictObject({
      endpoint: endpoint.describe('Absent: the endpoint of the generator').exactOptional(),
      ...solving,
    })
    .prefault({}),
});

const embeddedTrainer = z.strictObject({
  kind: z.literal('embedded'),
  model: model.default('smollm2-135m-instruct'),
  lora: z
    .strictObject({
      rank: z.int().min(1).max(256).default(8),
      alpha: z.number().gt(0).default(16),
      layers: wholePositive.default(8).describe('Adapted layers, counted from the last'),
    })
    .prefault({}),
  epochs: wholePositive.default(1),
  batchSize: wholePositive.default(8),
  learningRate: z.number().gt(0).default(5e-4),
  warmupShare: z.number().min(0).max(1).default(0.1),
  weightDecay: z.number().min(0).default(0),
  clipNorm: z.number().gt(0).default(1),
  checkpointEverySteps: wholePositive.default(20),
});
const commandTrainer = z.strictObject({
  kind: z.literal('command'),
  model,
  command: z.array(z.string().min(1)).min(1).describe('Program and arguments; no shell reads them'),
  dataFormat: z.enum(['prompt-completion', 'messages']).default('prompt-completion'),
  stallMinutes: z.number().gt(0).default(60),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
});

const characters = (most: number) =>
  z.strictObject({ least: z.int().min(0).default(1), most: wholePositive.default(most) }).prefault({});
const filters = z.strictObject({
  prompt: characters(8_000).describe('Characters of a prompt'),
  completion: characters(40_000).describe('Characters of a completion'),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'an ISO 639-1 code such as en')
    .nullable()
    .default(null)
    .describe('The only language that is kept; null: any'),
  nearDuplicates: z
    .strictObject({
      ngram: z.int().min(1).max(64).default(5),
      buckets: z.int().min(1).max(256).default(14),
      hashes: z.int().min(1).max(64).default(8),
    })
    .nullable()
    .default({ ngram: 5, buckets: 14, hashes: 8 })
    .describe('MinHash over word n-grams; null: only exact repeats are dropped'),
  judge: z
    .strictObject({
      name: name.default('judge'),
      endpoint,
      sampling: sampling(0),
      least: z.int().min(1).max(5).default(3).describe('Lowest score that is kept, of 1 to 5'),
    })
    .nullable()
    .default(null),
});
const decontamination = z.strictObject({
  profile: z
    .enum(decontaminationProfileNames)
    .default('prismatic')
    .describe('prismatic: 10 words; open-r1: 8; qwen: 13, whatever the numbers are'),
  ngram: z.int().min(2).max(64).describe('Words of one n-gram; absent: those of the profile').exactOptional(),
  overlap: share.describe('Share of a benchmark row that a sample must hold to be its copy').exactOptional(),
  commonShare: share.describe('An n-gram in a larger share of the pool is boilerplate').exactOptional(),
  semantic: z
    .strictObject({
      encoder: model.default('all-minilm-l6-v2'),
      similarity: share.default(0.8).describe('Pairs from this cosine up are judged'),
      endpoint,
      sampling: sampling(0),
    })
    .nullable()
    .default(null)
    .describe('The nearest benchmark row by embedding, then a judge that fails closed; null: n-grams alone'),
});
const limit = wholePositive.nullable().default(null);
const price = z.number().min(0);
const costLimit = z.number().gt(0).nullable().default(null);

/** The keys of a campaign file once `quick:` is merged and removed. */
export const campaignSchema = z.strictObject({
  name,
  task: z.enum(taskNames),
  seed: z.int().min(0).max(0xffff_ffff).describe('Every random choice of the campaign follows from it'),
  store: z
    .union([z.string().min(1), z.discriminatedUnion('kind', [directoryStore, s3Store])])
    .describe('./folder, s3://bucket/prefix, or the object form'),
  storeEndpoint: z.url().describe('URL of the S3 server for a store written as s3://').exactOptional(),
  seeds: sources,
  benchmarks: z
    .array(z.strictObject({ name, distribution: z.enum(['in', 'out']), sources }))
    .default([])
    .describe('Held-out sets; candidates that leak from them are rejected, students are graded on them'),
  rounds: z.int().min(1).max(1000),
  generators: z.array(z.discriminatedUnion('kind', [symbolicGenerator, fileGenerator, languageModelGenerator])).min(1),
  filters: filters.prefault({}),
  decontamination: decontamination.prefault({}),
  sketch: z
    .strictObject({
      proxy: model.default('smollm2-135m-instruct'),
      p: z.int().min(2).max(256).default(32).describe('The sketch has p * p dimensions'),
      seed: z.int().min(0).max(0xffff_ffff).default(0),
      target: z.enum(['completion', 'text']).default('completion'),
      tokenBudget: z.int().min(16).default(512).describe('Padded tokens a batch; speed only'),
      shardRows: wholePositive.default(32).describe('Rows of one unit of fan-out'),
    })
    .prefault({}),
  selection: z
    .strictObject({
      method: z.enum(['sparse-clusters', 'spectral', 'random']).default('sparse-clusters'),
      clusterShare: share.default(0.01).describe('Clusters as a share of the pool'),
      sparseShare: share.default(0.5).describe('The least populated part of the clusters that counts as sparse'),
      accept: wholePositive.describe('Accepted samples a round, at most'),
      audit: z.int().min(0).default(32).describe('Refused candidates sketched a round to compare regions; 0: none'),
    })
    .describe('What a round accepts; needs at least {accept: NUMBER}'),
  student: z
    .discriminatedUnion('kind', [embeddedTrainer, commandTrainer])
    .describe('What is trained on the pool; absent: the campaign ends with the pool')
    .exactOptional(),
  stop: z
    .strictObject({
      gVendi: z.number().gt(1).nullable().default(null).describe('G-Vendi of the pool that is enough'),
      gain: z
        .strictObject({ least: z.number().gt(0).max(1).default(0.01), rounds: wholePositive.default(2) })
        .nullable()
        .default(null)
        .describe('End after so many rounds in a row that raised G-Vendi of the pool by less than this share'),
    })
    .prefault({}),
  budget: z
    .strictObject({
      tokens: limit.describe('Language-model tokens; no further chunk of requests begins'),
      softTokens: limit.describe('Language-model tokens; pauses between stages, may be resumed'),
      cost: costLimit.describe('In the currency of prices; no further chunk of requests begins'),
      softCost: costLimit.describe('In the currency of prices; pauses between stages, may be resumed'),
    })
    .prefault({}),
  prices: z
    .strictObject({
      version: z.string().min(1),
      currency: z.string().min(1).default('USD'),
      models: z.record(
        z.string().min(1),
        z.strictObject({ input: price, cached: price.exactOptional(), output: price }),
      ),
    })
    .nullable()
    .default(null)
    .describe('Prices per million tokens by model; null: cost unknown'),
  prompts: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('Built-in prompt template -> the file that replaces it, relative to the campaign file'),
});

/** A campaign file as written and checked, with defaults; paths and the store are not resolved yet. */
export type CampaignFile = z.output<typeof campaignSchema>;
export type SampleSourceFile = CampaignFile['seeds'][number];
