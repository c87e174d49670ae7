// What a campaign spent, unit by unit, read from the ledgers and tables that its stages left.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { writeDocument, writeRows } from '../../../activities/rows.ts';
import { readSpending } from '../../../adapters/export/spending.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import type { Store } from '../../../activities/ports/store.ts';
import type { TableRef } from '../../../contracts/artifacts.ts';
import type { Draft, LedgerEntry } from '../../../contracts/samples.ts';
import { accepted } from './made-campaign.ts';

const hash = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);

const entry = (name: string, generator: string, tokens: Partial<LedgerEntry>): LedgerEntry => ({
  requestHash: hash(name),
  stage: 'any',
  generator,
  model: 'tiny',
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  failedTries: 0,
  failedPromptTokens: 0,
  failedCompletionTokens: 0,
  estimated: false,
  priceVersion: '1',
  cost: 1,
  ...tokens,
});

const draft = (id: string, name: string): Draft => ({
  id,
  content: '',
  form: 'text',
  lineage: { ...accepted[0]!.lineage, requestHash: hash(name) },
});

async function stage(
  store: Store,
  key: string,
  output: TableRef<'drafts' | 'attempts' | 'samples'>,
  ledger: LedgerEntry[],
) {
  const summary = { ledger: ledger.length === 0 ? null : await writeRows(store, 'ledger', ledger) };
  await store.writeStage({ stage: key, key: hash(key), output, rejects: null, counts: {}, summary });
  return hash(key);
}

it('adds to a request of a generator all that was asked because of it, failed tries included, and keeps the seeds apart', async (test) => {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-spending-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const store = createStore(createDirectoryDriver(folder));
  const attempt = (id: string, ...names: string[]) => ({
    id,
    responses: names.map(() => ''),
    requestHashes: names.map(hash),
  });

  const drafts = await writeRows(store, 'drafts', [draft('r1/writer/0', 'g0'), draft('r1/writer/1', 'g1')]);
  const solved = await writeRows(store, 'attempts', [
    attempt('r1/writer/0.0', 'a', 'b'),
    attempt('r1/writer/0.1', 'c'),
    attempt('r1/writer/1', 'd'),
  ]);
  const judged = await writeRows(store, 'attempts', [
    attempt('seeds/rows.jsonl:4', 's'),
    attempt('r1/rules/sums:2', 'j'),
  ]);
  const stages = [
    await stage(store, 'pairs', judged, [
      entry('s', 'decontamination', { promptTokens: 5 }),
      entry('j', 'decontamination', { promptTokens: 6, cost: null }),
    ]),
    await stage(store, 'generate', drafts, [
      entry('g0', 'writer', { promptTokens: 100, completionTokens: 10 }),
      entry('g1', 'writer', {
        promptTokens: 100,
        completionTokens: 20,
        failedPromptTokens: 3,
        failedCompletionTokens: 4,
      }),
      entry('nothing', 'writer', { failedCompletionTokens: 8 }),
    ]),
    await stage(store, 'attempt', solved, [
      entry('a', 'writer', { promptTokens: 50 }),
      entry('b', 'writer', { completionTokens: 1 }),
      entry('c', 'writer', { completionTokens: 2 }),
      entry('d', 'writer', { completionTokens: 7 }),
    ]),
    await stage(store, 'merge', await writeRows(store, 'samples', accepted), []),
  ];
  const record = { round: 0, summary: null, funnel: [], timings: [], stages, previous: null };
  await store.writeRef('made', 'record', await writeDocument(store, 'record', record));

  const spending = await readSpending(store, 'made');
  assert.deepEqual(
    spending['writer']?.map(({ tokens }) => tokens).sort((a, b) => a - b),
    [8, 134, 163],
  );
  assert.equal(
    spending['writer'].reduce((sum, { cost }) => sum + (cost ?? NaN), 0),
    7,
  );
  assert.deepEqual(spending['seeds'], [{ tokens: 5, cost: 1 }]);
  assert.deepEqual(spending['rules'], [{ tokens: 6, cost: null }]);
});
