// What to say when the gates left no seed: which gate turned away how many and why, and what a user can do.

import type { StageResult } from '../../contracts/artifacts.ts';

type Gate = Pick<StageResult<unknown>, 'stage' | 'counts'>;

/** @param gates - in the order passed, with the counts of all generators */
export function lostSeedsMessage(gates: readonly Gate[]): string {
  const imported = Object.values(gates[0]?.counts ?? {}).reduce((sum, counts) => sum + counts.in, 0);
  const lost = gates
    .map((gate) => ({ stage: gate.stage, reasons: reasonsOf(gate) }))
    .filter(({ reasons }) => reasons.length > 0);
  const told = lost.map(({ stage, reasons }) => {
    return `${stage} rejected ${reasons.map(([reason, count]) => `${count} as ${reason}`).join(', ')}`;
  });
  const help = lost.flatMap(({ stage }) => advice[stage] ?? []);
  return [
    `None of the ${imported} seeds passed the gates, at least 1 is needed: ${told.join('; ')}.`,
    ...help,
    'Every rejected seed is in the store with its reason.',
  ].join(' ');
}

/** Most frequent first. */
function reasonsOf({ counts }: Gate): [string, number][] {
  const sum = new Map<string, number>();
  for (const [reason, count] of Object.values(counts).flatMap(({ rejected }) => Object.entries(rejected))) {
    sum.set(reason, (sum.get(reason) ?? 0) + count);
  }
  return [...sum].sort(([firstReason, first], [secondReason, second]) => {
    return second - first || (firstReason < secondReason ? -1 : 1);
  });
}

const disjoint =
  'Seeds and benchmarks hold the same items: give them different data sets, or disjoint rows of one (skip and count).';

const advice: Readonly<Record<string, string>> = {
  filter: 'Check the bounds in filters.prompt and filters.completion, and filters.language.',
  decontaminate: disjoint,
  paraphrases: 'A judge that cannot be reached or read counts as a hit (unjudged): check decontamination.semantic.',
  sketch:
    'Samples without a gradient cannot be measured: those that are too long for sketch.proxy need a shorter bound or another proxy.',
};
