// Decoders as the embedded trainer trains them: examples to tokens that fit, steps by the plan, and the student's files.

import { dirname } from 'node:path';
import type { TrainedFile, TrainedStudent, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/trainers.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import type { ModelConfig } from '../../../core/models/model-config.ts';
import type { Parameter } from '../../../core/models/parameters.ts';
import { adapterConfig, encodeAdapter } from '../../../core/training/adapter-file.ts';
import type { Tensors } from '../../../core/training/adamw.ts';
import { trainSteps, type TrainingPlan } from '../../../core/training/loop.ts';
import { bytesOf, encodeTable } from '../../../core/training/safetensors-table.ts';
import { fitSamples } from '../../../core/training/sample-lengths.ts';
import { totalSteps } from '../../../core/training/step-plan.ts';
import { loraOf } from '../../../core/training/trained-parameters.ts';
import { openModel } from '../../models/model.ts';
import { configOf } from '../../models/runtime.ts';
import { openDecoderTraining } from './decoder-training.ts';
import type { PreparedTraining } from './prepared-training.ts';

/** @throws {PermanentError} `InvalidData` when no example fits into what the model or the configuration lets it read */
export async function prepareDecoder(
  { examples, seed }: TrainingSpecification,
  trainer: EmbeddedTrainerConfig,
): Promise<PreparedTraining> {
  const files = await openModel(trainer.model);
  const config = configOf(files);
  const limit = Math.min(trainer.maxLength ?? config.maximumLength, config.maximumLength);
  const fitted = fitSamples(
    examples.map((example) => files.chat.encodeChat(example)),
    limit,
  );
  const { samples } = fitted;
  const plan = planOf(trainer, seed);
  const weights = { config, folder: dirname(files.weightsPath), tensors: files.tensors };
  const { session, trained, start } = await openDecoderTraining(weights, trainer);
  return {
    session,
    totalSteps: totalSteps({ ...plan, sampleCount: samples.length }),
    start: () => start(`${seed}/lora`),
    steps: (stepsTaken) => trainSteps(session, { config, samples, plan, stepsTaken }),
    studentOf({ parameters }) {
      const { shortened, leftOut } = fitted;
      const report = json('samples.json', { learnedFrom: samples.length, shortened, leftOut });
      const student = filesOf(trainer, config, trained, parameters);
      return { ...student, files: [...student.files, report] };
    },
  };
}

function planOf(trainer: EmbeddedTrainerConfig, seed: number): TrainingPlan {
  const { epochs, batchSize, schedule, learningRate, warmupShare, weightDecay, clipNorm, packing } = trainer;
  const learning = { schedule, learningRate, warmupShare, weightDecay, clipNorm };
  return { epochs, batchSize, key: `${seed}/train`, ...learning, packing };
}

function filesOf(
  { method, model }: EmbeddedTrainerConfig,
  config: ModelConfig,
  trained: readonly Parameter[],
  tensors: Tensors,
): Pick<TrainedStudent, 'form' | 'files'> {
  if (method.kind !== 'lora') {
    const pieces = [encodeTable(trained, {}), ...trained.map(({ name }) => bytesOf(tensorOf(tensors, name)))];
    return { form: 'tensors', files: [weights('tensors.safetensors', pieces)] };
  }
  const specification = loraOf(config, method);
  const adapter = weights('adapter_model.safetensors', [encodeAdapter({ specification, tensors })]);
  const description = text('adapter_config.json', adapterConfig(specification, model));
  return { form: 'adapter', files: [adapter, description] };
}

function tensorOf(tensors: Tensors, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new PermanentError('TrainingFailed', `The run has no tensor ${name}; its checkpoint is of another run.`);
}

function weights(path: string, pieces: readonly Uint8Array[]): TrainedFile {
  return { path, mediaType: 'application/vnd.safetensors', pieces };
}

function json(path: string, value: unknown): TrainedFile {
  return text(path, JSON.stringify(value));
}

function text(path: string, content: string): TrainedFile {
  return { path, mediaType: 'application/json', pieces: [new TextEncoder().encode(content)] };
}
