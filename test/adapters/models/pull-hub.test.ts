// The hub is played by a server on loopback, so that broken connections and wrong bytes can be had at will.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openEncoder } from '../../../adapters/models/embedding.ts';
import { listPulled, parseHubName, repositoryFolder } from '../../../adapters/models/hub-cache.ts';
import { openModel } from '../../../adapters/models/model.ts';
import { obtainModel } from '../../../adapters/models/obtain.ts';
import { startHubServer } from '../../helpers/hub-server.ts';
import type { HubServer } from '../../helpers/hub-server.ts';
import { tinyEncoderLength, writeTinyEncoder } from '../../helpers/tiny-encoder.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';
import type { TinyFolders } from '../../helpers/tiny-folder.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

const repository = 'tiny-org/tiny-model';
const WEIGHTS = 'model.safetensors';

let root: string;
let tiny: TinyFolders;
let whole: Map<string, Buffer>;
let server: HubServer;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-hub-'));
  process.env['DIFFRACT_CACHE'] = join(root, 'cache-of-the-folder');
  tiny = await tinyFolders(root);
  await tiny.write(join(root, 'whole'), { [WEIGHTS]: tiny.tensors });
  whole = await filesOf(join(root, 'whole'));
  whole.set('README.md', Buffer.from('not needed'));
  whole.set('onnx/model.onnx', Buffer.from('not needed either'));
});
beforeEach(async () => {
  process.env['DIFFRACT_CACHE'] = await mkdtemp(join(root, 'cache-'));
  delete process.env['HF_TOKEN'];
  await serve(whole);
});
after(async () => {
  await server.close();
  delete process.env['HF_ENDPOINT'];
  await rm(root, { recursive: true });
});

