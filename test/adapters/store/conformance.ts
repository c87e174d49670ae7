// What every store must do, whatever keeps its bytes; run against a directory and against a real S3 server.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { Store } from '../../../activities/ports/store.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import type { StoreDriver } from '../../../adapters/store/driver.ts';
import { objectKey, scratchPrefix } from '../../../adapters/store/keys.ts';
import { sha256 } from '../../../adapters/store/sha256.ts';
import { responseLogLaws } from './response-log-laws.ts';
import type { ArtifactRef, Manifest, StageResult } from '../../../contracts/artifacts.ts';
import type { Sample } from '../../../contracts/samples.ts';

export interface TestedStore {
  readonly driver: StoreDriver;
  close(): Promise<void>;
}

export function storeConformance(name: string, makeStore: () => Promise<TestedStore>): void {
  describe(`${name} as a store`, () => {
    let tested: TestedStore;
    const place: { driver: StoreDriver; store: Store } = { driver: unopened, store: unopened };
    before(async () => {
      tested = await makeStore();
      Object.assign(place, { driver: tested.driver, store: createStore(tested.driver) });
    });
    after(() => tested.close());

    partsAndManifests(place);
    tables(place);
    records(place);
    responseLogLaws(place);
    scratch(place);
    driverLaws(place);
  });
}

type Place = Readonly<{ driver: StoreDriver; store: Store }>;

/** Stands in until `before` has run. */
const unopened = {} as StoreDriver & Store;

function partsAndManifests(place: Place): void {
  it('gives back the bytes of a part and names them by their sha256', async () => {
    const bytes = bytesOf(70_000, 1);
    const part = await place.store.writePart(bytes, { path: 'weights.bin', mediaType: 'application/x', rows: 0 });
    assert.deepEqual(part, {
      path: 'weights.bin',
      sha256: sha256(bytes),
      bytes: 70_000,
      mediaType: 'application/x',
      rows: 0,
    });
    assert.deepEqual(Buffer.from(await place.store.readPart(part)), Buffer.from(bytes));
  });

  it('keeps empty parts and parts of several multipart pieces', async () => {
    for (const size of [0, 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 20 * 2 ** 20]) {
      const bytes = bytesOf(size, size);
      const part = await place.store.writePart(bytes, { path: 'x', mediaType: 'application/x', rows: 0 });
      assert.equal(sha256(await place.store.readPart(part)), sha256(bytes), `${size} bytes`);
    }
  });

  it('refuses a part whose bytes have changed, and says which', async () => {
    const part = await place.store.writePart(bytesOf(500, 2), { path: 'x', mediaType: 'application/x', rows: 0 });
    await place.driver.write(objectKey(part.sha256), bytesOf(500, 3));
    const message = new RegExp(`${objectKey(part.sha256)}.*found sha256 ${sha256(bytesOf(500, 3))}.*${part.sha256}`);
    await assert.rejects(place.store.readPart(part), { type: 'CorruptArtifact', message });
  });

  it('mends a part that was cut short when the same bytes are written again', async () => {
    const bytes = bytesOf(500, 4);
    const part = await place.store.writePart(bytes, { path: 'x', mediaType: 'application/x', rows: 0 });
    await place.driver.write(objectKey(part.sha256), bytes.subarray(0, 200));
    await assert.rejects(place.store.readPart(part), { type: 'CorruptArtifact' });
    await place.store.writePart(bytes, { path: 'x', mediaType: 'application/x', rows: 0 });
    assert.equal((await place.store.readPart(part)).length, 500);
  });

  it('says that a part or a manifest is missing', async () => {
    const hash = sha256('never written');
    const part = { path: 'x', sha256: hash, bytes: 1, mediaType: 'x', rows: 1 };
    await assert.rejects(place.store.readPart(part), { type: 'MissingArtifact' });
    const ref: ArtifactRef = { kind: 'samples', manifest: hash, rows: 1, bytes: 1 };
    await assert.rejects(place.store.readManifest(ref), { type: 'MissingArtifact' });
  });

  it('names a manifest by its content, whatever the order of its fields', async () => {
    const part = await place.store.writePart(bytesOf(10, 5), { path: 'a', mediaType: 'x', rows: 3 });
    const manifest: Manifest = { kind: 'checkpoint', parts: [part, part], metadata: { b: '2', a: '1' } };
    const reordered: Manifest = { metadata: { a: '1', b: '2' }, parts: [part, part], kind: 'checkpoint' };
    const ref = await place.store.writeManifest(manifest);
    assert.deepEqual(ref, await place.store.writeManifest(reordered));
    assert.deepEqual({ rows: ref.rows, bytes: ref.bytes, kind: ref.kind }, { rows: 6, bytes: 20, kind: 'checkpoint' });
    assert.deepEqual(await place.store.readManifest(ref), manifest);
  });
}

