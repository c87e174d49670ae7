// The learning rate over a run: linear warm-up, then a half cosine or a line down to a final share of the peak, or no change.
import { PermanentError } from '../../contracts/failures.ts';

export interface Schedule {
  /** What follows the warm-up. */
  readonly shape: 'cosine' | 'linear' | 'constant';
  /** The learning rate at the end of the warm-up. */
  readonly peak: number;
  readonly warmUpSteps: number;
  readonly totalSteps: number;
  /** Learning rate of the last step as a share of the peak, 0 to 1; a constant schedule never goes there. */
  readonly finalShare: number;
}

/** The learning rate of step 1, 2, ..., totalSteps; step warmUpSteps has the peak. */
export function learningRate(schedule: Schedule, step: number): number {
  const { shape, peak, warmUpSteps, totalSteps, finalShare } = schedule;
  if (step < 1 || step > totalSteps || warmUpSteps > totalSteps) {
    const found = `step ${step} of ${totalSteps}, ${warmUpSteps} of them warm-up`;
    throw new PermanentError('InvalidConfig', `learning rate: ${found}; expected 1 <= step and warm-up <= total`);
  }
  if (step <= warmUpSteps) return (peak * step) / warmUpSteps;
  const progress = (step - warmUpSteps) / (totalSteps - warmUpSteps);
  return peak * (finalShare + (1 - finalShare) * remaining[shape](progress));
}

/** What is left between the peak and the final share, 1 to 0, when a part from 0 to 1 of the steps after the warm-up is done. */
const remaining: Readonly<Record<Schedule['shape'], (progress: number) => number>> = {
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
  linear: (progress) => 1 - progress,
  constant: () => 1,
};
