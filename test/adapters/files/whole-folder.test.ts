// A folder that is replaced whole, or left as it was.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeWholeFolder } from '../../../adapters/files/whole-folder.ts';

async function makePlace(test: TestContext): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'diffract-whole-'));
  test.after(() => rm(place, { recursive: true }));
  await mkdir(join(place, 'out'));
  await writeFile(join(place, 'out', 'kept.txt'), 'earlier');
  return place;
}

describe('a folder written whole', () => {
  it('takes the place of what was there', async (test) => {
    const place = await makePlace(test);
    await writeWholeFolder(join(place, 'out'), (work) => writeFile(join(work, 'new.txt'), 'later'));
    assert.deepEqual(await readdir(place), ['out']);
    assert.deepEqual(await readdir(join(place, 'out')), ['new.txt']);
  });

  it('leaves what was there when it cannot be moved to its place', async (test) => {
    const place = await makePlace(test);
    // Nothing to move is the failure that can be had without another file system.
    await assert.rejects(writeWholeFolder(join(place, 'out'), (work) => rm(work, { recursive: true })), { code: 'ENOENT' }); // prettier-ignore
    assert.deepEqual(await readdir(place), ['out']);
    assert.equal(await readFile(join(place, 'out', 'kept.txt'), 'utf8'), 'earlier');
  });
});
