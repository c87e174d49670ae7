// A model folder that cannot be used must not keep its weights open. Where the system lists open files, they can be counted.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEncoderFolder } from '../../../adapters/models/encoder-folder.ts';
import { openHuggingFaceFolder } from '../../../adapters/models/hugging-face-folder.ts';
import { tinyEncoderConfig, writeTinyEncoder } from '../../helpers/tiny-encoder.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';

const DESCRIPTORS = '/proc/self/fd';
const skip = existsSync(DESCRIPTORS) ? false : `no ${DESCRIPTORS} here`;

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-handles-'));
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
});
after(() => rm(root, { recursive: true }));

/** Files of `folder` that this process has open. */
function openIn(folder: string): string[] {
  return readdirSync(DESCRIPTORS).flatMap((descriptor) => {
    try {
      const path = readlinkSync(join(DESCRIPTORS, descriptor));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // the descriptor that listed them is gone
    }
  });
}

describe('a folder that is refused after its weights were opened', { skip }, () => {
  it('is closed: a language model', async () => {
    const { tensors, write } = await tinyFolders(root);
    const folder = join(root, 'language');
    await write(folder, { 'model.safetensors': tensors });
    const source = await openHuggingFaceFolder(folder);
    assert.deepEqual(openIn(folder), [join(folder, 'model.safetensors')]);
    await source.close();
    await writeFile(join(folder, 'config.json'), 'null');
    await assert.rejects(openHuggingFaceFolder(folder));
    assert.deepEqual(openIn(folder), []);
  });

  it('is closed: an encoder', async () => {
    const folder = join(root, 'encoder');
    await writeTinyEncoder(folder, { config: { ...tinyEncoderConfig, num_hidden_layers: 3 } });
    await assert.rejects(openEncoderFolder(folder), { type: 'CorruptModel' });
    assert.deepEqual(openIn(folder), []);
  });
});
