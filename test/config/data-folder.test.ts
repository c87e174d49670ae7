// Data set folders in campaign files: found by what lies at the path, with split and configuration, checked before a run.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadCampaign } from '../../config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-data-folder-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'gsm8k.v2'));
writeFileSync(join(folder, 'rows.jsonl'), '{}\n');
writeFileSync(join(folder, 'packed.jsonl.gz'), 'x');
writeFileSync(join(folder, 'packed.parquet.gz'), 'x');

function seedsOf(source: string) {
  const path = join(folder, 'campaign.yaml');
  writeFileSync(
    path,
    `name: folders
task: math
seed: 1
store: ./store
seeds:
  - { kind: file, ${source}, map: { question: q } }
rounds: 1
generators:
  - { kind: file, name: more, sources: [{ kind: file, path: rows.jsonl, map: { question: q } }], count: 1 }
selection: { accept: 1 }
`,
  );
  return loadCampaign(path).config.seeds;
}

const base = { kind: 'file', map: { question: 'q' }, where: {}, skip: 0 };
const refused = (source: string, message: RegExp) =>
  assert.throws(() => seedsOf(source), { type: 'InvalidConfig', message });

describe('a data set folder as a source', () => {
  it('is known by being a folder, and keeps split and configuration', () => {
    const path = join(folder, 'gsm8k.v2');
    assert.deepEqual(seedsOf('path: gsm8k.v2'), [{ ...base, path, format: 'hf-dataset' }]);
    assert.deepEqual(seedsOf('path: ./gsm8k.v2, split: test, config: main'), [
      { ...base, path, format: 'hf-dataset', split: 'test', config: 'main' },
    ]);
  });

  it('must be there, and be a folder', () => {
    refused('path: none, format: hf-dataset', /seeds\[0\]\.path: no such folder: .*none/);
    refused('path: rows.jsonl, format: hf-dataset', /seeds\[0\]\.path: no such folder/);
  });
});

describe('a data file as a source', () => {
  it('has no split', () => {
    refused('path: rows.jsonl, split: train', /seeds\[0\]\.split: only a data set folder has one.*read as jsonl/);
  });

  it('may be packed text, whose format stands before the .gz', () => {
    assert.deepEqual(
      seedsOf('path: packed.jsonl.gz').map((source) => source.kind === 'file' && source.format),
      ['jsonl'],
    );
  });
});
