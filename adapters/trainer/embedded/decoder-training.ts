// A decoder ready to be trained: the graph of its method on a session, and the numbers it starts from.

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import type { TrainingMethod } from '../../../contracts/trainers.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { ModelConfig } from '../../../core/models/model-config.ts';
import { tensorFinder, WEIGHTS_FILE, type Parameter, type WeightTensor } from '../../../core/models/parameters.ts';
import { initialAdamW } from '../../../core/training/adamw.ts';
import type { Checkpoint } from '../../../core/training/checkpoint.ts';
import { initialLora } from '../../../core/training/lora.ts';
import { trainableOf } from '../../../core/training/trained-parameters.ts';
import { buildTrainingGraph } from '../../../core/training/training-graph.ts';
import type { TrainingSession } from '../../../core/training/training-session.ts';
import { openTrainingSession } from '../../onnx/training-session.ts';

export interface DecoderWeights {
  readonly config: ModelConfig;
  /** Holds weights.bin and the other files that `tensors` name. */
  readonly folder: string;
  readonly tensors: readonly WeightTensor[];
}

export interface DecoderTraining {
  /** Wants a `load` before the first step; one session can train many students, one after the other. */
  readonly session: TrainingSession;
  readonly trained: readonly Parameter[];
  /** Where a run begins: the model's own numbers, or adapters drawn by `seed` that change nothing yet. */
  start(seed: string): Promise<Checkpoint>;
}

export interface DecoderTrainingOptions {
  readonly method: TrainingMethod;
  /** Rows hold several samples; the plan of the steps has to say the same. */
  readonly packing: boolean;
}

export async function openDecoderTraining(
  { config, folder, tensors }: DecoderWeights,
  { method, packing }: DecoderTrainingOptions,
): Promise<DecoderTraining> {
  const { graph, trained } = buildTrainingGraph(config, tensors, trainableOf(config, method), { packing });
  // Frozen weights meet hundreds of tokens at once, for which they need no copy in another order.
  const model = { bytes: encodeModel(graph), weightsFolder: folder, mapWeights: true };
  const session = await openTrainingSession({ model, trained });
  return {
    session,
    trained,
    async start(seed) {
      const parameters =
        method.kind === 'lora' ? initialLora(trained, seed) : await readTensors(folder, tensors, trained);
      return { parameters, optimizer: initialAdamW(parameters) };
    },
  };
}

/**
 * The numbers of some tensors as they lie in the files of `folder`.
 * @throws {PermanentError} `CorruptModel` for a tensor that is not there in its shape or whole
 */
export async function readTensors(
  folder: string,
  tensors: readonly WeightTensor[],
  wanted: readonly Parameter[],
): Promise<Map<string, Float32Array>> {
  const find = tensorFinder(tensors);
  const found = new Map<string, Float32Array>();
  for (const parameter of wanted) {
    const { file = WEIGHTS_FILE, offset, length } = find(parameter);
    const values = new Float32Array(length / 4);
    const handle = await open(join(folder, file));
    const { bytesRead } = await handle
      .read(new Uint8Array(values.buffer), 0, length, offset)
      .finally(() => handle.close());
    if (bytesRead < length) throw cutShort(join(folder, file), parameter.name);
    found.set(parameter.name, values);
  }
  return found;
}

function cutShort(path: string, tensor: string): PermanentError {
  return new PermanentError(
    FailureType.CorruptModel,
    `${path} ends within ${tensor}; expected all of its numbers. Delete the folder and pull the model again.`,
  );
}
