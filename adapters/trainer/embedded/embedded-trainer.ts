// The embedded trainer: LoRA on the last layers of a model of this machine, by our own gradient graphs and AdamW.
// A run is named by its key; after a crash it goes on from its last checkpoint with the same numbers.

import { dirname } from 'node:path';
import type { Store } from '../../../activities/ports/store.ts';
import type { Trainer, TrainingProgress, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/campaign.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import { itemAt } from '../../../core/item-at.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { ModelConfig } from '../../../core/models/model-config.ts';
import type { Parameter } from '../../../core/models/parameters.ts';
import { adapterConfig, encodeAdapter } from '../../../core/training/adapter-file.ts';
import { defaultAdamW, initialAdamW, stepAdamW } from '../../../core/training/adamw.ts';
import { batchGradient } from '../../../core/training/batch-gradient.ts';
import { initialLora, type LoraSpecification } from '../../../core/training/lora.ts';
import { learningRate } from '../../../core/training/schedule.ts';
import { samplesOfStep, totalSteps, type StepPlan } from '../../../core/training/step-plan.ts';
import { buildTrainingGraph } from '../../../core/training/training-graph.ts';
import { openModel } from '../../models/model.ts';
import { configOf } from '../../models/runtime.ts';
import { createOnnxRuntime, sessionPool } from '../../onnx/runtime.ts';
import { decodeRunState, encodeRunState, type RunState } from './run-state.ts';

interface Run {
  progress: TrainingProgress;
  cancelled: boolean;
  finished: Promise<RunState>;
}

/** @param sessions - sessions that run side by side, one thread each; speed only, never the result */
export function createEmbeddedTrainer({ sessions }: { readonly sessions: number }): Trainer {
  const runs = new Map<string, Run>();
  return {
    async start(specification) {
      const { runKey } = specification;
      const trainer = requireEmbedded(specification);
      const known = runs.get(runKey);
      // A run that failed is begun again, from its last checkpoint: what broke it may have passed.
      const run =
        known === undefined || known.progress.state === 'failed' ? launch(specification, trainer, sessions) : known;
      runs.set(runKey, run);
      return {
        poll: () => Promise.resolve(run.progress),
        async cancel() {
          run.cancelled = true;
          await run.finished.catch(() => undefined);
          runs.delete(runKey);
        },
        async collect() {
          const { losses, checkpoint } = await run.finished;
          if (run.progress.state !== 'succeeded') throw new PermanentError('TrainingFailed', unfinished(run.progress));
          runs.delete(runKey);
          const lora = await loraOf(trainer);
          const tensors = checkpoint.parameters;
          const text = (value: string) => new TextEncoder().encode(value);
          return {
            files: [
              {
                path: 'adapter_model.safetensors',
                mediaType: 'application/octet-stream',
                bytes: encodeAdapter({ specification: lora, tensors }),
              },
              {
                path: 'adapter_config.json',
                mediaType: 'application/json',
                bytes: text(adapterConfig(lora, trainer.model)),
              },
              { path: 'losses.json', mediaType: 'application/json', bytes: text(JSON.stringify(losses)) },
            ],
            steps: losses.length,
            firstLoss: losses[0] ?? 0,
            lastLoss: losses.at(-1) ?? 0,
          };
        },
      };
    },
  };
}

function launch(specification: TrainingSpecification, trainer: EmbeddedTrainerConfig, sessions: number): Run {
  const run: Run = {
    progress: { state: 'running', step: 0, totalSteps: 0, loss: null, failure: null },
    cancelled: false,
    finished: Promise.reject(new Error('not started')),
  };
  run.finished.catch(() => undefined);
  run.finished = train(specification, trainer, sessions, run);
  run.finished.catch((error: unknown) => {
    run.progress = {
      ...run.progress,
      state: 'failed',
      failure: error instanceof Error ? error.message : String(error),
    };
  });
  return run;
}

async function train(
  { runKey, examples, seed, store }: TrainingSpecification,
  trainer: EmbeddedTrainerConfig,
  sessions: number,
  run: Run,
): Promise<RunState> {
  const files = await openModel(trainer.model);
  const config = configOf(files);
  const lora = loraFor(trainer, config);
  const { graph, trained } = buildTrainingGraph(config, files.tensors, { kind: 'lora', ...lora });
  const model = { bytes: encodeModel(graph), weightsFolder: dirname(files.weightsPath) };
  const session = await sessionPool(createOnnxRuntime(), model, sessions);
  try {
    const samples = examples.map((example) => files.chat.encodeChat(example));
    const plan = {
      sampleCount: samples.length,
      epochs: trainer.epochs,
      batchSize: trainer.batchSize,
      key: `${seed}/train`,
    };
    const steps = totalSteps(plan);
    const state = (await resumeState(store, runKey)) ?? initialState(trained, seed);
    while (state.losses.length < steps && !run.cancelled) {
      const step = state.losses.length + 1;
      const rows = samplesOfStep(plan, step).map((index) => itemAt(samples, index));
      const { parameters, optimizer } = state.checkpoint;
      const { loss, gradients } = await batchGradient(session, config, { samples: rows, trained, parameters });
      const settings = { ...defaultAdamW, weightDecay: trainer.weightDecay, maximumNorm: trainer.clipNorm };
      stepAdamW(optimizer, parameters, gradients, rateAt(trainer, plan, step), settings);
      state.losses.push(loss);
      if (step % trainer.checkpointEverySteps === 0 || step === steps) {
        await store.writeScratch(runKey, 'checkpoint', encodeRunState(state));
      }
      run.progress = { state: 'running', step, totalSteps: steps, loss, failure: null };
    }
    const step = state.losses.length;
    const ending =
      step < steps ? ({ state: 'failed', failure: 'cancelled' } as const) : ({ state: 'succeeded' } as const);
    run.progress = { ...run.progress, ...ending, step, totalSteps: steps };
    return state;
  } finally {
    await session.close();
  }
}

function unfinished({ step, totalSteps, failure }: TrainingProgress): string {
  return `The run ended at step ${step} of ${totalSteps} (${failure ?? 'still running'}); start it again to go on.`;
}

function rateAt(trainer: EmbeddedTrainerConfig, plan: StepPlan, step: number): number {
  const steps = totalSteps(plan);
  const warmUpSteps = Math.round(steps * trainer.warmupShare);
  return learningRate({ peak: trainer.learningRate, warmUpSteps, totalSteps: steps, finalShare: 0 }, step);
}

async function resumeState(store: Store, runKey: string): Promise<RunState | null> {
  const [piece] = await store.readScratch(runKey);
  return piece === undefined ? null : decodeRunState(piece.bytes);
}

function initialState(trained: readonly Parameter[], seed: number): RunState {
  const parameters = initialLora(trained, `${seed}/lora`);
  return { losses: [], checkpoint: { parameters, optimizer: initialAdamW(parameters) } };
}

async function loraOf(trainer: EmbeddedTrainerConfig): Promise<LoraSpecification> {
  return loraFor(trainer, configOf(await openModel(trainer.model)));
}

/** `layers` counts from the top: the last blocks change most for the least backward work. */
function loraFor({ lora }: EmbeddedTrainerConfig, { layerCount }: ModelConfig): LoraSpecification {
  const first = Math.max(0, layerCount - lora.layers);
  const layers = Array.from({ length: layerCount - first }, (_, index) => first + index);
  return { rank: lora.rank, alpha: lora.alpha, layers };
}

function requireEmbedded({ trainer }: TrainingSpecification): EmbeddedTrainerConfig {
  if (trainer.kind === 'embedded') return trainer;
  throw new PermanentError('InvalidConfig', `The embedded trainer was given a ${trainer.kind} configuration.`);
}
