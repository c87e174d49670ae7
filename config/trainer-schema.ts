// The `student:` of a campaign file: its keys, their bounds and defaults.

import { z } from 'zod';
import { trainerTemplateNames, type Setting } from '../contracts/trainers.ts';

const wholePositive = z.int().min(1);
const model = z.string().min(1);
const layers = wholePositive.default(8).describe('Layers that are trained, counted from the last');

const method = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('lora'),
      rank: z.int().min(1).max(256).default(8),
      alpha: z.number().gt(0).default(16),
      layers,
    }),
    z.strictObject({ kind: z.literal('last-layers'), layers }),
    z.strictObject({ kind: z.literal('full') }),
  ])
  .describe('What of the model is trained');

export const embeddedTrainer = z.strictObject({
  kind: z.literal('embedded'),
  model: model.default('smollm2-135m-instruct'),
  method: method.prefault({ kind: 'lora' }),
  epochs: wholePositive.default(1),
  batchSize: wholePositive.default(8),
  learningRate: z.number().gt(0).default(5e-4),
  schedule: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
  warmupShare: z.number().min(0).max(1).default(0.1),
  weightDecay: z.number().min(0).default(0),
  clipNorm: z.number().gt(0).default(1),
  maxLength: z.int().min(8).describe('Tokens of a sample; longer prompts lose their beginning').exactOptional(),
  packing: z.boolean().default(false).describe('Several samples share one row and do not see each other'),
  checkpointEverySteps: wholePositive.default(20),
});

const setting: z.ZodType<Setting> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(setting), z.record(z.string(), setting)]),
);
const program = {
  model,
  template: z.enum(trainerTemplateNames).nullable().default(null).describe('Whose configuration file is written'),
  settings: z.record(z.string().min(1), setting).default({}).describe('Laid over the configuration of the template'),
  dataFormat: z
    .enum(['prompt-completion', 'messages'])
    .describe('Absent: what the template reads; without one prompt-completion')
    .exactOptional(),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  hardware: z.string().min(1).describe('What machine it wants, in words; `diffract check` shows it').exactOptional(),
};
const command = z.array(z.string().min(1)).min(1).describe('Program and arguments; no shell reads them');

const commandTrainer = z.strictObject({
  kind: z.literal('command'),
  ...program,
  command: command.describe('Absent: the one of the template').exactOptional(),
  stallMinutes: z.number().gt(0).default(60),
  graceSeconds: z.number().gt(0).default(120),
  attempts: wholePositive.default(3),
  retryableExitCodes: z.array(z.int().min(1).max(255)).default([33, 34, 75]),
});

const kubernetesTrainer = z.strictObject({
  kind: z.literal('kubernetes'),
  ...program,
  command: command.describe('Absent: the one of the template').exactOptional(),
  resource: z.enum(['Job', 'TrainJob']).default('Job'),
  namespace: z.string().min(1).default('default'),
  image: z.string().min(1),
  runtime: z.string().min(1).default('torch-distributed').describe('Of a TrainJob: the ClusterTrainingRuntime'),
  nodes: wholePositive.default(1),
  resources: z.record(z.string().min(1), z.string().min(1)).default({ 'nvidia.com/gpu': '1' }),
  claim: z.string().min(1).describe('A volume claim that the pods and the training worker share'),
  sharedFolder: z.string().min(1).describe('Where the training worker sees the claim'),
  deadlineMinutes: z
    .number()
    .gt(0)
    .default(7 * 24 * 60),
  stallMinutes: z.number().gt(0).default(120).describe('What pods print is no progress: only files on the claim are'),
  attempts: wholePositive.default(3),
});

export const trainerSchema = z.discriminatedUnion('kind', [embeddedTrainer, commandTrainer, kubernetesTrainer]);
export type TrainerFile = z.output<typeof trainerSchema>;
