// When language models must not be asked any more. Budgets pause, never kill.

import type { BudgetConfig } from '../../contracts/campaign.ts';
import type { TokenUse } from '../../contracts/status.ts';

/** What may still be spent; null: without limit. */
export interface Allowance {
  readonly tokens: number | null;
  readonly cost: number | null;
}

export const unlimited: Allowance = { tokens: null, cost: null };

export function tokensUsed(use: TokenUse): number {
  return use.promptTokens + use.completionTokens;
}

export function addTokens(a: TokenUse, b: TokenUse): TokenUse {
  return {
    requests: a.requests + b.requests,
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    cost: a.cost === null || b.cost === null ? null : a.cost + b.cost,
  };
}

export const noTokens: TokenUse = { requests: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, cost: 0 };

/** Why nothing more may be asked, in an operator's words; null while there is budget left. */
export function hardBudgetReason(use: TokenUse, { tokens, cost }: BudgetConfig, campaign: string): string | null {
  const remedy = `raise it with: diffract set ${campaign}`;
  return (
    reached('token budget', tokensUsed(use), tokens, `${remedy} budget.tokens=N`) ??
    reached('cost budget', use.cost, cost, `${remedy} budget.cost=N`)
  );
}

/** Why the campaign asks before it goes on; null below the soft limits. */
export function softBudgetReason(
  use: TokenUse,
  { softTokens, softCost }: BudgetConfig,
  campaign: string,
): string | null {
  const remedy = `go on with: diffract resume ${campaign}, or raise it with: diffract set ${campaign}`;
  return (
    reached('soft token budget', tokensUsed(use), softTokens, `${remedy} budget.softTokens=N`) ??
    reached('soft cost budget', use.cost, softCost, `${remedy} budget.softCost=N`)
  );
}

export function allowanceOf(use: TokenUse, { tokens, cost }: BudgetConfig): Allowance {
  return {
    tokens: tokens === null ? null : tokens - tokensUsed(use),
    cost: cost === null ? null : cost - (use.cost ?? 0),
  };
}

/** What the chunks of a stage have spent, and how many of them are finished and under way. */
export interface StageSpending {
  readonly spent: TokenUse;
  readonly finished: number;
  readonly inFlight: number;
}

/**
 * Whether one more chunk may start. Chunks under way are taken to cost what the finished ones did on average, so a limit is
 * overshot by about one chunk and not by all that could run at once; before the first one is finished only one runs.
 */
export function mayAskMore({ spent, finished, inFlight }: StageSpending, { tokens, cost }: Allowance): boolean {
  return withinLimit(tokensUsed(spent), tokens) && withinLimit(spent.cost ?? 0, cost);

  function withinLimit(used: number, limit: number | null): boolean {
    if (limit === null) return true;
    if (used >= limit) return false;
    if (finished === 0) return inFlight === 0;
    return inFlight === 0 || used + (used / finished) * (inFlight + 1) <= limit;
  }
}

function reached(name: string, used: number | null, limit: number | null, remedy: string): string | null {
  if (limit === null || used === null || used < limit) return null;
  return `${name} of ${limit} reached (${Number(used.toFixed(4))} used); ${remedy}`;
}
