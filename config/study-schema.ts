// The study file: every key, what it means, its limits and its default.

import { z } from 'zod';
import { taskNames } from '../contracts/samples.ts';
import { recipeSpaces } from '../contracts/study.ts';
import { model, name, share, sources, store, storeEndpoint, wholePositive } from './fields.ts';
import { embeddedTrainer } from './trainer-schema.ts';

const weight = z.number().min(0);

const balls = z.strictObject({
  kind: z.literal('balls'),
  name,
  space: z.enum(recipeSpaces).describe('Where near is: gradients of a target, embeddings, or words weighted by rarity'),
  neighbours: z
    .array(wholePositive)
    .min(1)
    .describe('Sizes of neighbourhoods, from the size of a subset up to the pool'),
  centres: wholePositive.default(4).describe('Seeded centres of each size'),
});
const mixes = z.strictObject({
  kind: z.literal('mixes'),
  name,
  by: z.enum(['source', 'group']).default('source'),
  mixes: z
    .array(z.record(z.string().min(1), weight))
    .default([])
    .describe('Weights by part, one recipe each'),
  choose: z.array(wholePositive).default([]).describe('Each number: recipes of so many seeded parts'),
  count: wholePositive.default(4).describe('Recipes of each number in choose'),
  rest: weight.default(0).describe('Weight of the parts that a recipe does not name or choose'),
});
const duplicates = z.strictObject({
  kind: z.literal('duplicates'),
  name: name.default('duplicates'),
  shares: z.array(share).min(1).describe('Shares of distinct samples, repeated to fill the subset'),
});
const random = z.strictObject({ kind: z.literal('random'), name: name.default('random') });

const ridge = z.strictObject({
  kind: z.literal('ridge'),
  penalties: z
    .array(z.number().gt(0))
    .min(1)
    .default([0.03, 0.1, 0.3, 1])
    .describe('Shares of the mean squared length of a row; the one with the least leave-one-out error is taken'),
});
const network = z.strictObject({
  kind: z.literal('network'),
  hidden: wholePositive.default(16),
  epochs: wholePositive.default(40),
  batchSize: wholePositive.default(16),
  learningRate: z.number().gt(0).default(0.02),
  weightDecay: z.number().min(0).default(0.01),
});
const featureStudent = z.strictObject({
  kind: z.literal('features'),
  name,
  features: z.enum(['word-vectors', 'alignment']),
  encoder: model.default('wordllama-256').describe('Static word vectors'),
  head: z.discriminatedUnion('kind', [ridge, network]).prefault({ kind: 'ridge' }),
});
const decoderStudent = z.strictObject({
  kind: z.literal('decoder'),
  name,
  learns: z
    .enum(['answers', 'texts'])
    .default('answers')
    .describe('answers: labels or operations are chosen; texts: tokens of hypothesis and label are predicted'),
  trainer: embeddedTrainer,
});

/** The keys of a study file once `quick:` is merged and removed. */
export const studySchema = z.strictObject({
  name,
  task: z.enum(taskNames),
  seed: z.int().min(0).max(0xffff_ffff).describe('Every random choice of the study follows from it'),
  store,
  storeEndpoint,
  pool: z
    .array(z.strictObject({ name, sources }))
    .min(1)
    .describe('Named parts; what is drawn from which is held fixed in the partial correlations'),
  benchmarks: z
    .array(z.strictObject({ name, distribution: z.enum(['in', 'out']), sources }))
    .min(1)
    .describe('Held-out sets that students are scored on'),
  size: z.int().min(4).describe('Samples of every subset'),
  draws: wholePositive.default(8).describe('Subsets of each recipe'),
  matching: z
    .strictObject({
      labels: z.enum(['equal', 'pool', 'none']).default('equal').describe('Labels of every subset'),
      lengthBands: z.int().min(1).max(10).default(3).describe('Bands of words, each as often in every subset; 1: free'),
    })
    .prefault({}),
  recipes: z
    .array(z.discriminatedUnion('kind', [balls, mixes, duplicates, random]))
    .min(1)
    .describe('Ways to draw subsets; each entry is a mechanism of its own'),
  sketch: z
    .strictObject({
      proxy: model.default('smollm2-135m-instruct'),
      p: z.int().min(2).max(256).default(32).describe('The sketch has p * p dimensions'),
      seed: z.int().min(0).max(0xffff_ffff).default(0),
      tokenBudget: z.int().min(16).default(512).describe('Padded tokens a batch; speed only'),
      shardRows: wholePositive.default(32).describe('Rows of one unit of fan-out'),
    })
    .prefault({}),
  encoder: model.default('all-minilm-l6-v2').describe('Embeds samples for measures and recipes'),
  students: z.array(z.discriminatedUnion('kind', [featureStudent, decoderStudent])).min(1),
  score: z
    .enum(['accuracy', 'balanced-accuracy'])
    .describe('Absent: balanced-accuracy (mean over labels) where labels are matched, else accuracy')
    .exactOptional(),
  screeningDraws: wholePositive.default(8).describe('Random subsets that decide which benchmarks count'),
  leads: z
    .array(z.string().min(1))
    .default(['g-vendi:completion', 'g-vendi:text', 'label-centred-g-vendi:completion', 'label-centred-g-vendi:text'])
    .describe('Measures whose lead over every other is reported'),
});

/** A study file as written and checked, with defaults; paths and the store are not resolved yet. */
export type StudyFile = z.output<typeof studySchema>;
