// The numbers that say what counts as contaminated, as data: the published n-gram rules, each with our second step before
// anything is dropped, because a bare rule drops boilerplate (8 words alone: a third of MATH train).
import type { DecontaminationProfileName } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/**
 * What a sample is of a benchmark row, the worst first.
 * - `copy`: it has most of the row's words, and all of its numbers
 * - `renumbered`: it is the row's text with other numbers, so that a template leaked rather than an answer
 * - `partial`: it has most of the row's words, but other numbers and another text around them
 */
export type ContaminationKind = 'copy' | 'renumbered' | 'partial';

export interface DecontaminationProfile {
  /** Words of an n-gram. */
  readonly ngram: number;
  /** A copy or partial from this share up: common subsequence of words over the words of the shorter text. */
  readonly overlap: number;
  /** Re-numbered from this share up: the same with every number as one word, over the words of the longer text. */
  readonly renumberedOverlap: number;
  /** The kinds that count as contamination. */
  readonly kinds: readonly ContaminationKind[];
  /** An n-gram in more training texts than both of these is common, and points at a row only as a part of `cover`. */
  readonly commonCount: number;
  readonly commonShare: number;
  /** From this share of a row's n-grams up a text points at the row, common or not: an item that leaked often is common itself. */
  readonly cover: number;
}

const SECOND_STEP = { overlap: 0.6, renumberedOverlap: 0.85, commonCount: 5, commonShare: 0.0005, cover: 0.5 } as const;

/**
 * - `prismatic`: 10 words (Prismatic Synthesis, before its language-model check)
 * - `open-r1`: 8 words (the script of open-r1, which stops at the first hit)
 * - `qwen`: 13 words, then a common subsequence of 0.6 whatever the numbers are (Qwen2.5-Math technical report)
 */
export const decontaminationProfiles = {
  prismatic: { ngram: 10, kinds: ['copy', 'renumbered'], ...SECOND_STEP },
  'open-r1': { ngram: 8, kinds: ['copy', 'renumbered'], ...SECOND_STEP },
  qwen: { ngram: 13, kinds: ['copy', 'renumbered', 'partial'], ...SECOND_STEP },
} as const satisfies Readonly<Record<DecontaminationProfileName, DecontaminationProfile>>;

export const DEFAULT_DECONTAMINATION: DecontaminationProfile = decontaminationProfiles.prismatic;

/** @throws {PermanentError} `InvalidConfig` when the profile makes no sense */
export function requireDecontaminationProfile(profile: DecontaminationProfile): void {
  const { ngram, overlap, renumberedOverlap, commonCount, commonShare, cover } = profile;
  const shares = [overlap, renumberedOverlap, cover].every((share) => share > 0 && share <= 1);
  if (Number.isInteger(ngram) && ngram >= 1 && shares && commonCount >= 0 && commonShare >= 0) return;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `decontamination: ngram ${ngram}, overlaps ${overlap} and ${renumberedOverlap}, cover ${cover}, common above ${commonCount} texts and ` +
      `${commonShare} of them; expected ngram >= 1, overlaps and cover above 0 and up to 1, the others not negative`,
  );
}
