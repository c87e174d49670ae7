// An evaluate job carried through its chunks as fan-out carries it, each try again where waiting may mend its failure.

import { createChunkActivities } from '../../activities/chunks.ts';
import { evaluateRecipe } from '../../activities/evaluation.ts';
import type { OpenStudent } from '../../activities/student-answers.ts';
import { openEnglishLexicon } from '../../adapters/lexicon/english-lexicon.ts';
import type { EvaluateJob } from '../../contracts/chunked-jobs.ts';
import { TransientError } from '../../contracts/failures.ts';
import { greedily } from '../helpers/tiny-campaign.ts';
import { asActivity, type Workplace } from './workplace.ts';

export function evaluateJob(
  { context }: Workplace,
  job: Pick<EvaluateJob, 'samples' | 'student'> & Partial<EvaluateJob>,
): EvaluateJob {
  return { kind: 'evaluate', context, benchmark: 'held-out', answering: greedily, prices: null, ...job };
}

export function evaluationChunks({ openStore }: Pick<Workplace, 'openStore'>, openStudent: OpenStudent) {
  const ports = { openStudent, openLexicon: () => openEnglishLexicon() };
  return createChunkActivities(openStore, { evaluate: (job, store) => evaluateRecipe(ports, job, store) });
}

export async function evaluate(place: Workplace, openStudent: OpenStudent, job: EvaluateJob) {
  const chunks = evaluationChunks(place, openStudent);
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) {
    await untilDone(() => asActivity(() => chunks.runChunk({ job, chunk })));
  }
  return asActivity(() => chunks.assembleChunks(job));
}

async function untilDone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}
