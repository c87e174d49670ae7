// The student of a campaign, written out: a folder that our own reader finds equal to the student, and one GGUF file more.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { StudentForm } from '../../../activities/ports/models.ts';
import type { Store } from '../../../activities/ports/store.ts';
import { storeStudent } from '../../../activities/student-files.ts';
import { exportStudent } from '../../../adapters/export/export-student.ts';
import type { StudentExportRequest } from '../../../adapters/export/export-student.ts';
import { openModel } from '../../../adapters/models/model.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { writeSafetensors } from '../../helpers/safetensors.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';
import type { TinyFolders } from '../../helpers/tiny-folder.ts';

const campaign = 'made';

describe('the export of a student', () => {
  let root: string;
  let tiny: TinyFolders;
  let base: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-export-student-'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    tiny = await tinyFolders(root);
    base = join(root, 'tiny.gguf');
  });
  after(() => rm(root, { recursive: true }));

  async function place() {
    const folder = await mkdtemp(join(root, 'campaign-'));
    const store = createStore(createDirectoryDriver(join(folder, 'store')));
    const request = { campaign, folder: join(folder, 'out'), extras: [], version: '1' } as const;
    return { store, request: (change: Partial<StudentExportRequest> = {}) => ({ ...request, ...change }) };
  }

  async function train(store: Store, form: StudentForm, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const trained = Object.entries(files).map(([path, bytes]) => ({ path, mediaType: 'any', pieces: [bytes] }));
    const student = { form, files: trained, steps: 1, firstLoss: 1, lastLoss: 1 };
    await store.writeRef(campaign, 'checkpoint', await storeStudent(store, student, base));
  }

  async function tensorsFile(factor: number): Promise<Record<string, Uint8Array>> {
    const path = join(root, 'tensors.safetensors');
    const scaled = tiny.tensors
      .filter(({ name }) => name.includes('layers.1'))
      .map((tensor) => {
        const values = new Float32Array(Uint8Array.from(tensor.bytes).buffer).map((value) => value * factor);
        return { ...tensor, bytes: new Uint8Array(values.buffer) };
      });
    await writeSafetensors(path, scaled);
    return { 'tensors.safetensors': await readFile(path) };
  }

  it('is a folder with the weights of the student, and a GGUF file of the same weights where it is asked for', async () => {
    const { store, request } = await place();
    await train(store, 'tensors', await tensorsFile(2));
    const folder = join(root, 'given');
    const exported = await exportStudent(store, request({ folder, extras: ['gguf'] }));
    assert.deepEqual([exported.form, exported.base], ['tensors', base]);
    assert.deepEqual([...exported.files].sort(), (await readdir(folder)).sort());
    assert.ok(exported.files.includes('made.gguf') && exported.files.includes('chat_template.jinja'));
    const [original, written] = [await openModel({ gguf: base }), await openModel({ folder })];
    const served = await openModel({ gguf: join(folder, 'made.gguf') });
    assert.notEqual(written.hashes.weights, original.hashes.weights);
    assert.equal(served.hashes.weights, written.hashes.weights);
  });

  it('replaces an earlier export, and nothing else', async () => {
    const { store, request } = await place();
    await train(store, 'tensors', await tensorsFile(2));
    await exportStudent(store, request());
    await exportStudent(store, request());
    await writeFile(join(request().folder, 'notes.txt'), 'mine');
    await assert.rejects(exportStudent(store, request()), { type: 'InvalidConfig', message: /notes\.txt/ });
  });

  it('hands on what another program left as it is, also where it cannot be computed here', async () => {
    const { store, request } = await place();
    const left = {
      'config.json': Buffer.from('{"architectures":["LEDForConditionalGeneration"]}'),
      'model.safetensors': Buffer.from('weights'),
    };
    await train(store, 'folder', left);
    const { folder } = request();
    await exportStudent(store, request());
    for (const [name, bytes] of Object.entries(left)) assert.deepEqual(await readFile(join(folder, name)), bytes);
    const again = request({ folder: join(root, 'led'), extras: ['gguf'] });
    await assert.rejects(exportStudent(store, again), { type: 'UnsupportedModel', message: /LEDFor/ });
    await assert.rejects(readdir(again.folder), { code: 'ENOENT' });
  });

  it('says that there is no student yet', async () => {
    const { store, request } = await place();
    await assert.rejects(exportStudent(store, request()), { type: 'MissingArtifact', message: /no student of/ });
  });
});
