// Keys that files of several kinds share: names, stores, models, and where samples come from.

import { z } from 'zod';
import { dataFormats } from '../contracts/data-formats.ts';

export const share = z.number().gt(0).max(1);
export const wholePositive = z.int().min(1);
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63, not starting with a hyphen');
export const secret = z
  .string()
  .regex(
    /^env:[A-Za-z_][A-Za-z0-9_]*$/,
    'env:NAME, the name of an environment variable; secrets never stand in the file',
  );
export const model = z
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
  path: z.string().min(1).describe('Relative to the campaign file; ${NAME} is a variable of the environment'),
  format: z
    .enum(dataFormats)
    .describe('Absent: from the ending of the path; a folder is an hf-dataset')
    .exactOptional(),
  split: z.string().min(1).describe('Of a data set folder; absent: train, or the only one').exactOptional(),
  config: z.string().min(1).describe('Of a data set folder: one that its README.md declares').exactOptional(),
  map: z.record(z.string(), z.string().min(1)).describe('Field of the task -> column of the file'),
  where: z.record(z.string(), z.string()).default({}).describe('Only rows whose column equals the value'),
};
export const fileSource = z.strictObject({
  ...fileFields,
  skip: z.int().min(0).default(0).describe('Rows of the shuffled file that belong to somebody else'),
  count: wholePositive.describe('Absent: all the rest').exactOptional(),
});
const symbolicSource = z.strictObject({
  kind: z.literal('symbolic'),
  slices: z.array(z.string().min(1)).min(1).describe('Slices of the task; `diffract check` lists them'),
  count: wholePositive,
});
export const sources = z.array(z.discriminatedUnion('kind', [fileSource, symbolicSource])).min(1);

export const store = z
  .union([z.string().min(1), z.discriminatedUnion('kind', [directoryStore, s3Store])])
  .describe('./folder, s3://bucket/prefix, or the object form');
export const storeEndpoint = z.url().describe('URL of the S3 server for a store written as s3://').exactOptional();
export const prompts = z
  .record(z.string().min(1), z.string().min(1))
  .default({})
  .describe('Built-in prompt template -> the file that replaces it, relative to the campaign file');
