// Writes the tiny models of logits.json, one folder a case, for logits.py to run.
// Run: node --import tsx scripts/golden/logit-models.ts FOLDER
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logitModels } from '../../test/helpers/logit-models.ts';
import { writeTinyModel } from '../../test/helpers/tiny-model.ts';

const root = process.argv[2];
if (!root) throw new Error('usage: node --import tsx scripts/golden/logit-models.ts FOLDER');
for (const [name, overrides] of Object.entries(logitModels)) {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeTinyModel(folder, overrides);
}
