// Exports of a store's own artifacts: every format, the card, the rejects, what may be replaced, and the way back in.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import type { Store } from '../../../activities/ports/store.ts';
import { readDataset } from '../../../adapters/datasets/read-dataset.ts';
import { renderCard } from '../../../adapters/export/card.ts';
import { exportCampaign } from '../../../adapters/export/export-campaign.ts';
import type { ExportRequest } from '../../../adapters/export/export-campaign.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import type { CampaignConfig, FileSource } from '../../../contracts/campaign.ts';
import { taskNamed } from '../../../tasks/registry.ts';
import { accepted, campaignName, config, later, makeCampaign, rejects, seeds } from './made-campaign.ts';

const pool = [...seeds, ...accepted, later];

interface Place {
  readonly store: Store;
  readonly folder: string;
  export(change?: Partial<ExportRequest>, signal?: AbortSignal): ReturnType<typeof exportCampaign>;
}

async function makePlace(test: Pick<TestContext, 'after'>): Promise<Place> {
  const place = await mkdtemp(join(tmpdir(), 'diffract-export-'));
  test.after(() => rm(place, { recursive: true }));
  const store = createStore(createDirectoryDriver(join(place, 'store')));
  await makeCampaign(store);
  const folder = join(place, 'out');
  const request: ExportRequest = {
    campaign: campaignName,
    folder,
    formats: ['hf'],
    license: 'unknown',
    version: '1.2.3',
  };
  const watch = { onProgress: () => undefined, signal: new AbortController().signal };
  return {
    ...{ store, folder },
    export: (change = {}, signal = watch.signal) =>
      exportCampaign(store, { ...request, ...change }, { ...watch, signal }),
  };
}

async function read(folder: string, choice: Partial<FileSource> & Pick<FileSource, 'map'>) {
  const rows = [];
  const source: FileSource = { kind: 'file', path: folder, format: 'hf-dataset', where: {}, skip: 0, ...choice };
  for await (const { fields } of readDataset(source)) rows.push(fields);
  return rows;
}

