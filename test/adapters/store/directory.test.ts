import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { storeConformance } from './conformance.ts';

storeConformance('a directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-store-'));
  return { driver: createDirectoryDriver(folder), close: () => rm(folder, { recursive: true }) };
});

describe('a directory', () => {
  it('shows nothing of a write that was killed half way, and takes the same write afterwards', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'diffract-store-'));
    context.after(() => rm(folder, { recursive: true }));
    const left = await killWhileWriting(folder);
    assert.ok(left.length > 0 && left.every((name) => name.startsWith('.part-')), `left behind: ${left.join(', ')}`);

    const driver = createDirectoryDriver(folder);
    assert.deepEqual(await driver.list('objects/'), []);
    assert.equal(await driver.read('objects/big'), null);
    await driver.write('objects/big', new Uint8Array(10));
    assert.deepEqual(await driver.list('objects/'), ['objects/big']);
  });

  it('refuses a path that is a file', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'diffract-store-'));
    context.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(createDirectoryDriver(join(folder, 'file')).check(), {
      type: 'StoreRefused',
      message: /file/,
    });
  });
});

/** Names that a child left in the folder of its object when it was killed in the middle of writing it. */
async function killWhileWriting(folder: string): Promise<string[]> {
  const script = fileURLToPath(new URL('write-large-object.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: 'inherit' });
  const objects = join(folder, 'objects');
  const names = () => readdir(objects).catch(() => []);
  while (child.exitCode === null && (await names()).length === 0) await sleep(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return names();
}
