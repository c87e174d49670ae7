import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openStore } from '../../../adapters/store/open.ts';
import { storeSelfTest } from '../../../adapters/store/self-test.ts';

describe('openStore', () => {
  it('makes the folder and gives one instance for one location', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'diffract-store-'));
    context.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'deep', 'store');
    const [one, two] = await Promise.all([
      openStore({ kind: 'directory', path }),
      openStore({ path, kind: 'directory' }),
    ]);
    assert.equal(one, two);
    assert.notEqual(one, await openStore({ kind: 'directory', path: folder }));
    assert.deepEqual(await readdir(path), []);
  });
});

describe('storeSelfTest', () => {
  it('passes in a directory and leaves no object behind', async (context) => {
    const path = await mkdtemp(join(tmpdir(), 'diffract-store-'));
    context.after(() => rm(path, { recursive: true }));
    const checks = await storeSelfTest({ kind: 'directory', path });
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    assert.equal(checks.length, 8);
    const files = await readdir(path, { recursive: true, withFileTypes: true });
    assert.deepEqual(
      files.filter((entry) => entry.isFile()),
      [],
    );
  });

  it('says what is wrong with a place that cannot be used', async () => {
    const checks = await storeSelfTest({ kind: 'directory', path: '/dev/null/store' });
    assert.equal(checks.length, 1);
    assert.deepEqual([checks[0]?.name, checks[0]?.ok], ['answers', false]);
    assert.match(checks[0]?.message ?? '', /\/dev\/null\/store cannot be used.*correct store\.path/);
  });
});
