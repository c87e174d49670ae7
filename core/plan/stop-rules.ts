// When a campaign has had enough before its last round: the pool is as diverse as wanted, or hardly grows any more.

import type { StopConfig } from '../../contracts/campaign.ts';

/** What the rules remember from round to round. */
export interface StopProgress {
  /** Rounds in a row whose gain was below the least. */
  readonly slowRounds: number;
  /** Why the campaign ends, in words; null while it goes on. */
  readonly ending: string | null;
}

export const goingOn: StopProgress = { slowRounds: 0, ending: null };

/** G-Vendi of the pool before and after a round. Pools grow, so the gain is that of a larger pool over a smaller one. */
export interface RoundGain {
  readonly round: number;
  readonly before: number;
  readonly after: number;
}

export function afterRound(
  { slowRounds }: StopProgress,
  { gVendi, gain }: StopConfig,
  turned: RoundGain,
): StopProgress {
  const share = turned.before > 0 ? turned.after / turned.before - 1 : Infinity;
  const slow = gain !== null && share < gain.least ? slowRounds + 1 : 0;
  return { slowRounds: slow, ending: targetReached(gVendi, turned) ?? gainDiminished(gain, slow, turned) };
}

function targetReached(target: number | null, { round, after }: RoundGain): string | null {
  if (target === null || after < target) return null;
  return `G-Vendi of the pool reached ${after.toFixed(2)} in round ${round}; the target is ${target}`;
}

function gainDiminished(gain: StopConfig['gain'], slow: number, { round }: RoundGain): string | null {
  if (gain === null || slow < gain.rounds) return null;
  return `G-Vendi of the pool grew by less than ${(100 * gain.least).toFixed(2)} % in each of the last ${slow} rounds, up to round ${round}`;
}
