// Samples that are longer than the model may read.
import type { TokenSample } from '../models/encode.ts';
import { inputLength } from '../models/encode.ts';
import type { LongPrompts } from './specification.ts';

export interface FittedSample {
  readonly sample: TokenSample;
  /** Prompt tokens that were dropped. */
  readonly truncated: number;
}

/**
 * The sample within `maximumTokens` read tokens; null where the policy does not make it fit. The completion stays whole and
 * so does the last token of the prompt, from which the first completion token is predicted.
 */
export function fitSample(sample: TokenSample, maximumTokens: number, policy: LongPrompts): FittedSample | null {
  const excess = inputLength(sample) - maximumTokens;
  if (excess <= 0) return { sample, truncated: 0 };
  if (policy === 'skip' || excess >= sample.promptTokens.length) return null;
  return { sample: { ...sample, promptTokens: sample.promptTokens.slice(excess) }, truncated: excess };
}
