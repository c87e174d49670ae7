// The evaluation file: every key, what it means, its limits and its default.

import { z } from 'zod';
import { taskNames } from '../contracts/samples.ts';
import { benchmark } from './benchmark-schema.ts';
import { endpoint, prices } from './endpoint-schema.ts';
import { model, name, prompts, store, storeEndpoint } from './fields.ts';

const embeddedStudent = z.strictObject({
  name,
  kind: z.literal('embedded'),
  model: model.default('smollm2-135m-instruct'),
  campaign: name
    .nullable()
    .default(null)
    .describe('A campaign in the same store whose trained student it is; null: the model as it is'),
});
const endpointStudent = z.strictObject({
  name,
  kind: z.literal('endpoint'),
  endpoint,
  prompt: z
    .enum(['template', 'plain'])
    .default('template')
    .describe(
      'template: asks for a form that can be read; plain: as students are trained, for one that Diffract trained',
    ),
});
const extractStudent = z.strictObject({ name, kind: z.literal('extract') }).describe('The floor of summaries');
const constantStudent = z.strictObject({
  name,
  kind: z.literal('constant'),
  answer: z.string().min(1).describe('The same one to every row'),
});

/** The keys of an evaluation file once `quick:` is merged and removed. */
export const evaluationSchema = z.strictObject({
  name,
  task: z.enum(taskNames),
  seed: z.int().min(0).max(0xffff_ffff).describe('Of drawn rows, drawn answers and intervals'),
  store,
  storeEndpoint,
  students: z
    .array(z.discriminatedUnion('kind', [embeddedStudent, endpointStudent, extractStudent, constantStudent]))
    .min(1)
    .describe('Who answers; each is compared with the first'),
  benchmarks: z.array(benchmark).min(1),
  published: z
    .array(z.string().min(1))
    .default([])
    .describe('Published tables to show beside the scores; `diffract evaluate --help` lists them'),
  prices,
  prompts,
});

/** An evaluation file as written and checked, with defaults; paths and the store are not resolved yet. */
export type EvaluationFile = z.output<typeof evaluationSchema>;