describe('pulling from the hub', () => {
  it('fetches what is needed, checks it, records the commit, and the name is then a model', async () => {
    const messages: string[] = [];
    const obtained = await obtainModel(repository, (message) => messages.push(message));
    assert.equal(obtained.commit, server.commit);
    assert.match(messages.join('; '), new RegExp(`is commit ${server.commit}.*model\\.safetensors: 100 %`));
    const folder = join(repositoryFolder(repository), server.commit);
    const wanted = ['chat_template.jinja', 'config.json', WEIGHTS, 'tokenizer.json', 'tokenizer_config.json'];
    assert.deepEqual((await readdir(folder)).sort(), [...wanted, 'pulled.json'].sort());
    const record = JSON.parse(await readFile(join(folder, 'pulled.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([record['repository'], record['revision'], record['commit']], [repository, 'main', server.commit]);
    const pulled = await openModel(repository);
    assert.equal(pulled.hashes.weights, (await openModel(join(root, 'whole'))).hashes.weights);
    assert.equal((await openModel(`${repository}@${server.commit}`)).folder, pulled.folder);
  });

  it('fetches nothing twice, and asks nobody about a commit that is here', async () => {
    await obtainModel(repository, quiet);
    const sent = new Map(server.sent);
    await obtainModel(repository, quiet);
    assert.deepEqual(server.sent, sent);
    const asked = server.requests.length;
    await obtainModel(`${repository}@${server.commit}`, quiet);
    assert.equal(server.requests.length, asked);
  });

  it('keeps the commit that was pulled until somebody pulls again', async () => {
    const first = await obtainModel(repository, quiet);
    server.commit = 'f'.repeat(40);
    assert.equal((await openModel(repository)).folder, first.folder);
    const second = await obtainModel(repository, quiet);
    assert.equal(second.commit, 'f'.repeat(40));
    assert.notEqual(second.folder, first.folder);
    const name = { repository, revision: 'main' };
    assert.deepEqual(await listPulled(), [{ name, folder: join(repositoryFolder(repository), 'f'.repeat(40)) }]);
  });

  it('goes on in the middle of a file when the connection breaks', async () => {
    const size = whole.get(WEIGHTS)!.length;
    server.faults.set(WEIGHTS, [{ cutAfter: 20_000 }, { cutAfter: 10_000 }]);
    await obtainModel(repository, quiet);
    const ranges = server.requests
      .filter((line) => line.includes(`/${WEIGHTS} bytes=`))
      .map((line) => line.split(' ')[2]);
    assert.ok(ranges.includes(`bytes=20000-${size - 1}`) && ranges.includes(`bytes=30000-${size - 1}`), ranges.join());
    assert.equal(server.sent.get(WEIGHTS), size);
  });

  it('goes on in another process where one gave up', async () => {
    const dead = Array.from({ length: 5 }, () => ({ cutAfter: 0 }));
    server.faults.set(WEIGHTS, [{ cutAfter: 30_000 }, ...dead]);
    await assert.rejects(obtainModel(repository, quiet), {
      name: 'TransientError',
      message: /broke off 5 times at 30000 of \d+ bytes.*goes on from there/,
    });
    await assert.rejects(openModel(repository), { type: 'MissingModel', message: /diffract models pull tiny-org/ });
    server.faults.clear();
    await obtainModel(repository, quiet);
    assert.equal(server.sent.get(WEIGHTS), whole.get(WEIGHTS)!.length);
  });

  it('does not fetch again a shard that is whole when another broke off', async () => {
    const folder = join(root, 'two-shards');
    await tiny.write(folder, { 'a.safetensors': tiny.tensors.slice(0, 5), 'b.safetensors': tiny.tensors.slice(5) });
    await serve(await filesOf(folder));
    server.files.set('b.safetensors', Buffer.from('something else'));
    await assert.rejects(obtainModel(repository, quiet), { type: 'CorruptModel', message: /with 14 bytes, but lists/ });
    server.files.set('b.safetensors', await readFile(join(folder, 'b.safetensors')));
    await obtainModel(repository, quiet);
    assert.equal(server.sent.get('a.safetensors'), server.files.get('a.safetensors')!.length);
  });

  it('starts again at a server that ignores ranges', async () => {
    server.faults.set(WEIGHTS, [{ cutAfter: 30_000 }, { ignoresRanges: true }]);
    assert.equal((await obtainModel(repository, quiet)).commit, server.commit);
  });

  for (const path of [WEIGHTS, 'tokenizer.json']) {
    it(`refuses ${path} with another digest than the hub lists, and keeps none of it`, async () => {
      const damaged = Buffer.from(whole.get(path)!);
      damaged[damaged.length >> 1]! ^= 1;
      server.files.set(path, damaged);
      await assert.rejects(obtainModel(repository, quiet), {
        type: 'CorruptModel',
        message: /arrived damaged: found (sha256|git) digest [0-9a-f]+, expected [0-9a-f]+/,
      });
      const left = await readdir(join(repositoryFolder(repository), server.commit));
      assert.ok(!left.some((name) => name.startsWith(path)), left.join());
      server.files.set(path, whole.get(path)!);
      await obtainModel(repository, quiet);
    });
  }

  it('follows an index to its shards', async () => {
    const folder = join(root, 'shards');
    await tiny.write(folder, { 'a.safetensors': tiny.tensors.slice(0, 5), 'b.safetensors': tiny.tensors.slice(5) });
    const shards = await filesOf(folder);
    shards.set('c.safetensors', Buffer.from('belongs to something else'));
    await serve(shards);
    await obtainModel(repository, quiet);
    assert.deepEqual(
      [...server.sent.keys()].filter((path) => path.endsWith('.safetensors')),
      ['a.safetensors', 'b.safetensors'],
    );
  });

  it('fetches an encoder with what sentence-transformers adds to it', async () => {
    const folder = join(root, 'encoder');
    await writeTinyEncoder(folder);
    await serve(await filesOf(folder));
    await obtainModel(repository, quiet);
    assert.ok(server.sent.has('1_Pooling/config.json'));
    assert.equal((await openEncoder(repository)).identity.maximumLength, tinyEncoderLength);
  });

  it('sends the token of HF_TOKEN, and says what to do where it is missing', async () => {
    server.token = 'hf_secret';
    await assert.rejects(obtainModel(repository, quiet), { type: 'MissingModel', message: /status 401.*set HF_TOKEN/ });
    process.env['HF_TOKEN'] = 'hf_secret';
    await obtainModel(repository, quiet);
    const elsewhere = server.requests.filter((line) => line.startsWith('GET /cdn/'));
    assert.ok(elsewhere.length > 0 && elsewhere.every((line) => line.endsWith(' -')), 'the token stays with the hub');
    process.env['HF_TOKEN'] = 'other';
    await assert.rejects(obtainModel(repository, quiet), { type: 'InvalidConfig', message: /does not begin with hf_/ });
  });

  it('refuses what cannot be used before its weights are fetched', async () => {
    const config = JSON.parse(whole.get('config.json')!.toString()) as object;
    await serve(changed('config.json', JSON.stringify({ ...config, architectures: ['MambaForCausalLM'] })));
    await assert.rejects(obtainModel(repository, quiet), {
      type: 'UnsupportedModel',
      message: /MambaForCausalLM is not supported; supported: LlamaForCausalLM, .*Qwen3ForCausalLM/,
    });
    assert.equal(server.sent.get(WEIGHTS), undefined);
    const pickled = new Map(whole);
    pickled.delete(WEIGHTS);
    await serve(pickled);
    await assert.rejects(obtainModel(repository, quiet), {
      type: 'UnsupportedModel',
      message: /no model\.safetensors/,
    });
  });

  it('says which name or revision the hub does not know, and when it does not answer', async () => {
    const missing = { type: 'MissingModel', message: /no model .*status 404/ };
    await assert.rejects(obtainModel(`${repository}@v9`, quiet), missing);
    await assert.rejects(obtainModel('tiny-org/other', quiet), missing);
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:1';
    await assert.rejects(obtainModel(repository, quiet), { name: 'TransientError', message: /did not deliver/ });
  });
});

describe('obtaining a model of this machine', () => {
  it('prepares and checks a folder and a GGUF file, and asks nobody', async () => {
    assert.equal((await obtainModel(join(root, 'whole'), quiet)).commit, null);
    await writeTinyGguf(join(root, 'other.gguf'));
    assert.match((await obtainModel(join(root, 'other.gguf'), quiet)).folder, /other-/);
    assert.deepEqual(server.requests, []);
  });

  it('refuses a folder that lacks a tensor of its architecture', async () => {
    await tiny.write(join(root, 'lacking'), { [WEIGHTS]: tiny.tensors.slice(0, -1) });
    await assert.rejects(obtainModel(join(root, 'lacking'), quiet), {
      type: 'CorruptModel',
      message: /no tensor model\.norm\.weight/,
    });
  });
});

describe('names of the hub', () => {
  it('have two parts, and may have a revision', () => {
    assert.deepEqual(parseHubName('a/b'), { repository: 'a/b', revision: 'main' });
    assert.deepEqual(parseHubName('a-1/b.c_d@refs/pr/1'), { repository: 'a-1/b.c_d', revision: 'refs/pr/1' });
    for (const text of ['a', 'a/b/c', '/a/b', './a', '../b', 'a/..', 'a/b@', 'a/b.gguf', 'a b/c']) {
      assert.equal(parseHubName(text), undefined, text);
    }
  });
});

async function serve(files: ReadonlyMap<string, Buffer>): Promise<void> {
  await (server as HubServer | undefined)?.close();
  server = await startHubServer(repository, files);
  process.env['HF_ENDPOINT'] = `${server.url}/`;
}

function changed(path: string, text: string): Map<string, Buffer> {
  return new Map(whole).set(path, Buffer.from(text));
}

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const path of await readdir(folder, { recursive: true })) {
    if ((await stat(join(folder, path))).isFile()) files.set(path, await readFile(join(folder, path)));
  }
  return files;
}

function quiet(): void {
  // These tests look at what is fetched, not at what is said.
}