function tables(place: Place): void {
  it('reads a table back part by part, in the order given', async () => {
    const parts = [];
    for (const name of ['b', 'a', 'c']) {
      parts.push(
        await place.store.writeTablePart('samples', `${name}.parquet`, [sampleOf(name, 1), sampleOf(name, 2)]),
      );
    }
    const ref = await place.store.writeTable('samples', parts, { task: 'nli' });
    assert.equal(ref.rows, 6);
    const ids: string[][] = [];
    for await (const rows of place.store.readTable(ref)) ids.push(rows.map((row) => row.id));
    assert.deepEqual(ids, [
      ['b-1', 'b-2'],
      ['a-1', 'a-2'],
      ['c-1', 'c-2'],
    ]);
    assert.deepEqual((await place.store.readManifest(ref)).metadata, { task: 'nli' });
  });

  it('keeps a table without parts', async () => {
    const ref = await place.store.writeTable('rejects', []);
    assert.deepEqual({ rows: ref.rows, bytes: ref.bytes }, { rows: 0, bytes: 0 });
    for await (const rows of place.store.readTable(ref)) assert.fail(`found ${rows.length} rows`);
  });
}

function records(place: Place): void {
  it('knows a stage only after its record is written', async () => {
    const key = sha256('stage a');
    assert.equal(await place.store.readStage(key), null);
    const output: ArtifactRef = { kind: 'samples', manifest: sha256('m'), rows: 2, bytes: 9 };
    const result: StageResult<unknown> = {
      stage: 'parse',
      key,
      output,
      rejects: null,
      counts: { seeds: { in: 3, kept: 2, rejected: { empty: 1 } } },
      summary: { text: 'é\u2028' },
    };
    await place.store.writeStage(result);
    assert.deepEqual(await place.store.readStage(key), result);
  });

  it('says that a record is damaged', async () => {
    const key = sha256('stage b');
    await place.driver.write(`stages/${key}.json`, new TextEncoder().encode('{"half'));
    await assert.rejects(place.store.readStage(key), { type: 'CorruptArtifact', message: /stages\// });
  });

  it('moves a ref to its newest artifact, campaign by campaign', async () => {
    const refs = [1, 2].map((n): ArtifactRef => ({ kind: 'samples', manifest: sha256(`${n}`), rows: n, bytes: n }));
    assert.equal(await place.store.readRef('nli-demo', 'pool'), null);
    for (const ref of refs) await place.store.writeRef('nli-demo', 'pool', ref);
    assert.deepEqual(await place.store.readRef('nli-demo', 'pool'), refs[1]);
    assert.equal(await place.store.readRef('other', 'pool'), null);
  });
}

function scratch(place: Place): void {
  it('gives pieces of scratch back in the order of their names, and only those', async () => {
    const names = ['b/2', 'b', 'a b', '..', 'é', 'B%2F~', '10', '9', '.hidden'];
    for (const name of names) await place.store.writeScratch('work/1', name, new TextEncoder().encode(name));
    await place.store.writeScratch('work/1/b', '0', bytesOf(3, 1));
    await place.store.writeScratch('work/10', '0', bytesOf(3, 1));
    const pieces = await place.store.readScratch('work/1');
    assert.deepEqual(
      pieces.map(({ piece, bytes }) => [piece, new TextDecoder().decode(bytes)]),
      [...names].sort().map((name) => [name, name]),
    );
  });

  it('overwrites a piece, and removes all pieces of one piece of work', async () => {
    for (const seed of [1, 2]) await place.store.writeScratch('redo', '0000', bytesOf(9, seed));
    const [piece] = await place.store.readScratch('redo');
    assert.deepEqual(Buffer.from(piece?.bytes ?? []), Buffer.from(bytesOf(9, 2)));
    await place.store.writeScratch('redo-other', '0000', bytesOf(9, 1));
    await place.store.removeScratch('redo');
    assert.deepEqual(await place.store.readScratch('redo'), []);
    assert.equal((await place.store.readScratch('redo-other')).length, 1);
    await place.store.removeScratch('redo');
  });
}

function driverLaws(place: Place): void {
  it('answers null for keys that are not there', async () => {
    assert.equal(await place.driver.read('scratch/none/x'), null);
    assert.equal(await place.driver.size('scratch/none/x'), null);
    assert.deepEqual(await place.driver.list('scratch/none/'), []);
    await place.driver.remove('scratch/none/x');
  });

  it('lists nested keys in one order', async () => {
    for (const key of ['list/b', 'list/a/z', 'list/a/y', 'list/a0']) await place.driver.write(key, bytesOf(1, 1));
    assert.deepEqual(await place.driver.list('list/'), ['list/a/y', 'list/a/z', 'list/a0', 'list/b']);
    assert.equal(await place.driver.size('list/b'), 1);
  });

  it('lets one of sixteen racing writers create a key, and every reader see a whole object', async () => {
    const bodies = Array.from({ length: 16 }, (_, seed) => bytesOf(300_000, seed));
    const won = await Promise.all(bodies.map((body) => place.driver.writeIfAbsent('scratch/race/one', body)));
    assert.equal(won.filter(Boolean).length, 1);
    const kept = await place.driver.read('scratch/race/one');
    assert.deepEqual(Buffer.from(kept ?? []), Buffer.from(bodies[won.indexOf(true)] ?? []));
  });

  it('lets sixteen writers of the same part all succeed', async () => {
    const bytes = bytesOf(300_000, 99);
    const written = await Promise.all(
      Array.from({ length: 16 }, () => place.store.writePart(bytes, { path: 'x', mediaType: 'x', rows: 0 })),
    );
    assert.equal(new Set(written.map((part) => part.sha256)).size, 1);
    assert.equal((await place.store.readPart(written[0]!)).length, 300_000);
  });

  it('never shows half an object while 20 MB are being written', async () => {
    const key = `${scratchPrefix('atomic')}big`;
    const versions = [bytesOf(20_000_000, 1), bytesOf(20_000_000, 2)];
    const allowed = new Set(['absent', ...versions.map(sha256)]);
    const progress = { done: false, reads: 0 };
    const reader = (async () => {
      while (!progress.done) {
        const seen = await place.driver.read(key);
        assert.ok(allowed.has(seen === null ? 'absent' : sha256(seen)), `saw ${String(seen?.length)} bytes`);
        progress.reads++;
      }
    })();
    for (const version of versions) await place.driver.write(key, version);
    progress.done = true;
    await reader;
    assert.ok(progress.reads > 0);
    assert.equal(sha256((await place.driver.read(key)) ?? ''), sha256(versions[1]!));
  });
}

/** Bytes that do not compress and that the seed decides. */
function bytesOf(count: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 4));
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, count);
}

function sampleOf(name: string, index: number): Sample {
  return {
    id: `${name}-${index}`,
    task: 'nli',
    prompt: 'Premise: all cats sleep.',
    completion: 'entailment',
    answer: 'entailment',
    group: 'monotonicity',
    lineage: { origin: 'import', source: 'seeds.jsonl', generator: 'seeds', round: 0, fewShots: [] },
  };
}