async function linesOf(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

describe('an exported folder', () => {
  it('gives the same samples when it is read as a data set', async (test) => {
    const place = await makePlace(test);
    const { samples, round } = await place.export();
    assert.deepEqual([samples, round], [pool.length, 2]);
    const map = { id: 'id', prompt: 'prompt', said: 'messages.1.content', lineage: 'lineage', shot: 'few_shots.0' };
    const rows = await read(place.folder, { map });
    assert.deepEqual(
      rows.map(({ lineage = '', ...row }) => ({ ...row, lineage: JSON.parse(lineage) as unknown })),
      pool.map(({ id, prompt, completion, lineage }) => {
        return { id, prompt, said: completion, shot: lineage.fewShots[0] ?? '', lineage };
      }),
    );
    const fields = { question: 'prompt', solution: 'completion', answer: 'answer', group: 'group' };
    const bodies = (await read(place.folder, { map: fields })).map((record) => taskNamed('math').readRecord(record));
    assert.deepEqual(
      bodies,
      pool.map(({ prompt, completion, answer, group }) => ({ ok: true, body: { prompt, completion, answer, group } })),
    );
  });

  it('has a card that says what is known and claims no licence', async (test) => {
    const place = await makePlace(test);
    await place.export({ formats: ['hf', 'trl'] });
    const card = await readFile(join(place.folder, 'README.md'), 'utf8');
    const golden = new URL('../../golden/export/README.md', import.meta.url);
    assert.equal(card.replace(/[0-9a-f]{64}/, 'POOL'), await readFile(golden, 'utf8'));
    const head = parse(card.split('---')[1]!) as Record<string, unknown>;
    assert.equal(head['license'], 'unknown');
    assert.equal('language' in head, false);
  });

  it('says by which rule candidates were accepted', () => {
    const made = {
      campaign: 'x',
      config,
      rounds: [],
      round: 1,
      pool: { kind: 'samples', manifest: 'm', rows: 1, bytes: 1 },
    } as const;
    const content = {
      task: 'math',
      formats: ['trl'],
      table: null,
      samples: 1,
      rejects: 0,
      origins: [],
      groups: {},
    } as const;
    const card = (change: Partial<CampaignConfig>) =>
      renderCard({
        ...content,
        made: { ...made, config: { ...config, ...change } },
        license: 'mit',
        language: null,
        version: '1',
      });
    const by = (method: CampaignConfig['selection']['method']) => card({ selection: { ...config.selection, method } });
    assert.match(by('sparse-clusters'), /accepts of the rest what points where the gradients of the pool are sparse\./);
    assert.match(by('random'), /accepts of the rest an equally likely draw, whatever their gradients\./);
    assert.match(
      by('spectral'),
      /accepts of the rest what spreads the gradients of the pool over the most directions\./,
    );
    for (const method of ['random', 'spectral'] as const) assert.doesNotMatch(by(method), /sparse/);
  });

  it('takes licence and language from who exports', async (test) => {
    const place = await makePlace(test);
    await place.export({ license: 'cc-by-4.0', language: 'de' });
    const head = parse((await readFile(join(place.folder, 'README.md'), 'utf8')).split('---')[1]!) as object;
    assert.deepEqual({ license: 'cc-by-4.0', language: ['de'], ...head }, head);
  });

  it('has the pool as it was after a round', async (test) => {
    const place = await makePlace(test);
    const counts = [];
    for (const round of [0, 1, 2]) counts.push((await place.export({ round })).samples);
    assert.deepEqual(counts, [3, 5, 6]);
    await place.export({ round: 0 });
    assert.equal((await readdir(place.folder)).includes('rejects'), false);
    await assert.rejects(place.export({ round: 3 }), { type: 'InvalidConfig', message: /no round 3.*0 to 2/ });
  });

  it('keeps every reject with its round, and a page of them with examples', async (test) => {
    const place = await makePlace(test);
    assert.equal((await place.export()).rejects, 2);
    const map = { id: 'id', reason: 'reason', item: 'item', round: 'round' };
    assert.deepEqual(
      await read(place.folder, { config: 'rejects', map }),
      rejects.map(({ id, reason, item }) => ({ id, reason, item, round: '1' })),
    );
    const page = await readFile(join(place.folder, 'rejects.md'), 'utf8');
    assert.match(page, /\| `deduplicate` \| `writer` \| `duplicate` \| 1 \|/);
    assert.match(page, /- `r1\/writer\/2\.1`: `neither # question nor <b>answer<\/b>`\n/);
  });

  it('says in provenance.json how it was made, with the hash of every file', async (test) => {
    const place = await makePlace(test);
    const { files } = await place.export({ formats: ['hf', 'jsonl'] });
    const text = await readFile(join(place.folder, 'provenance.json'), 'utf8');
    const provenance = JSON.parse(text) as {
      files: Record<string, { sha256: string }>;
      rounds: { stages: { stage: string; rejects: { rows: number } | null }[] }[];
      configuration: { name: string; seeds: unknown };
    };
    assert.deepEqual([...Object.keys(provenance.files), 'provenance.json'], files);
    for (const [name, { sha256 }] of Object.entries(provenance.files)) {
      const bytes = await readFile(join(place.folder, name));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, name);
    }
    assert.equal(provenance.configuration.name, campaignName);
    assert.deepEqual(provenance.configuration.seeds, [{ ...config.seeds[0], path: 'seeds.jsonl' }]);
    assert.deepEqual(
      provenance.rounds[1]?.stages.map(({ stage, rejects: turned }) => [stage, turned?.rows ?? 0]),
      [
        ['generate', 0],
        ['parse', 1],
        ['deduplicate', 1],
        ['merge', 0],
      ],
    );
    await place.export({ formats: ['hf', 'jsonl'] });
    assert.equal(await readFile(join(place.folder, 'provenance.json'), 'utf8'), text, 'the same bytes again');
  });
});

describe('formats of trainers', () => {
  it('are one line a sample, each in its own form', async (test) => {
    const place = await makePlace(test);
    await place.export({ formats: ['trl', 'messages', 'sharegpt', 'alpaca', 'jsonl'] });
    const { id, prompt, completion } = pool[3]!;
    const [user, assistant] = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: completion },
    ];
    const expected = {
      trl: { id, prompt: [user], completion: [assistant] },
      messages: { id, messages: [user, assistant] },
      sharegpt: {
        id,
        conversations: [
          { from: 'human', value: prompt },
          { from: 'gpt', value: completion },
        ],
      },
      alpaca: { id, instruction: prompt, input: '', output: completion },
      jsonl: pool[3],
    };
    for (const [format, row] of Object.entries(expected)) {
      const rows = await linesOf(join(place.folder, format, 'train.jsonl'));
      assert.equal(rows.length, pool.length);
      assert.deepEqual(rows[3], row, format);
    }
    const info = JSON.parse(await readFile(join(place.folder, 'dataset_info.json'), 'utf8')) as object;
    assert.deepEqual(Object.keys(info), ['made-messages', 'made-sharegpt', 'made-alpaca']);
    assert.deepEqual(await read(place.folder, { config: 'alpaca', map: { out: 'output' } }), [
      ...pool.map((sample) => ({ out: sample.completion })),
    ]);
  });
});

