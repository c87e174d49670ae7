// What the response log must do on every driver: nothing that was appended is ever lost or counted twice, whoever reads,
// writes and joins segments at the same time.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LogEntry, Store } from '../../../activities/ports/store.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import type { StoreDriver } from '../../../adapters/store/driver.ts';
import { sha256 } from '../../../adapters/store/sha256.ts';

type Place = Readonly<{ driver: StoreDriver; store: Store }>;

export function entryOf(name: string, id = 'a'): LogEntry {
  return { hash: sha256(name), id, content: { name, text: `é\u2028\n${name}` } };
}

/** As another process sees the same place. */
const elsewhere = ({ driver }: Place) => createStore(driver);

export function responseLogLaws(place: Place): void {
  it('finds what was appended, in every process, by request hash and model', async () => {
    const log = place.store.responseLog('laws/one');
    assert.equal(log, place.store.responseLog('laws/one'));
    assert.equal(await log.some(() => true), false);
    assert.deepEqual(await log.find(sha256('first')), []);
    await log.append([entryOf('first'), entryOf('second')]);
    await log.append([entryOf('first', 'b')]);
    const other = elsewhere(place).responseLog('laws/one');
    assert.deepEqual(await other.find(sha256('first')), [], 'nobody has listed yet');
    await other.refresh();
    for (const one of [log, other]) {
      assert.deepEqual(await one.find(sha256('first')), [entryOf('first'), entryOf('first', 'b')]);
      assert.deepEqual(await one.find(sha256('second')), [entryOf('second')]);
      assert.deepEqual(await one.find(sha256('third')), []);
      assert.equal(await one.some((content) => (content as { name: string }).name === 'second'), true);
      assert.equal(await one.some((content) => (content as { name: string }).name === 'third'), false);
    }
    const another = elsewhere(place).responseLog('laws');
    await another.refresh();
    assert.deepEqual(await another.find(sha256('first')), []);
  });

  it('counts an entry once that was written twice, and gives entries in the order of their ids', async () => {
    const log = place.store.responseLog('laws/twice');
    await log.append([entryOf('x', 'c')]);
    await elsewhere(place)
      .responseLog('laws/twice')
      .append([entryOf('x', 'b'), entryOf('x', 'c'), entryOf('x', 'a')]);
    await log.refresh();
    assert.deepEqual(
      (await log.find(sha256('x'))).map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });

  it('writes what comes at the same time as few objects', async () => {
    const log = place.store.responseLog('laws/group');
    await Promise.all(Array.from({ length: 500 }, (_, index) => log.append([entryOf(`g${index}`)])));
    const keys = await place.driver.list('responses/laws~2fgroup/');
    assert.ok(keys.length >= 1 && keys.length <= 3, `${keys.length} objects`);
  });

  it('refuses an entry whose hash is none', async () => {
    const log = place.store.responseLog('laws/refused');
    await assert.rejects(log.append([{ hash: '../../etc/passwd', id: 'a', content: 1 }]), { type: 'InvalidData' });
  });

  it('says which segment is damaged', async () => {
    const key = 'responses/laws~2fdamaged/9-x.jsonl.gz';
    const log = () => elsewhere(place).responseLog('laws/damaged');
    await place.driver.write(key, new TextEncoder().encode('{"half'));
    await assert.rejects(log().refresh(), {
      type: 'CorruptArtifact',
      message: /9-x\.jsonl\.gz.*6 bytes that are no gzip/,
    });
    await place.driver.write(key, gzipSync('{"half'));
    await assert.rejects(log().refresh(), { type: 'CorruptArtifact', message: /9-x\.jsonl\.gz.*no entry at byte 0/ });
  });

  it('joins segments while several processes read, write and join, and loses no entry', async () => {
    const processes = Array.from({ length: 4 }, () => elsewhere(place).responseLog('laws/joined'));
    const rounds = 60;
    await Promise.all(
      processes.map(async (log, process) => {
        for (let round = 0; round < rounds; round++) {
          await log.append([entryOf(`p${process}r${round}`), entryOf('shared', `p${process}r${String(round)}`)]);
          if (round % 5 === process) await log.refresh();
          assert.equal((await log.find(sha256(`p${process}r${round}`))).length, 1);
        }
      }),
    );
    const last = elsewhere(place).responseLog('laws/joined');
    for (const log of [...processes, last]) {
      await log.refresh();
      assert.equal((await log.find(sha256('shared'))).length, processes.length * rounds);
      for (let process = 0; process < processes.length; process++) {
        for (let round = 0; round < rounds; round++) {
          assert.equal((await log.find(sha256(`p${process}r${round}`))).length, 1, `p${process}r${round}`);
        }
      }
    }
    const left = (await place.driver.list('responses/laws~2fjoined/')).length;
    assert.ok(left < 130, `${left} segments are left of ${processes.length * rounds}`);
  });
}
