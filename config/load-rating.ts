// Reads a rubric, and the key of sheets that were handed out.

import type { z } from 'zod';
import { ratingKeySchema, rubricSchema } from './rating-schema.ts';
import { readCheckedFile } from './written-file.ts';

const kinds = {
  rubric: { kind: 'rubric', example: 'docs/guide/human-evaluation.md', overrides: {} },
  key: { kind: 'key of rating sheets', example: 'docs/guide/human-evaluation.md', overrides: {} },
};

/** @throws {PermanentError} `InvalidConfig` naming the file and every bad field */
export function loadRubric(path: string): z.output<typeof rubricSchema> {
  return readCheckedFile(path, rubricSchema, kinds.rubric).file;
}

/** @throws {PermanentError} `InvalidConfig` as `loadRubric` */
export function loadRatingKey(path: string): z.output<typeof ratingKeySchema> {
  return readCheckedFile(path, ratingKeySchema, kinds.key).file;
}
