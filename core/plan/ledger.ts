// What requests cost, and sums over the rows of a ledger.

import type { ModelPrice } from '../../contracts/campaign.ts';
import type { LedgerEntry } from '../../contracts/samples.ts';
import type { TokenUse } from '../../contracts/status.ts';
import { addTokens, noTokens } from './budget.ts';

export type BilledTokens = Pick<
  LedgerEntry,
  'promptTokens' | 'cachedTokens' | 'completionTokens' | 'failedPromptTokens' | 'failedCompletionTokens'
>;

const PRICED_TOKENS = 1e6;

/** In the currency of the price; what failed tries were billed counts in full. */
export function costOf(tokens: BilledTokens, price: ModelPrice): number {
  const read = tokens.promptTokens - tokens.cachedTokens + tokens.failedPromptTokens;
  const written = tokens.completionTokens + tokens.failedCompletionTokens;
  return (read * price.input + tokens.cachedTokens * price.cached + written * price.output) / PRICED_TOKENS;
}

/** Tokens of failed tries are in the sums: they were billed too. */
export function tokenUseOf(entries: readonly LedgerEntry[]): TokenUse {
  return entries.map(useOf).reduce(addTokens, noTokens);
}

function useOf(entry: LedgerEntry): TokenUse {
  return {
    requests: 1,
    promptTokens: entry.promptTokens + entry.failedPromptTokens,
    cachedTokens: entry.cachedTokens,
    completionTokens: entry.completionTokens + entry.failedCompletionTokens,
    cost: entry.cost,
  };
}
