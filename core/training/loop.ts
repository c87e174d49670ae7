// The training loop: from samples and a plan to the losses of every step, on a session that holds the state.

import type { TokenSample } from '../models/encode.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { defaultAdamW } from './adamw.ts';
import { encodeMicroBatch } from './encode-rows.ts';
import { microBatchTokens, planMicroBatches } from './micro-batches.ts';
import { learningRate, type Schedule } from './schedule.ts';
import { samplesOfStep, totalSteps, type StepPlan } from './step-plan.ts';
import type { StepOutcome, StepRequest, TrainingSession } from './training-session.ts';

export interface TrainingPlan extends Omit<StepPlan, 'sampleCount'> {
  readonly schedule: Schedule['shape'];
  /** The peak. */
  readonly learningRate: number;
  /** Share of all steps, 0 to 1. */
  readonly warmupShare: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** As the session's graph was built. */
  readonly packing: boolean;
}

export interface TrainingWork {
  readonly config: ModelConfig;
  readonly samples: readonly TokenSample[];
  readonly plan: TrainingPlan;
  /** Steps that the session's state has already taken. */
  readonly stepsTaken: number;
}

export interface TakenStep extends StepOutcome {
  /** 1 for the first. */
  readonly step: number;
  readonly totalSteps: number;
}

/** Takes the steps that are left, one for each value asked for; loss is the mean over the step's samples of each one's mean. */
export function trainSteps(
  session: Pick<TrainingSession, 'step'>,
  { config, samples, plan, stepsTaken }: TrainingWork,
): AsyncGenerator<TakenStep> {
  const { packing } = plan;
  const tokenBudget = microBatchTokens(config);
  return takeSteps(session, { plan, sampleCount: samples.length, stepsTaken }, (indices) => {
    const members = indices.map((index) => samples[index]!);
    return planMicroBatches(members, { packing, tokenBudget }).map((batch) =>
      encodeMicroBatch(config, members, batch, { packing, batchSize: members.length }),
    );
  });
}

/** As `trainSteps`, whatever is trained. @param batchesOf - the micro-batches of a step with these samples */
export async function* takeSteps(
  session: Pick<TrainingSession, 'step'>,
  work: { readonly plan: Omit<TrainingPlan, 'packing'>; readonly sampleCount: number; readonly stepsTaken: number },
  batchesOf: (indices: readonly number[]) => StepRequest['batches'],
): AsyncGenerator<TakenStep> {
  const { plan, sampleCount, stepsTaken } = work;
  const steps = { ...plan, sampleCount };
  const last = totalSteps(steps);
  const schedule = {
    shape: plan.schedule,
    peak: plan.learningRate,
    warmUpSteps: Math.round(last * plan.warmupShare),
    totalSteps: last,
    finalShare: 0,
  };
  const settings = { ...defaultAdamW, weightDecay: plan.weightDecay, maximumNorm: plan.clipNorm };
  for (let step = stepsTaken + 1; step <= last; step++) {
    const batches = batchesOf(samplesOfStep(steps, step));
    const outcome = await session.step({ batches, learningRate: learningRate(schedule, step), settings });
    yield { ...outcome, step, totalSteps: last };
  }
}
