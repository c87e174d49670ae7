// The activities as workflows call them: each family on its queue, with time-outs that its work explains.

import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { DataActivities, DiversityActivities, TrainingActivities } from '../contracts/activities.ts';
import type { ChunkActivities, ChunkedJob } from '../contracts/chunked-jobs.ts';
import { TaskQueue } from '../contracts/queues.ts';
import type { StudyActivities } from '../contracts/study.ts';

/** Waits grow to a minute and never give up: an outage of the store or an endpoint is waited out, not fatal. */
const retry = { initialInterval: '1 second', maximumInterval: '1 minute', backoffCoefficient: 2 } as const;

// Moves and checks tables: minutes at most; a lost worker costs one redo.
export const data = proxyActivities<DataActivities>({
  taskQueue: TaskQueue.Control,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry,
});

// Spectra and k-means are minutes of arithmetic on large pools; heartbeats tell a slow worker from a dead one.
export const diversity = proxyActivities<DiversityActivities>({
  taskQueue: TaskQueue.Gradients,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30 seconds',
  retry,
});

// A student trains for hours or days; progress is checkpointed, so a retry goes on from the newest checkpoint.
export const students = proxyActivities<TrainingActivities>({
  taskQueue: TaskQueue.Training,
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '30 seconds',
  retry,
});

// Plans and reports of a study: distances over the pool, thousands of resamples; minutes of arithmetic.
export const studies = proxyActivities<StudyActivities>({
  taskQueue: TaskQueue.Gradients,
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '2 minutes',
  retry,
});

const chunkQueues: Readonly<Record<ChunkedJob['kind'], TaskQueue>> = {
  sketch: TaskQueue.Gradients,
  generate: TaskQueue.LanguageModel,
  attempt: TaskQueue.LanguageModel,
  judge: TaskQueue.LanguageModel,
  pair: TaskQueue.Gradients,
  compare: TaskQueue.LanguageModel,
  evaluate: TaskQueue.Training,
  embed: TaskQueue.Gradients,
  trial: TaskQueue.Training,
};

/** A student behind an endpoint is asked where endpoints are known. */
function queueOf(job: ChunkedJob): TaskQueue {
  const served = job.kind === 'evaluate' && job.student.kind === 'endpoint';
  return served ? TaskQueue.LanguageModel : chunkQueues[job.kind];
}

/** The chunk calls on the queue that serves this kind of job. A chunk is minutes of work with an inner checkpoint. */
export function chunksOf(job: ChunkedJob): ActivityInterfaceFor<ChunkActivities> {
  return proxyActivities<ChunkActivities>({
    taskQueue: queueOf(job),
    startToCloseTimeout: '2 hours',
    heartbeatTimeout: '15 seconds',
    retry,
  });
}