describe('the folder itself', () => {
  it('is replaced where it is an earlier export and nothing else', async (test) => {
    const place = await makePlace(test);
    await place.export({ formats: ['hf', 'trl'] });
    await place.export({ formats: ['hf'] });
    assert.deepEqual(await readdir(place.folder), ['README.md', 'data', 'provenance.json', 'rejects', 'rejects.md']);
    await writeFile(join(place.folder, 'data', 'mine.txt'), 'x');
    await assert.rejects(place.export(), {
      type: 'InvalidConfig',
      message: /an export with data\/mine\.txt beside it/,
    });
  });

  it('is left alone where something in it leads elsewhere or nowhere, and where it is empty but for a folder', async (test) => {
    const place = await makePlace(test);
    await mkdir(place.folder);
    await symlink(join(place.folder, 'gone'), join(place.folder, 'link'));
    await writeFile(join(place.folder, 'thesis.tex'), 'years of work');
    await assert.rejects(place.export(), { type: 'InvalidConfig', message: /found link, thesis\.tex there/ });
    assert.equal(await readFile(join(place.folder, 'thesis.tex'), 'utf8'), 'years of work');
    await rm(join(place.folder, 'thesis.tex'));
    await assert.rejects(place.export(), { type: 'InvalidConfig', message: /found link there/ });
    await rm(place.folder, { recursive: true });
    await place.export();
    await symlink(join(place.folder, 'gone'), join(place.folder, 'data', 'link'));
    await assert.rejects(place.export(), { message: /an export with data\/link beside it/ });
    await rm(join(place.folder, 'data', 'link'));
    await mkdir(join(place.folder, 'notes'));
    await assert.rejects(place.export(), { message: /an export with notes beside it/ });
  });

  it('is left alone where a file of the earlier export was changed since', async (test) => {
    const place = await makePlace(test);
    await place.export();
    await appendFile(join(place.folder, 'README.md'), 'Made with care by me.');
    await assert.rejects(place.export(), {
      type: 'InvalidConfig',
      message: /found an export whose README\.md was changed since there/,
    });
    assert.match(await readFile(join(place.folder, 'README.md'), 'utf8'), /with care by me\.$/);
    await rm(join(place.folder, 'README.md'));
    await place.export();
    assert.ok((await readdir(place.folder)).includes('README.md'));
  });

  it('is left alone where anything else lies there, and taken where it is empty', async (test) => {
    const place = await makePlace(test);
    await mkdir(place.folder);
    await place.export();
    await rm(place.folder, { recursive: true });
    await writeFile(place.folder, 'mine');
    await assert.rejects(place.export(), { type: 'InvalidConfig', message: /found a file there/ });
    await rm(place.folder);
    await mkdir(place.folder);
    await writeFile(join(place.folder, 'README.md'), 'mine');
    await assert.rejects(place.export(), { type: 'InvalidConfig', message: /found README\.md there/ });
    assert.equal(await readFile(join(place.folder, 'README.md'), 'utf8'), 'mine');
  });

  it('does not appear when the export is broken off, and nothing is left beside it', async (test) => {
    const place = await makePlace(test);
    await assert.rejects(place.export({}, AbortSignal.abort()), { name: 'AbortError' });
    assert.deepEqual(await readdir(join(place.folder, '..')), ['store']);
  });
});

describe('campaigns that cannot be exported', () => {
  it('are told apart: unknown, and run by a version that recorded no stages', async (test) => {
    const place = await makePlace(test);
    await assert.rejects(place.export({ campaign: 'none' }), {
      type: 'MissingArtifact',
      message: /holds no pool of a campaign named none/,
    });
    const [first] = await makeCampaign(place.store);
    await place.store.writeRef('old', 'pool', first!);
    await assert.rejects(place.export({ campaign: 'old' }), {
      type: 'MissingArtifact',
      message: /did not record its stages. Run its file again/,
    });
  });
});
