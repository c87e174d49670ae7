// The thread that owns one training session: the graph, the trained tensors and the optimiser, so that a step moves no weights.
import { parentPort } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import { PermanentError } from '../../contracts/failures.ts';
import type { GraphModel } from '../../core/graph/runner.ts';
import type { Parameter } from '../../core/models/parameters.ts';
import type { Tensors } from '../../core/training/adamw.ts';
import type { Checkpoint } from '../../core/training/checkpoint.ts';
import {
  takeStep,
  type RunInto,
  type StepOutcome,
  type StepRequest,
  type TrainedState,
} from '../../core/training/training-session.ts';
import { checkpointMemory } from './checkpoint-memory.ts';
import { createSession, refusalOf, tensorOf, valueOf, type RefusalReason } from './session.ts';

/** The first message to the thread. */
export interface OpenTraining {
  readonly model: GraphModel;
  readonly trained: readonly Parameter[];
}

export type TrainingCall =
  | { readonly kind: 'load'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'step'; readonly request: StepRequest }
  | { readonly kind: 'save' };

export type TrainingReply =
  | { readonly kind: 'done'; readonly result: StepOutcome | Checkpoint | null }
  | { readonly kind: 'failed'; readonly reason: RefusalReason | 'training'; readonly message: string };

const port = parentPort;
port?.once('message', (request: OpenTraining) => void serve(port, request));

async function serve(replies: NonNullable<typeof parentPort>, { model, trained }: OpenTraining): Promise<void> {
  const reply = (message: TrainingReply, transfer: ArrayBuffer[] = []): void => replies.postMessage(message, transfer);
  const failed = (error: unknown): void => reply({ kind: 'failed', ...failureOf(error) });
  try {
    // With more threads inside an operator the order of sums, and so the student, would depend on their number.
    const session = await createSession(model, 1);
    const answer = answering(runsInto(session), trained);
    replies.on('message', (call: TrainingCall) => {
      answer(call).then(({ result, transfer = [] }) => reply({ kind: 'done', result }, transfer), failed);
    });
    reply({ kind: 'done', result: null });
  } catch (error) {
    failed(error);
  }
}

interface Answer {
  readonly result: StepOutcome | Checkpoint | null;
  readonly transfer?: ArrayBuffer[];
}

/** Calls come one at a time: each after the answer to the one before. */
function answering(run: RunInto, trained: readonly Parameter[]): (call: TrainingCall) => Promise<Answer> {
  let state: TrainedState | null = null;
  return async (call) => {
    if (call.kind === 'load') {
      const sums = state?.sums ?? zeros(trained);
      state = { trained, checkpoint: call.checkpoint, sums };
      return { result: null };
    }
    if (!state) throw new Error(`a ${call.kind} before the first load`);
    if (call.kind === 'step') return { result: await takeStep(run, state, call.request) };
    const result = structuredClone(state.checkpoint);
    return { result, transfer: checkpointMemory(result) };
  };
}

function zeros(trained: readonly Parameter[]): Tensors {
  return new Map(
    trained.map(({ name, shape }) => [name, new Float32Array(shape.reduce((product, size) => product * size, 1))]),
  );
}

function runsInto(session: InferenceSession): RunInto {
  const nowhere = Object.fromEntries(session.outputNames.map((name) => [name, null]));
  return async (feeds, into) => {
    const tensorsOf = (values: typeof feeds) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tensorOf(value)]));
    const outputs = await session.run(tensorsOf(feeds), { ...nowhere, ...tensorsOf(into) });
    const rest = Object.entries(outputs).filter(([name]) => !(name in into));
    return Object.fromEntries(rest.map(([name, tensor]) => [name, valueOf(tensor)]));
  };
}

function failureOf(error: unknown): { reason: RefusalReason | 'training'; message: string } {
  if (error instanceof PermanentError) return { reason: 'training', message: error.message };
  return refusalOf(error);
}
