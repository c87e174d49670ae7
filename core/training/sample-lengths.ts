// Samples cut to what a student may read: a prompt loses its beginning, a completion is never cut.

import { PermanentError } from '../../contracts/failures.ts';
import type { TokenSample } from '../models/encode.ts';

export interface FittedSamples {
  /** In the order given, without those left out. */
  readonly samples: readonly TokenSample[];
  /** Samples whose prompt lost its beginning. */
  readonly shortened: number;
  /** Samples whose completion alone does not fit, or is empty. */
  readonly leftOut: number;
}

/**
 * @param maximumLength - tokens of prompt and completion together
 * @throws {PermanentError} `InvalidData` when nothing is left to learn from
 */
export function fitSamples(samples: readonly TokenSample[], maximumLength: number): FittedSamples {
  let shortened = 0;
  const fitted = samples.flatMap((sample) => {
    const { promptTokens, completionTokens } = sample;
    // The first completion token is predicted from a token before it.
    const room = maximumLength - completionTokens.length;
    if (room < 1 || completionTokens.length === 0 || promptTokens.length === 0) return [];
    if (promptTokens.length <= room) return [sample];
    shortened += 1;
    return [{ promptTokens: promptTokens.slice(-room), completionTokens }];
  });
  const leftOut = samples.length - fitted.length;
  if (fitted.length > 0) return { samples: fitted, shortened, leftOut };
  const longest = samples.reduce((most, { completionTokens }) => Math.max(most, completionTokens.length), 0);
  throw new PermanentError(
    'InvalidData',
    `Nothing to train on: of ${samples.length} samples none has a completion of 1 to ${maximumLength - 1} tokens ` +
      `(the longest has ${longest}), and completions are never cut; give more samples or a larger maxLength.`,
  );
}
