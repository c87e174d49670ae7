// Choices of a decoder whose parameters are fed with every run, so that one session answers for many students: at given places
// of a text, which of a few tokens it would write next.

import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { Feeds } from '../graph/runner.ts';
import { encodePositions, paddedLength, requireTokens } from './encode.ts';
import { buildForward } from './llama.ts';
import type { ModelConfig } from './model-config.ts';
import type { Parameter } from './parameters.ts';
import { parametersOf } from './parameters.ts';

/** A text and its places: choices stand after `tokens[place]`. */
export interface ChoiceRow {
  readonly tokens: readonly number[];
  readonly places: readonly number[];
}

/**
 * Inputs besides those of the forward pass: choice int64 [N, L, C] and every parameter under its name.
 * Output: score [N, L, C], the logit of each choice.
 */
export function buildChoiceGraph(config: ModelConfig): Graph {
  const builder = new GraphBuilder();
  const inputs = new Map(
    parametersOf(config).map(({ name, shape }) => [name, builder.input(name, 'float32', shape)] as const),
  );
  const { logits } = buildForward(builder, config, { parameter: ({ name }: Parameter) => inputs.get(name)! });
  const choice = builder.input('choice', 'int64', ['N', 'L', 'C']);
  builder.output('score', builder.gatherElements(logits, choice));
  return builder.finish();
}

/** Rows of about one length, longest first, as many as fit into `tokenBudget` padded tokens. */
export function planChoices(rows: readonly ChoiceRow[], tokenBudget: number): number[][] {
  const order = rows.map((_, index) => index).sort((a, b) => rows[b]!.tokens.length - rows[a]!.tokens.length || a - b);
  const batches: number[][] = [];
  let room = 0;
  for (const index of order) {
    if (room === 0) {
      room = Math.max(1, Math.floor(tokenBudget / paddedLength(rows[index]!.tokens.length)));
      batches.push([]);
    }
    batches.at(-1)!.push(index);
    room -= 1;
  }
  return batches;
}

/** @param candidates - the tokens to choose from, the same at every place */
export function encodeChoices(config: ModelConfig, rows: readonly ChoiceRow[], candidates: readonly number[]): Feeds {
  const T = paddedLength(Math.max(...rows.map(({ tokens }) => tokens.length)));
  const L = Math.max(...rows.map(({ places }) => places.length));
  const tokens = new BigInt64Array(rows.length * T);
  const logitPosition = new BigInt64Array(rows.length * L).fill(-1n);
  rows.forEach((row, n) => {
    requireTokens(config, row.tokens, candidates);
    row.tokens.forEach((token, index) => (tokens[n * T + index] = BigInt(token)));
    row.places.forEach((place, index) => (logitPosition[n * L + index] = BigInt(place)));
  });
  const C = candidates.length;
  const choice = BigInt64Array.from({ length: rows.length * L * C }, (_, index) => BigInt(candidates[index % C]!));
  return {
    ...encodePositions(config, T),
    tokens: { type: 'int64', dims: [rows.length, T], data: tokens },
    logitPosition: { type: 'int64', dims: [rows.length, L], data: logitPosition },
    choice: { type: 'int64', dims: [rows.length, L, C], data: choice },
  };
}
