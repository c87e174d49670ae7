// The files of a student in a store: cut into parts by their bytes alone, and read back whole or piece by piece.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TrainedFile } from '../../activities/ports/trainer.ts';
import { studentFiles } from '../../activities/ports/student-files.ts';
import { storeStudent } from '../../activities/student-files.ts';
import { makeWorkplace } from './workplace.ts';

const MiB = 2 ** 20;
const numbers = { steps: 1, firstLoss: 2, lastLoss: 1 };

function file(path: string, pieces: TrainedFile['pieces']): TrainedFile {
  return { path, mediaType: 'application/octet-stream', pieces };
}

/** `total` bytes that tell their places apart, in pieces of `size`, all in one memory as streams do it. */
function* counted(total: number, size: number): Generator<Uint8Array> {
  const piece = new Uint8Array(size);
  for (let start = 0; start < total; start += size) {
    const length = Math.min(size, total - start);
    for (let index = 0; index < length; index++) piece[index] = (start + index) % 251;
    yield piece.subarray(0, length);
  }
}

describe('the files of a student', () => {
  it('lie in the store in parts of one size, whatever the pieces they came in', async (test) => {
    const { store } = await makeWorkplace(test);
    const total = 64 * MiB + 12_345;
    const refs = [];
    for (const size of [MiB, 10_000_000, total]) {
      const student = { form: 'folder' as const, files: [file('model.safetensors', counted(total, size))], ...numbers };
      refs.push(await storeStudent(store, student, 'base'));
    }
    assert.deepEqual(refs[1], refs[0]);
    assert.deepEqual(refs[2], refs[0]);
    const { parts, metadata } = await store.readManifest(refs[0]!);
    assert.deepEqual(
      parts.map(({ path, bytes }) => [path, bytes]),
      [
        ['model.safetensors', 64 * MiB],
        ['model.safetensors', 12_345],
      ],
    );
    assert.deepEqual(metadata, { base: 'base', form: 'folder' });
    const student = await studentFiles(store, refs[0]!);
    assert.deepEqual(student.files, [{ path: 'model.safetensors', bytes: total }]);
    const expected = createHash('sha256');
    for (const piece of counted(total, MiB)) expected.update(piece);
    const found = createHash('sha256');
    for await (const piece of student.pieces('model.safetensors')) found.update(piece);
    const digest = expected.digest('hex');
    assert.equal(found.digest('hex'), digest);
    const whole = await student.read('model.safetensors');
    assert.equal(createHash('sha256').update(whole).digest('hex'), digest);
  });

  it('may be empty, and are named by the hash of all of them', async (test) => {
    const { store } = await makeWorkplace(test);
    const files = [file('model.safetensors', [Uint8Array.of(1), Uint8Array.of(2)]), file('merges.txt', [])];
    const ref = await storeStudent(store, { form: 'tensors', files, ...numbers }, 'base');
    const student = await studentFiles(store, ref);
    assert.equal(student.key, ref.manifest);
    assert.equal(student.form, 'tensors');
    assert.deepEqual([...(await student.read('model.safetensors'))], [1, 2]);
    assert.equal((await student.read('merges.txt')).length, 0);
    await assert.rejects(student.read('config.json'), {
      type: 'MissingArtifact',
      message: /holds no config\.json; it holds model\.safetensors, merges\.txt/,
    });
  });

  it('are refused without weights, and in a form that is not known', async (test) => {
    const { store } = await makeWorkplace(test);
    const bare = { form: 'folder' as const, files: [file('config.json', [Uint8Array.of(1)])], ...numbers };
    await assert.rejects(studentFiles(store, await storeStudent(store, bare, 'base')), { type: 'MissingArtifact' });
    const part = await store.writePart(Uint8Array.of(1), { path: 'a.safetensors', mediaType: 'any', rows: 0 });
    const old = await store.writeManifest({ kind: 'checkpoint', parts: [part], metadata: { base: 'base' } });
    await assert.rejects(studentFiles(store, old), {
      type: 'CorruptArtifact',
      message: /\(not stated\); expected adapter/,
    });
  });
});
