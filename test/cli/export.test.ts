// diffract export and lineage as scripts see them, over a real store.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { storeStudent } from '../../activities/student-files.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { CampaignNotFound } from '../../adapters/temporal/campaigns.ts';
import { later, makeCampaign } from '../adapters/export/made-campaign.ts';
import { createWorld } from './fakes.ts';

async function makeStore(test: Pick<TestContext, 'after'>): Promise<{ store: string; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-cli-export-'));
  test.after(() => rm(folder, { recursive: true }));
  const store = join(folder, 'store');
  await makeCampaign(createStore(createDirectoryDriver(store)));
  return { store, out: join(folder, 'out') };
}

describe('diffract export', () => {
  it('needs no server when the store is named', async (test) => {
    const { store, out } = await makeStore(test);
    const world = createWorld([], { environment: {} });
    const { code, output, messages } = await world.run('export', 'made', '--store', store, '--out', out);
    assert.equal(code, 0, messages);
    assert.match(output, /6 samples after round 2 and 2 rejects written to .*out:/);
    assert.match(output, /data\/train-00000-of-00001\.parquet/);
    assert.deepEqual(world.calls, []);
  });

  it('asks the server where the store is, and answers --json with one document', async (test) => {
    const { store, out } = await makeStore(test);
    const location = { kind: 'directory', path: store } as const;
    const world = createWorld([], {}, { storeOf: () => Promise.resolve(location) });
    const formats = ['--format', 'trl', '--format', 'alpaca'];
    const { code, output } = await world.run('export', 'made', '--out', out, ...formats, '--round', '1', '--json');
    assert.equal(code, 0);
    const document = JSON.parse(output) as Record<string, unknown>;
    assert.deepEqual(
      [document['schemaVersion'], document['campaign'], document['samples'], document['round'], document['formats']],
      [1, 'made', 5, 1, ['trl', 'alpaca']],
    );
    assert.deepEqual(world.calls, ['connect somewhere:7233', 'close']);
    assert.equal((await readFile(join(out, 'trl/train.jsonl'), 'utf8')).split('\n').length, 6);
  });

  it('answers with the exit code of what is wrong', async (test) => {
    const { store, out } = await makeStore(test);
    const unknown = createWorld(
      [],
      {},
      { storeOf: () => Promise.reject(new CampaignNotFound('No campaign named none')) },
    );
    assert.equal((await unknown.run('export', 'none', '--out', out)).code, 4);
    const alone = createWorld([], { environment: {} });
    const noServer = await alone.run('export', 'made', '--out', out);
    assert.equal(noServer.code, 69);
    assert.match(noServer.messages, /Name the store of the campaign with --store/);
    const codeOf = async (...more: string[]) => (await alone.run('export', ...more)).code;
    assert.equal(await codeOf('none', '--store', store, '--out', out), 4);
    assert.equal(await codeOf('made', '--store', join(store, 'nowhere'), '--out', out), 4);
    assert.equal(await codeOf('made', '--store', 'ftp://x', '--out', out), 2);
    assert.equal(await codeOf('made', '--store', store), 2, 'without --out');
    assert.equal(await codeOf('made', '--store', store, '--out', out, '--format', 'xml'), 2);
    assert.equal(await codeOf('made', '--store', store, '--out', out, '--round', '9'), 2);
    assert.equal(await codeOf('made', '--store', store, '--out', store), 2, 'a folder that is something else');
  });
});

describe('diffract export-student', () => {
  async function makeStudent(test: Pick<TestContext, 'after'>) {
    const { store, out } = await makeStore(test);
    const opened = createStore(createDirectoryDriver(store));
    const files = ['config.json', 'model.safetensors'].map((path) => {
      return { path, mediaType: 'any', pieces: [Buffer.from(path)] };
    });
    const student = { form: 'folder' as const, files, steps: 1, firstLoss: 1, lastLoss: 1 };
    await opened.writeRef('made', 'checkpoint', await storeStudent(opened, student, 'org/base'));
    return { store, out };
  }

  it('writes the folder and says what is in it', async (test) => {
    const { store, out } = await makeStudent(test);
    const world = createWorld([], { environment: {} });
    const { code, output, messages } = await world.run('export-student', 'made', '--store', store, '--out', out);
    assert.equal(code, 0, messages);
    assert.match(output, /trained from org\/base, is written to .*out:\n {2}config\.json\n {2}model\.safetensors\n/);
    assert.equal(await readFile(join(out, 'model.safetensors'), 'utf8'), 'model.safetensors');
    const again = await world.run('export-student', 'made', '--store', store, '--out', out, '--json');
    const document = JSON.parse(again.output) as Record<string, unknown>;
    assert.deepEqual([document['schemaVersion'], document['form'], document['base']], [1, 'folder', 'org/base']);
  });

  it('answers with the exit code of what is wrong', async (test) => {
    const { store, out } = await makeStudent(test);
    const world = createWorld([], { environment: {} });
    const codeOf = async (...more: string[]) => (await world.run('export-student', ...more)).code;
    assert.equal(await codeOf('none', '--store', store, '--out', out), 4);
    assert.equal(await codeOf('made', '--store', store), 2, 'without --out');
    assert.equal(await codeOf('made', '--store', store, '--out', store), 2, 'a folder that is something else');
  });
});

describe('diffract lineage', () => {
  it('shows a sample with its few-shots below it, back to the seeds', async (test) => {
    const { store } = await makeStore(test);
    const { code, output } = await createWorld([]).run('lineage', 'made', later.id, '--store', store);
    assert.equal(code, 0);
    assert.match(output, /^r2\/writer\/7: in the pool\n/);
    assert.match(output, / {2}template: math-generation 1\n/);
    assert.match(
      output,
      / {4}- r1\/writer\/0: llm of tiny, round 1.*\n {6}- seeds\/seeds\.jsonl:1: import of seeds\.jsonl/,
    );
    assert.match(output, /Not in the pool: gone/);
  });

  it('shows where and why a reject was turned away, and answers 4 for what is not there', async (test) => {
    const { store } = await makeStore(test);
    const world = createWorld([]);
    const { output } = await world.run('lineage', 'made', 'r1/writer/2.1', '--store', store, '--json');
    const document = JSON.parse(output) as { outcome: string; rejection: { stage: string; round: number } };
    assert.deepEqual([document.outcome, document.rejection.stage, document.rejection.round], ['rejected', 'parse', 1]);
    const plain = await world.run('lineage', 'made', 'r1/writer/2.1', '--store', store);
    assert.match(plain.output, /turned away by parse in round 1: no-fields/);
    assert.equal((await world.run('lineage', 'made', 'nobody', '--store', store)).code, 4);
  });
});
