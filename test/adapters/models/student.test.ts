// Students of every form behind the scorer port: each gives the numbers of the whole model that it stands for.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Store } from '../../../activities/ports/store.ts';
import type { StudentForm } from '../../../activities/ports/models.ts';
import { studentFiles } from '../../../activities/ports/student-files.ts';
import { storeStudent } from '../../../activities/student-files.ts';
import { createModelRuntime } from '../../../adapters/models/runtime.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { initialLora, loraParameters, mergeLora } from '../../../core/training/lora.ts';
import { adapterConfig, encodeAdapter } from '../../../core/training/adapter-file.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { writeSafetensors } from '../../helpers/safetensors.ts';
import type { StoredTensor } from '../../helpers/safetensors.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';
import type { TinyFolders } from '../../helpers/tiny-folder.ts';

const prompts = ['Is the cat here?', 'The inn is on the hill. Is it far?'];
const labels = ['yes', 'no'];
const never = new AbortController().signal;

describe('a student', () => {
  let root: string;
  let tiny: TinyFolders;
  let store: Store;
  let base: string;
  let changed: StoredTensor[];
  const models = createModelRuntime({ sessions: 1 });

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-student-'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    tiny = await tinyFolders(root);
    store = createStore(createDirectoryDriver(join(root, 'store')));
    base = join(root, 'base');
    await tiny.write(base, { 'model.safetensors': tiny.tensors });
    changed = tiny.tensors.map(shifted);
  });
  after(async () => {
    await models.close();
    await rm(root, { recursive: true });
  });

  async function stored(form: StudentForm, files: Readonly<Record<string, Uint8Array>>) {
    const trained = Object.entries(files).map(([path, bytes]) => ({ path, mediaType: 'any', pieces: [bytes] }));
    const student = { form, files: trained, steps: 1, firstLoss: 1, lastLoss: 1 };
    return studentFiles(store, await storeStudent(store, student, base));
  }

  async function scores(model: string, student: Awaited<ReturnType<typeof stored>> | null) {
    const scorer = await models.openScorer(model, student);
    return {
      ranked: await scorer.scoreLabels(prompts, labels, never),
      answers: await scorer.answer(prompts, 8, never),
    };
  }

  async function folderOf(name: string, tensors: readonly StoredTensor[]): Promise<string> {
    const folder = join(root, name);
    await tiny.write(folder, { 'model.safetensors': tensors });
    return folder;
  }

  async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
    const names = await readdir(folder);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])));
  }

  async function tensorsFile(tensors: readonly StoredTensor[]): Promise<{ 'tensors.safetensors': Uint8Array }> {
    const path = join(root, 'some.safetensors');
    await writeSafetensors(path, tensors);
    return { 'tensors.safetensors': await readFile(path) };
  }

  it('of changed tensors has the numbers of a model with those tensors', async () => {
    const layer = (tensor: StoredTensor): boolean => tensor.name.startsWith('model.layers.1.');
    const whole = await folderOf(
      'last-layer',
      tiny.tensors.map((tensor) => (layer(tensor) ? shifted(tensor) : tensor)),
    );
    const student = await stored('tensors', await tensorsFile(changed.filter(layer)));
    assert.deepEqual(await scores(base, student), await scores(whole, null));
    assert.notDeepEqual(await scores(base, student), await scores(base, null));
  });

  it('of all tensors, which are the tied head too, has the numbers of that model', async () => {
    const whole = await folderOf('all', changed);
    const student = await stored('tensors', await tensorsFile(changed));
    assert.deepEqual(await scores(base, student), await scores(whole, null));
  });

  it('that is a whole folder needs no base, and its files go into the store in parts', async () => {
    const whole = await folderOf('whole', changed);
    const student = await stored('folder', await filesOf(whole));
    assert.deepEqual(await scores('some/model-that-is-not-here', student), await scores(whole, null));
    assert.deepEqual(student.files.map(({ path }) => path).sort(), (await readdir(whole)).sort());
  });

  it('of an adapter has the numbers of a model with the adapter merged, to rounding', async () => {
    const config = parseModelConfig(JSON.parse(await readFile(join(base, 'config.json'), 'utf8')), 'config.json');
    const specification = { rank: 2, alpha: 6, layers: [0, 1] };
    const parameters = loraParameters(config, specification);
    const random = uniforms('adapter');
    const tensors = new Map(
      [...initialLora(parameters, 'adapter')].map(([name, data]) => [name, data.map(() => (random.next() - 0.5) / 5)]),
    );
    const merged = tiny.tensors.map((tensor) => {
      const module = tensor.name.replace(/\.weight$/, '');
      const [down, up] = [tensors.get(`${module}.lora_A.weight`), tensors.get(`${module}.lora_B.weight`)];
      if (down === undefined || up === undefined) return tensor;
      const weight = mergeLora(floats(tensor), down, up, { rank: 2, scale: 3 });
      return { ...tensor, bytes: new Uint8Array(weight.buffer) };
    });
    const whole = await folderOf('merged', merged);
    const student = await stored('adapter', {
      'adapter_model.safetensors': encodeAdapter({ specification, tensors }),
      'adapter_config.json': Buffer.from(adapterConfig(specification, base)),
    });
    const [found, expected] = [await scores(base, student), await scores(whole, null)];
    assert.deepEqual(found.answers, expected.answers);
    const numbers = expected.ranked.flat();
    found.ranked.flat().forEach((value, index) => {
      const difference = Math.abs(value - numbers[index]!);
      assert.ok(difference < 1e-4, `${difference}`);
    });
  });

  it('is refused with the way out when its architecture is not computed here', async () => {
    const config = { architectures: ['LEDForConditionalGeneration'], model_type: 'led' };
    const student = await stored('folder', {
      'config.json': Buffer.from(JSON.stringify(config)),
      'model.safetensors': Buffer.from('weights'),
    });
    await assert.rejects(models.openScorer('allenai/led-base-16384', student), {
      type: 'UnsupportedModel',
      message: /LEDForConditionalGeneration.*\(server:\)/,
    });
  });

  it('is refused when it has a tensor that its base has not, or not in that shape', async () => {
    const [first, second] = changed as [StoredTensor, StoredTensor];
    const strange = await stored('tensors', await tensorsFile([{ ...first, name: 'model.other.weight' }]));
    await assert.rejects(models.openScorer(base, strange), {
      type: 'CorruptArtifact',
      message: /model\.other\.weight/,
    });
    const transposed = { ...second, shape: [1, ...second.shape] };
    await assert.rejects(models.openScorer(base, await stored('tensors', await tensorsFile([transposed]))), {
      type: 'CorruptArtifact',
      message: /another model/,
    });
  });
});

function floats({ bytes }: StoredTensor): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** Every number moved by up to .1, by the tensor's name. */
function shifted(tensor: StoredTensor): StoredTensor {
  const random = uniforms(`shift/${tensor.name}`);
  const values = floats(tensor).map((value) => value + (random.next() - 0.5) / 5);
  return { ...tensor, bytes: new Uint8Array(values.buffer) };
}
