// Writes the tiny models of llama-gradients.json, one folder a case, for llama_gradients.py to differentiate.
// Run: node --import tsx scripts/golden/llama-models.ts FOLDER
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goldenModels } from '../../test/helpers/golden-models.ts';
import { writeTinyModel } from '../../test/helpers/tiny-model.ts';

const root = process.argv[2];
if (!root) throw new Error('usage: node --import tsx scripts/golden/llama-models.ts FOLDER');
for (const [name, overrides] of Object.entries(goldenModels)) {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeTinyModel(folder, overrides);
}
