// What the model itself thought of an answer: one more pass over it, since the sampler shows probabilities only as they
// are after temperature, top_p and grammar.

import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from 'node-llama-cpp';
import type { PlacedSequence } from './embedded-choice.ts';

export interface TokenProbability {
  readonly token: string;
  /** Natural logarithm, at temperature 1, over the whole vocabulary. */
  readonly logprob: number;
}

export interface ScoredToken extends TokenProbability {
  /** Likeliest first. */
  readonly alternatives: readonly TokenProbability[];
}

/** The logits of a piece are in memory at once: for a vocabulary of 150,000, 20 MB. */
const PIECE_TOKENS = 32;

/**
 * The sequence must hold the prompt up to its `last` token; what it holds from there on is written anew.
 * @throws the signal's reason when it is aborted
 */
export async function scoreTokens(
  { sequence, rounds }: PlacedSequence,
  last: { readonly token: Token; readonly index: number },
  { tokens: answer, alternatives }: { readonly tokens: readonly Token[]; readonly alternatives: number },
  signal: AbortSignal,
): Promise<ScoredToken[]> {
  await sequence.eraseContextTokenRanges([{ start: last.index, end: sequence.nextTokenIndex }]);
  let before = last.token;
  const pairs = answer.map((token) => {
    const pair = { before, token };
    before = token;
    return pair;
  });
  const scored: ScoredToken[] = [];
  for (let start = 0; start < pairs.length; start += PIECE_TOKENS) {
    signal.throwIfAborted();
    const piece = pairs.slice(start, start + PIECE_TOKENS);
    const input = piece.map((pair) => withLogitOf(pair.before, pair.token, alternatives));
    const outputs = await rounds.alone(() => sequence.controlledEvaluate(input));
    for (const [index, { token }] of piece.entries()) {
      scored.push(scoreOf(sequence, token, outputs[index]?.next ?? {}, alternatives));
    }
  }
  return scored;
}

function withLogitOf(token: Token, next: Token, alternatives: number): ControlledEvaluateInputItem {
  const filter = { tokens: [next], includeTop: Math.max(1, alternatives) };
  const options = { topP: 1, topK: 0 };
  return [token, { generateNext: { logits: { filter }, totalLogitWeight: true, options } }];
}

function scoreOf(
  { model }: LlamaContextSequence,
  token: Token,
  next: { logits?: Map<Token, number>; totalLogitWeight?: number },
  alternatives: number,
): ScoredToken {
  const ranked = [...(next.logits ?? [])].sort(([, a], [, b]) => b - a);
  // llama.cpp gives the sum of exp(logit - highest logit).
  const normalizer = (ranked[0]?.[1] ?? 0) + Math.log(next.totalLogitWeight ?? 1);
  const probability = ([id, logit]: [Token, number]): TokenProbability => ({
    token: model.detokenize([id], true),
    logprob: Math.min(0, logit - normalizer),
  });
  const own = ranked.find(([id]) => id === token);
  if (own === undefined) throw new Error(`llama.cpp gave no logit of token ${token}`);
  return { ...probability(own), alternatives: ranked.slice(0, alternatives).map(probability) };
}
