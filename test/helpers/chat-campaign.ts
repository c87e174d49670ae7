// A tiny campaign whose candidates come from a language model behind a chat server, and what it leaves in its store.

import assert from 'node:assert/strict';
import { readCampaign } from '../../adapters/export/campaign-artifacts.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import type { Store } from '../../activities/ports/store.ts';
import type { LoggedEvent } from '../../activities/request-record.ts';
import type { ChunkedSummary } from '../../contracts/chunked-jobs.ts';
import type { StageResult, TableRef } from '../../contracts/artifacts.ts';
import type { CampaignConfig, LanguageModelUse } from '../../contracts/campaign.ts';
import type { LedgerEntry } from '../../contracts/samples.ts';
import type { Accounting, Tokens } from './seeded-chat-server.ts';
import { tinyCampaign, type TinyWorld } from './tiny-campaign.ts';

const model = 'made-up';

/** One round of `requests` requests for two items each, and three labels of every candidate: one request where n is honoured. */
export function chatCampaign(
  world: Pick<TinyWorld, 'folder' | 'model'>,
  name: string,
  { url, requests }: { readonly url: string; readonly requests: number },
): CampaignConfig {
  const { student: _, ...config } = tinyCampaign(world, name);
  const use: LanguageModelUse = {
    endpoint: { model, servers: [{ url, weight: 1 }], route: 'chat', timeoutSeconds: 3 },
    sampling: { temperature: 1, topP: 1, maxTokens: 400 },
  };
  return {
    ...config,
    rounds: 1,
    benchmarks: [],
    generators: [
      {
        ...use,
        kind: 'llm',
        name: 'writer',
        requests,
        perRequest: 2,
        fewShots: { count: 2, policy: 'pool' },
        structured: false,
        solver: { ...use, attempts: 3, agreement: 2 },
      },
    ],
    filters: { ...config.filters, prompt: { least: 1, most: 600 } },
    sketch: { ...config.sketch, shardRows: 128 },
    selection: { ...config.selection, accept: Math.ceil(requests / 4) },
    prices: { version: 'made-up-1', currency: 'EUR', models: { [model]: { input: 2, cached: 1, output: 8 } } },
  };
}

export interface LeftBehind {
  readonly results: readonly StageResult<unknown>[];
  readonly ledger: readonly LedgerEntry[];
  /** Content hashes by name: of the pool, and of what the stages with language models made. */
  readonly hashes: Readonly<Record<string, string>>;
}

export async function leftBehind({ name, store: location }: CampaignConfig): Promise<LeftBehind> {
  const store = openAnew(location);
  const { rounds, pool } = await readCampaign(store, name);
  const results = rounds.flatMap((round) => round.results);
  const hashes: Record<string, string> = { pool: pool.manifest };
  const ledger: LedgerEntry[] = [];
  for (const { stage, output, summary } of results) {
    const { ledger: table } = (summary ?? {}) as Partial<ChunkedSummary>;
    if (!table) continue;
    hashes[output.kind] = output.manifest;
    // Its metadata says what servers were seen to honour, which a run that found every answer did not look for.
    hashes[`ledger of ${stage}`] = (await store.readManifest(table)).parts.map(({ sha256 }) => sha256).join(' ');
    ledger.push(...(await entriesOf(store, table)));
  }
  return { results, ledger, hashes };
}

/** How many billed answers to these requests are durable, by the response log as a new process reads it. */
export async function durableAnswers({ store: location }: CampaignConfig, hashes: Iterable<string>): Promise<number> {
  const log = openAnew(location).responseLog(model);
  await log.refresh();
  let answers = 0;
  for (const hash of hashes) {
    const events = (await log.find(hash)).map(({ content }) => content as LoggedEvent);
    answers += events.filter((event) => event.kind === 'answer' && event.usage !== null).length;
  }
  return answers;
}

/** What a stage kept is in its table, and what it turned away in the table of rejects. */
export function assertConserved(results: LeftBehind['results']): void {
  for (const { stage, counts, output, rejects } of results) {
    const all = Object.values(counts);
    if (all.length === 0) continue;
    const rejected = total(all, (one) => total(Object.values(one.rejected), (count) => count));
    assert.equal(
      total(all, (one) => one.in),
      output.rows + rejected,
      `${stage}: what came in is not what came out`,
    );
    assert.equal(
      total(all, (one) => one.kept),
      output.rows,
      `${stage}: kept`,
    );
    assert.equal(rejects?.rows ?? 0, rejected, `${stage}: rejected`);
  }
}

/** Hashes without those of ledgers, which also tell of tries that failed. */
export function dataIn(hashes: LeftBehind['hashes']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(hashes).filter(([name]) => !name.startsWith('ledger')));
}

/** Tokens of whole answers, and of failed tries, as the ledger has them. */
export function ledgerTokens(ledger: readonly LedgerEntry[]): { readonly whole: Tokens; readonly failed: Tokens } {
  return {
    whole: {
      prompt: total(ledger, ({ promptTokens }) => promptTokens),
      completion: total(ledger, ({ completionTokens }) => completionTokens),
    },
    failed: {
      prompt: total(ledger, ({ failedPromptTokens }) => failedPromptTokens),
      completion: total(ledger, ({ failedCompletionTokens }) => failedCompletionTokens),
    },
  };
}

/** The same, as the server billed them. */
export function billedTokens({ whole, failed }: Accounting): { readonly whole: Tokens; readonly failed: Tokens } {
  const faults = Object.values(failed);
  return {
    whole: { prompt: whole.prompt, completion: whole.completion },
    failed: {
      prompt: total(faults, ({ prompt }) => prompt),
      completion: total(faults, ({ completion }) => completion),
    },
  };
}

export function total<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

function openAnew(location: CampaignConfig['store']): Store {
  if (location.kind !== 'directory') throw new Error('Tiny campaigns keep their store in a folder.');
  return createStore(createDirectoryDriver(location.path));
}

async function entriesOf(store: Store, table: TableRef<'ledger'>): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const part of store.readTable(table)) entries.push(...part);
  return entries;
}
