// The examples, in both sizes, and the guide's own file: what is shown must be true.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCampaign } from '../../config/load.ts';
import type { CampaignConfig } from '../../contracts/campaign.ts';
import { taskNames } from '../../contracts/samples.ts';
import { knowledgeOf } from '../../tasks/knowledge.ts';
import { taskNamed } from '../../tasks/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, '../shared/data');
const tasks = Object.fromEntries(taskNames.map((name) => [name, knowledgeOf(taskNamed(name))]));

/** Samples that rounds accept; of a campaign without rounds, the seeds it asks for. */
function sizeOf({ rounds, selection, seeds }: CampaignConfig): number {
  if (rounds > 0) return rounds * selection.accept;
  return seeds.reduce((sum, { count = Infinity }) => sum + count, 0);
}

const isCampaign = (name: string) =>
  name.endsWith('.yaml') && !name.startsWith('evaluate-') && !name.startsWith('study-');

for (const file of readdirSync(join(root, 'examples')).filter(isCampaign)) {
  const path = join(root, 'examples', file);
  const needsData = readFileSync(path, 'utf8').includes('shared/data') && !existsSync(data);
  it(`examples/${file} loads in both sizes, the quick one smaller`, { skip: needsData && `no ${data}` }, () => {
    const full = loadCampaign(path, { tasks, environment: {} }).config;
    const quick = loadCampaign(path, { tasks, environment: {}, size: 'quick' }).config;
    assert.equal(quick.name, `${full.name}-quick`);
    assert.ok(sizeOf(quick) < sizeOf(full));
    assert.deepEqual(
      quick.benchmarks.map(({ name }) => name),
      full.benchmarks.map(({ name }) => name),
    );
    assert.ok(full.student === undefined || full.benchmarks.some(({ distribution }) => distribution === 'out'));
  });
}

it('the campaign file of the guide loads', () => {
  const guide = readFileSync(join(root, 'docs/guide/campaign-files.md'), 'utf8');
  const text = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'diffract-guide-'));
  try {
    const seen = text.replaceAll('data/train.jsonl', 'rows.jsonl').replaceAll('data/test.jsonl', 'rows.jsonl');
    writeFileSync(join(folder, 'rows.jsonl'), '{}\n');
    writeFileSync(join(folder, 'campaign.yaml'), seen);
    assert.equal(loadCampaign(join(folder, 'campaign.yaml'), { tasks, environment: {} }).config.name, 'mine');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
