// The response log where its drivers or its processes fail: kills, a store that goes away, segments that vanish.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import type { StoreDriver } from '../../../adapters/store/driver.ts';
import { EntryIndex } from '../../../adapters/store/entry-index.ts';
import { createGroupCommit } from '../../../adapters/store/group-commit.ts';
import { sha256 } from '../../../adapters/store/sha256.ts';
import { createShared } from '../../../adapters/store/shared.ts';
import { PermanentError, TransientError } from '../../../contracts/failures.ts';
import { entryOf } from './response-log-laws.ts';

describe('the response log', () => {
  it('has every entry whose append had resolved when its processes were killed', async (test) => {
    const folder = await makeFolder(test);
    const [first, second] = await Promise.all([
      appendUntilKilled(folder, 'one', 600),
      appendUntilKilled(folder, 'two', 600),
    ]);
    const log = createStore(createDirectoryDriver(folder)).responseLog('model');
    await log.refresh();
    for (const name of [...first, ...second]) {
      assert.deepEqual(
        (await log.find(sha256(name))).map(({ content }) => content),
        [{ name }],
        name,
      );
    }
  });

  it('writes again what a store that went away did not take', async (test) => {
    const driver = createDirectoryDriver(await makeFolder(test));
    let refused = 0;
    const write: StoreDriver['write'] = (key, bytes) =>
      refused++ < 2 ? Promise.reject(new TransientError('store: gone for a moment')) : driver.write(key, bytes);
    const log = createStore({ ...driver, write }).responseLog('model');
    await log.append([entryOf('kept')]);
    assert.equal(refused, 3);
    assert.deepEqual(await log.find(sha256('kept')), [entryOf('kept')]);
  });

  it('finds an entry whose segment another process joined with others in the meantime', async (test) => {
    const driver = createDirectoryDriver(await makeFolder(test));
    const log = createStore(driver).responseLog('model');
    await log.append([entryOf('moved')]);
    const reader = createStore(driver).responseLog('model');
    await reader.refresh();
    const [key = ''] = await driver.list('responses/model/');
    const bytes = (await driver.read(key))!;
    const joined = Buffer.concat([Buffer.from(lineOf('other')), gunzipSync(bytes)]);
    await driver.write('responses/model/999-elsewhere.jsonl.gz', gzipSync(joined));
    await driver.remove(key);
    // What the reader still holds in memory is no proof: a fresh one has only the listing.
    const fresh = createStore({ ...driver, list: staleOnce(driver, [key]) }).responseLog('model');
    await fresh.refresh();
    for (const one of [reader, fresh]) assert.deepEqual(await one.find(sha256('moved')), [entryOf('moved')]);
  });

  it('does not take what it cannot read for what never was', async (test) => {
    const driver = createDirectoryDriver(await makeFolder(test));
    await createStore(driver)
      .responseLog('model')
      .append([entryOf('paid')]);
    let away = false;
    const read: StoreDriver['read'] = (key) => (away ? Promise.resolve(null) : driver.read(key));
    const log = createStore({ ...driver, read }).responseLog('model');
    await log.refresh();
    // So long that nothing else is kept in memory beside it.
    const long = { ...entryOf('long'), content: 'x'.repeat(65 * 2 ** 20) };
    await createStore(driver).responseLog('model').append([long]);
    await log.refresh();
    away = true;
    const gone = (error: unknown) => error instanceof TransientError && /gone at each of 5 looks/.test(error.message);
    await assert.rejects(log.find(sha256('paid')), gone);
    await assert.rejects(
      log.some(() => false),
      gone,
    );
    away = false;
    assert.deepEqual(await log.find(sha256('paid')), [entryOf('paid')]);
  });
});

describe('a group commit', () => {
  it('fails at once, and for those that waited, where waiting cannot help', async () => {
    let writes = 0;
    const commit = createGroupCommit<number>(() => {
      writes += 1;
      return writes === 1 ? Promise.reject(new PermanentError('StoreRefused', 'read-only')) : Promise.resolve();
    });
    const both = await Promise.allSettled([commit.add([1]), commit.add([2])]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await commit.add([3]);
    assert.equal(writes, 2);
  });

  it('writes one group at a time, in order, with all that came meanwhile', async () => {
    const groups: number[][] = [];
    let writing = 0;
    const commit = createGroupCommit<number>(async (items) => {
      assert.equal(++writing, 1);
      groups.push([...items]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      writing -= 1;
    });
    await Promise.all([commit.add([1, 2]), commit.add([3])]);
    await commit.add([4]);
    assert.deepEqual(groups, [[1, 2, 3], [4]]);
  });
});

describe('shared work', () => {
  it('runs once for all who wait, and again for those who come while it runs', async () => {
    let runs = 0;
    const shared = createShared(async () => {
      const run = ++runs;
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (run === 1) throw new Error('first run');
    });
    const first = shared();
    const later = [shared(), shared()];
    await assert.rejects(first, /first run/);
    await Promise.all(later);
    assert.equal(runs, 2);
  });
});

describe('the index of the response log', () => {
  it('forgets segments and takes their room back', () => {
    const index = new EntryIndex();
    const hash = (entry: number) => sha256(`${entry % 1000}`);
    for (let entry = 0; entry < 10_000; entry++) {
      index.add(hash(entry), { segment: Math.floor(entry / 1000), offset: entry, length: 1 });
    }
    assert.equal(index.find(hash(7)).length, 10);
    for (let segment = 0; segment < 9; segment++) {
      index.forget(segment, 1000);
      assert.equal(index.find(hash(7)).length, 9 - segment);
    }
    assert.deepEqual(index.find(hash(7)), [{ segment: 9, offset: 9007, length: 1 }]);
    assert.deepEqual(index.find(sha256('never')), []);
  });
});

async function makeFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-log-'));
  test.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The names that a child printed before it was killed in the middle of its work. */
async function appendUntilKilled(folder: string, name: string, entries: number): Promise<string[]> {
  const script = fileURLToPath(new URL('append-responses.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const names: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith(`${name}-`)) continue;
    names.push(line);
    if (names.length === entries) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  // The kill may cut the last line short.
  return names.slice(0, entries);
}

const lineOf = (name: string): string => `${JSON.stringify(entryOf(name))}\n`;

/** The first listing still shows keys that are gone. */
function staleOnce(driver: StoreDriver, gone: readonly string[]): StoreDriver['list'] {
  let listings = 0;
  return async (prefix) => {
    const keys = await driver.list(prefix);
    return listings++ === 0 ? [...gone, ...keys.filter((key) => !key.includes('elsewhere'))] : keys;
  };
}
