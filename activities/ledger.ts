// The ledger: what each request cost, one row a request, so that no sum can count one twice.

import type { ManifestPart, TableRef } from '../contracts/artifacts.ts';
import type { LanguageModelUse, ModelPrice, PriceTable } from '../contracts/campaign.ts';
import type { LedgerEntry } from '../contracts/samples.ts';
import type { TokenUse } from '../contracts/status.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import { costOf, tokenUseOf } from '../core/plan/ledger.ts';
import type { Capabilities } from './ports/language-model.ts';
import type { Store } from './ports/store.ts';
import type { BookedRequest, RequestBook } from './request-book.ts';
import type { RequestRecord } from './request-record.ts';
import { writeRows } from './rows.ts';

/** In which part of a campaign a language model is asked, and at which prices. */
export interface Account {
  readonly stage: string;
  readonly generator: string;
  readonly use: LanguageModelUse;
  readonly prices: PriceTable | null;
}

export interface Ledger {
  /** Null where nothing was billed. */
  readonly ledger: TableRef<'ledger'> | null;
  readonly tokens: TokenUse;
}

/** Writes what the log knows of these requests; the table's metadata says what the servers were seen to honour. */
export async function writeLedger(
  store: Store,
  {
    account,
    book,
    requests,
    capabilities,
  }: {
    readonly account: Account;
    readonly book: RequestBook;
    readonly requests: readonly BookedRequest[];
    readonly capabilities: Capabilities | null;
  },
): Promise<Ledger> {
  const price = priceOf(account);
  const hashes = [...new Set(requests.map(({ hash }) => hash))];
  const entries = hashes.flatMap((hash) => entryOf(hash, book.recordOf(hash), { account, price }) ?? []);
  const seen = capabilities === null ? {} : { capabilities: JSON.stringify(capabilities) };
  const ledger = entries.length === 0 ? null : await writeRows(store, 'ledger', entries, seen);
  return { ledger, tokens: tokenUseOf(entries) };
}

/**
 * One ledger of many: a request that stands in several counts once, as the first of them has it. Parts without such a
 * request are shared, not written again.
 */
export async function joinLedgers(store: Store, ledgers: readonly TableRef<'ledger'>[]): Promise<Ledger> {
  const seen = new Set<string>();
  const parts: ManifestPart[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  let tokens = noTokens;
  for (const ledger of ledgers) {
    const manifest = await store.readManifest(ledger);
    metadata = { ...manifest.metadata, ...metadata };
    for (const part of manifest.parts) {
      const rows = await store.readTablePart('ledger', part);
      const fresh = rows.filter(({ requestHash }) => !seen.has(shortName(requestHash)));
      for (const { requestHash } of fresh) seen.add(shortName(requestHash));
      tokens = addTokens(tokens, tokenUseOf(fresh));
      const path = `ledger-${String(parts.length).padStart(6, '0')}.parquet`;
      if (fresh.length === rows.length) parts.push({ ...part, path });
      else if (fresh.length > 0) parts.push(await store.writeTablePart('ledger', path, fresh));
    }
  }
  return { ledger: parts.length === 0 ? null : await store.writeTable('ledger', parts, metadata), tokens };
}

/** 80 bits: among a million requests, two share them with a chance of 1 in 10^12. */
function shortName(hash: string): string {
  return hash.slice(0, 20);
}

interface VersionedPrice {
  readonly version: string;
  /** Null: unknown, and so is every cost. */
  readonly price: ModelPrice | null;
}

/** A model that runs inside the worker costs nothing but the machine's time; one that no table names has no known price. */
function priceOf({ use, prices }: Account): VersionedPrice {
  const { model, servers } = use.endpoint;
  const named = prices?.models[model];
  if (named !== undefined) return { version: prices?.version ?? '', price: named };
  const runsHere = servers.length > 0 && servers.every(({ url }) => url === 'embedded');
  return { version: prices?.version ?? '', price: runsHere ? { input: 0, cached: 0, output: 0 } : null };
}

function entryOf(
  requestHash: string,
  { answer, surplus, failures }: RequestRecord,
  { account, price }: { readonly account: Account; readonly price: VersionedPrice },
): LedgerEntry | null {
  if (answer === null && failures.length === 0) return null;
  const unused = surplus.flatMap(({ usage }) => usage ?? []);
  const tokens = {
    promptTokens: answer?.usage?.promptTokens ?? 0,
    cachedTokens: answer?.usage?.cachedTokens ?? 0,
    completionTokens: answer?.usage?.completionTokens ?? 0,
    failedPromptTokens: sum([...failures, ...unused].map((one) => one.promptTokens)),
    failedCompletionTokens: sum([...failures, ...unused].map((one) => one.completionTokens)),
  };
  return {
    requestHash,
    stage: account.stage,
    generator: account.generator,
    model: account.use.endpoint.model,
    ...tokens,
    failedTries: failures.filter(({ counted }) => counted).length + unused.length,
    estimated: [answer?.usage, ...failures, ...unused].some((one) => one?.estimated === true),
    priceVersion: price.version,
    cost: price.price === null ? null : costOf(tokens, price.price),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
