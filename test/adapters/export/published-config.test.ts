// What of a configuration an export shows to everybody.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publishedConfig, withoutFolders } from '../../../adapters/export/published-config.ts';
import type { CampaignConfig, LanguageModelUse } from '../../../contracts/campaign.ts';
import { config } from './made-campaign.ts';

const servers = [
  { url: 'http://10.1.2.3:8000/v1', apiKey: 'env:MY_KEY', weight: 2 },
  { url: 'embedded', weight: 1 },
];
const use: LanguageModelUse = {
  endpoint: { model: 'Qwen/Qwen2.5-72B', servers, route: 'chat' },
  sampling: { temperature: 1, topP: 1, maxTokens: 20 },
};

const told: CampaignConfig = {
  ...config,
  store: { kind: 's3', bucket: 'ours', prefix: 'secret-project', region: 'eu', endpoint: 'https://s3.inside.example' },
  seeds: [
    {
      kind: 'file',
      path: '/home/anna/data/seeds.jsonl',
      format: 'jsonl',
      map: { question: '/q' },
      where: { forum: '/r/math' },
      skip: 0,
    },
  ],
  filters: { ...config.filters, judge: { ...use, name: 'critic', least: 3 } },
  sketch: { ...config.sketch, proxy: '/home/anna/models/proxy' },
  prompts: { 'quality-judge': '/home/anna/judge.md' },
  student: {
    kind: 'command',
    model: 'C:\\Users\\anna\\student',
    command: [
      '/opt/bin/train',
      '--data=/home/anna/my data/x.jsonl',
      '--log',
      'https://logs.inside.example/anna',
      '{{data}}',
    ],
    dataFormat: 'messages',
    template: null,
    settings: {},
    graceSeconds: 120,
    attempts: 3,
    retryableExitCodes: [],
    stallMinutes: 5,
    environment: { LOG_TOKEN: 'abc123' },
  },
};

describe('a published configuration', () => {
  const text = JSON.stringify(publishedConfig(told));

  it('names no folder, no host and no value of an environment', () => {
    for (const hidden of ['anna', '10.1.2.3', 'inside.example', 'secret-project', 'ours', 'abc123']) {
      assert.equal(text.includes(hidden), false, `${hidden} in ${text}`);
    }
  });

  it('keeps the names of files, models and secrets, and the columns and values that choose rows', () => {
    const published = publishedConfig(told) as CampaignConfig;
    assert.deepEqual(published.store, { kind: 's3' });
    assert.deepEqual(published.seeds, [{ ...told.seeds[0], path: 'seeds.jsonl' }]);
    assert.deepEqual(published.filters.judge?.endpoint, {
      ...use.endpoint,
      servers: [{ apiKey: 'env:MY_KEY', weight: 2 }, { url: 'embedded', weight: 1 }],
    }); // prettier-ignore
    assert.deepEqual([published.sketch.proxy, published.prompts], ['proxy', { 'quality-judge': 'judge.md' }]);
    assert.deepEqual(published.student, {
      ...told.student,
      model: 'student',
      command: ['train', '--data=x.jsonl', '--log', 'https://...', '{{data}}'],
      environment: ['LOG_TOKEN'],
    });
  });

  it('is the whole configuration where there is nothing to leave out', () => {
    const plain = { ...config, seeds: [], store: { kind: 'directory', path: '/x' } } as const;
    assert.deepEqual(publishedConfig(plain), { ...plain, store: { kind: 'directory' } });
  });
});

describe('the last name of a path', () => {
  for (const [text, name] of [
    ['/a/b/', 'b'],
    ['/a', 'a'],
    ['\\\\server\\share\\f.txt', 'f.txt'],
    ['D:/x/y.gguf', 'y.gguf'],
    ['Qwen/Qwen2.5', 'Qwen/Qwen2.5'],
    ['--lr=0.1', '--lr=0.1'],
    ['x = 1/2', 'x = 1/2'],
    ['', ''],
  ] as const) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(name)}`, () => assert.equal(withoutFolders(text), name));
  }
});
