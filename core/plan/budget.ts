// When a campaign must wait because its budget is spent. Budgets pause, never kill.

import type { TokenUse } from '../../contracts/status.ts';

export function tokensUsed(use: TokenUse): number {
  return use.promptTokens + use.completionTokens;
}

export function addTokens(a: TokenUse, b: TokenUse): TokenUse {
  return {
    requests: a.requests + b.requests,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
  };
}

export const noTokens: TokenUse = { requests: 0, promptTokens: 0, completionTokens: 0 };

/** The reason to wait, in an operator's words; null while there is budget left. */
export function budgetReason(use: TokenUse, tokens: number | null): string | null {
  if (tokens === null || tokensUsed(use) < tokens) return null;
  return `token budget of ${tokens} reached (${tokensUsed(use)} used); raise it with: diffract set NAME budget.tokens=N`;
}
