// Trains one student as a workflow of its own, so that days of training are a line in the campaign's history.

import { setCurrentDetails } from '@temporalio/workflow';
import type { TrainInput, TrainSummary } from '../contracts/activities.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import { students } from './proxies.ts';

export async function training(input: TrainInput): Promise<StageOutcome<TrainSummary>> {
  setCurrentDetails(`Training ${input.trainer.model} (${input.trainer.kind}) on ${input.pool.rows} samples`);
  const trained = await students.train(input);
  const { steps, firstLoss, lastLoss } = trained.summary;
  setCurrentDetails(`Trained for ${steps} steps; loss ${firstLoss.toFixed(3)} to ${lastLoss.toFixed(3)}`);
  return trained;
}
