// The campaign file: every key, what it means, its limits and its default. Nothing else in the project states a default.

import { z } from 'zod';
import { decontaminationProfileNames } from '../contracts/campaign.ts';
import { taskNames } from '../contracts/samples.ts';
import { benchmark } from './benchmark-schema.ts';
import { endpoint, prices, sampling } from './endpoint-schema.ts';
import { fileSource, model, name, prompts, share, sources, store, storeEndpoint, wholePositive } from './fields.ts';
import { trainerSchema } from './trainer-schema.ts';

const symbolicGenerator = z.strictObject({
  kind: z.literal('symbolic'),
  name,
  slices: z.array(z.string().min(1)).min(1).describe('Slices of the task; `diffract check` lists them'),
  count: wholePositive.describe('Candidates a round'),
});
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
const costLimit = z.number().gt(0).nullable().default(null);

/** The keys of a campaign file once `quick:` is merged and removed. */
export const campaignSchema = z.strictObject({
  name,
  task: z.enum(taskNames),
  seed: z.int().min(0).max(0xffff_ffff).describe('Every random choice of the campaign follows from it'),
  store,
  storeEndpoint,
  seeds: sources,
  benchmarks: z
    .array(benchmark)
    .default([])
    .describe('Held-out sets; candidates that leak from them are rejected, students are graded on them'),
  rounds: z.int().min(0).max(1000).describe('0: the student is trained on the seeds as they are'),
  generators: z
    .array(z.discriminatedUnion('kind', [symbolicGenerator, fileGenerator, languageModelGenerator]))
    .default([])
    .describe('Where candidates come from; at least one, unless there are no rounds'),
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
      accept: z.int().min(0).default(0).describe('Accepted samples a round, at most; needed where there are rounds'),
      audit: z.int().min(0).default(32).describe('Refused candidates sketched a round to compare regions; 0: none'),
    })
    .prefault({}),
  student: trainerSchema
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
  prices,
  prompts,
});

/** A campaign file as written and checked, with defaults; paths and the store are not resolved yet. */
export type CampaignFile = z.output<typeof campaignSchema>;
export type SampleSourceFile = CampaignFile['seeds'][number];
