// Opens training sessions: each lives on a thread of its own, with its weights, gradients and optimiser.

import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { PermanentError, TransientError } from '../../contracts/failures.ts';
import type { Checkpoint } from '../../core/training/checkpoint.ts';
import type { StepOutcome, TrainingSession } from '../../core/training/training-session.ts';
import { checkpointMemory } from './checkpoint-memory.ts';
import { startThread } from './runtime.ts';
import type { OpenTraining, TrainingCall, TrainingReply } from './training-thread.ts';

/** Calls wait for those before them. A session that has just opened wants a `load`. */
export async function openTrainingSession(request: OpenTraining): Promise<TrainingSession> {
  const worker = startThread(new URL('./training-thread.ts', import.meta.url));
  const ended = endOf(worker);
  const ask = (message: OpenTraining | TrainingCall, transfer: ArrayBuffer[]) =>
    answerOf(worker, ended, message, transfer);
  let last: Promise<unknown> = ask(request, []);
  await last;
  let closed = false;
  const call = <Result>(message: TrainingCall, transfer: ArrayBuffer[] = []): Promise<Result> => {
    const answer = last.then(() => {
      if (closed) throw new TransientError('the training session is closed');
      return ask(message, transfer);
    });
    last = answer.catch(() => undefined);
    return answer as Promise<Result>;
  };
  return {
    load: (checkpoint) => call({ kind: 'load', checkpoint }, checkpointMemory(checkpoint)),
    step: (step) => call<StepOutcome>({ kind: 'step', request: step }),
    save: () => call<Checkpoint>({ kind: 'save' }),
    async close() {
      closed = true;
      // The runtime brings the whole process down when its thread is ended in the middle of a run.
      await last;
      await worker.terminate();
    },
  };
}

/** Rejects when the thread is no more, for whoever waits then or later. */
function endOf(worker: Worker): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new TransientError(`the thread of a training session ended with code ${code}`)),
    );
  });
  ended.catch(() => undefined);
  return ended;
}

async function answerOf(
  worker: Worker,
  ended: Promise<never>,
  message: OpenTraining | TrainingCall,
  transfer: ArrayBuffer[],
): Promise<unknown> {
  worker.postMessage(message, transfer);
  const [reply] = (await Promise.race([once(worker, 'message'), ended])) as [TrainingReply];
  if (reply.kind === 'done') return reply.result;
  throw failureOf(reply);
}

function failureOf({ reason, message }: Extract<TrainingReply, { kind: 'failed' }>): Error {
  if (reason === 'training') return new PermanentError('TrainingFailed', message);
  const text = `onnxruntime in training: ${message}`;
  return reason === 'resources' ? new TransientError(text) : new PermanentError('UnsupportedModel', text);
}
