// Cuts the samples of one optimiser step into runs of the graph: rows of one length each, with one sample a row or, packed,
// several. Which samples share a run depends on the step's samples alone, so the order of all sums does too.

import { inputLength, paddedLength, type TokenSample } from '../models/encode.ts';
import type { ModelConfig } from '../models/model-config.ts';

/** Rows of a run; each lists positions of samples among those of the step. */
export interface MicroBatch {
  /** Tokens of every row, padding included. */
  readonly tokens: number;
  readonly rows: readonly (readonly number[])[];
}

/** What a run costs whatever its size, in tokens: padding beyond this is worth a run of its own. */
const runOverhead = 64;

/** Packed rows are at least so long where the samples fill them; longer ones spend more on attention between strangers. */
const packedRowLength = 256;

/** Bytes of values of the forward pass that may wait for the backward pass. */
const activationBytes = 2 ** 30;

/** Padded tokens of one run: as many as fit into a fixed memory, since more only make small models faster. */
export function microBatchTokens({ layerCount, hiddenSize, intermediateSize }: ModelConfig): number {
  const perToken = 4 * layerCount * (14 * hiddenSize + 5 * intermediateSize);
  return Math.min(4096, Math.max(512, Math.floor(activationBytes / perToken / 512) * 512));
}

export function planMicroBatches(
  samples: readonly TokenSample[],
  { packing, tokenBudget }: { readonly packing: boolean; readonly tokenBudget: number },
): MicroBatch[] {
  const lengths = samples.map(inputLength);
  const longestFirst = lengths.map((_, index) => index).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  return packing ? packedRuns(longestFirst, lengths, tokenBudget) : paddedRuns(longestFirst, lengths, tokenBudget);
}

/** First fit, longest first. */
function packedRuns(order: readonly number[], lengths: readonly number[], tokenBudget: number): MicroBatch[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const tokens = Math.max(paddedLength(lengths[order[0]!]!), paddedLength(Math.min(packedRowLength, total)));
  const rows: { members: number[]; free: number }[] = [];
  for (const sample of order) {
    const length = lengths[sample]!;
    let row = rows.find(({ free }) => free >= length);
    if (!row) rows.push((row = { members: [], free: tokens }));
    row.members.push(sample);
    row.free -= length;
  }
  const perRun = Math.max(1, Math.floor(tokenBudget / tokens));
  return groups(
    rows.map(({ members }) => members),
    perRun,
  ).map((part) => ({ tokens, rows: part }));
}

/** The cheapest cuts of the samples in the order of their lengths, by padded tokens and a constant a run. */
function paddedRuns(order: readonly number[], lengths: readonly number[], tokenBudget: number): MicroBatch[] {
  const best = [{ cost: 0, start: 0 }];
  for (let end = 1; end <= order.length; end++) {
    let chosen = { cost: Infinity, start: end - 1 };
    for (let start = end - 1; start >= 0; start--) {
      const padded = (end - start) * paddedLength(lengths[order[start]!]!);
      if (end - start > 1 && padded > tokenBudget) break;
      const cost = best[start]!.cost + padded + runOverhead;
      if (cost < chosen.cost) chosen = { cost, start };
    }
    best.push(chosen);
  }
  const runs: MicroBatch[] = [];
  for (let end = order.length; end > 0; end = best[end]!.start) {
    const members = order.slice(best[end]!.start, end);
    runs.unshift({ tokens: paddedLength(lengths[members[0]!]!), rows: members.map((sample) => [sample]) });
  }
  return runs;
}

function groups<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
