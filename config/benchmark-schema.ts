// A benchmark in a file: its rows, the side it stands for, and how students answer it.

import { z } from 'zod';
import { name, share, sources, wholePositive } from './fields.ts';

/** How benchmarks are answered; greedily where there is one answer a row. */
const answering = z
  .strictObject({
    samples: z.int().min(1).max(256).default(1).describe('Answers a row (k)'),
    sampling: z
      .strictObject({
        temperature: z
          .number()
          .min(0)
          .max(2)
          .describe('Absent: 0 (greedy) for one answer, 0.6 for several')
          .exactOptional(),
        topP: share.describe('Absent: 1 for one answer, 0.95 for several').exactOptional(),
        maxTokens: wholePositive.default(512).describe('Of one answer; reasoning students want tens of thousands'),
      })
      .prefault({}),
    by: z
      .enum(['task', 'labels', 'text'])
      .default('task')
      .describe(
        'labels: the likeliest label; text: what is written; task: labels where the task and the student have them',
      ),
  })
  .prefault({});
export const benchmark = z.strictObject({ name, distribution: z.enum(['in', 'out']), sources, answering });
