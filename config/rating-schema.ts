// The files of human evaluation: a rubric as its user wrote it, and the key that `diffract ratings sheets` writes.

import { z } from 'zod';

const criterion = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .describe('A column of the sheets: small letters, digits and underscores'),
  question: z.string().min(1),
  level: z.enum(['nominal', 'ordinal', 'interval']).describe('What a difference of two values means'),
  values: z.array(z.strictObject({ value: z.number(), label: z.string().min(1) })).min(2),
});

export const rubricSchema = z.strictObject({ name: z.string().min(1), criteria: z.array(criterion).min(1) });

export const ratingKeySchema = z.strictObject({
  schemaVersion: z.literal(1),
  seed: z.int(),
  rubric: rubricSchema,
  outputs: z.array(z.strictObject({ rater: z.string(), item: z.string(), output: z.string(), system: z.string() })),
});
