// Encoders as the embedded trainer trains them: a classification head over the task's labels, and of the encoder what the method
// says.

import type { TrainedFile, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/trainers.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { itemAt } from '../../../core/item-at.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import { initialAdamW } from '../../../core/training/adamw.ts';
import {
  buildClassifierTraining,
  classBatches,
  initialHead,
  trainedOfClassifier,
} from '../../../core/training/classifier-graph.ts';
import type { ClassSample } from '../../../core/training/classifier-graph.ts';
import { takeSteps } from '../../../core/training/loop.ts';
import { bytesOf, encodeTable } from '../../../core/training/safetensors-table.ts';
import { totalSteps } from '../../../core/training/step-plan.ts';
import { CLASSES } from '../../models/classifier.ts';
import type { Classes } from '../../models/classifier.ts';
import { cutTokens, openEncoder } from '../../models/embedding.ts';
import { TENSORS } from '../../models/student-folders.ts';
import { openTrainingSession } from '../../onnx/training-session.ts';
import { readTensors } from './decoder-training.ts';
import type { PreparedTraining } from './prepared-training.ts';

/**
 * @throws {PermanentError} `InvalidConfig` for a task without a closed set of labels, for adapters and for packing; `InvalidData`
 *   for an example whose completion is no label
 */
export async function prepareClassifier(
  { examples, labels, seed }: TrainingSpecification,
  trainer: EmbeddedTrainerConfig,
): Promise<PreparedTraining> {
  if (labels === undefined) throw refused(trainer, 'the task has no labels to choose from; it needs a decoder');
  if (trainer.packing) throw refused(trainer, 'packing is for decoders; set student.packing: false');
  const { folder, config, tensors, tokensOf, identity } = await openEncoder(trainer.model);
  const maximumLength = Math.min(trainer.maxLength ?? identity.maximumLength, identity.maximumLength);
  const samples = examples.map(({ prompt, completion }, index) => {
    return { tokens: cutTokens(tokensOf(prompt), maximumLength), target: classOf(labels, completion, index) };
  });
  const trained = trainedOfClassifier(config, trainer.method, labels.length);
  const graph = buildClassifierTraining(config, tensors, { trained, classCount: labels.length });
  const model = { bytes: encodeModel(graph), weightsFolder: folder, mapWeights: true };
  const session = await openTrainingSession({ model, trained });
  const plan = { ...trainer, key: `${seed}/train` };
  return {
    session,
    totalSteps: totalSteps({ ...plan, sampleCount: samples.length }),
    async start() {
      const head = initialHead(config, labels.length, `${seed}/head`);
      const own = trained.filter(({ name }) => !head.has(name));
      const parameters = new Map([...(await readTensors(folder, tensors, own)), ...head]);
      return { parameters, optimizer: initialAdamW(parameters) };
    },
    steps: (stepsTaken) =>
      takeSteps(session, { plan, sampleCount: samples.length, stepsTaken }, (indices) =>
        classBatches(
          config,
          indices.map((index): ClassSample => itemAt(samples, index)),
        ),
      ),
    studentOf({ parameters }) {
      const classes: Classes = { labels, maximumLength };
      // In the order in which they were loaded, which is that of `trained`.
      const numbers = [...parameters.values()].map(bytesOf);
      return {
        form: 'classifier',
        files: [
          file(TENSORS, 'application/vnd.safetensors', [encodeTable(trained, {}), ...numbers]),
          file(CLASSES, 'application/json', [new TextEncoder().encode(JSON.stringify(classes))]),
        ],
      };
    },
  };
}

function classOf(labels: readonly string[], completion: string, example: number): number {
  const place = labels.indexOf(completion.trim());
  if (place >= 0) return place;
  throw new PermanentError(
    FailureType.InvalidData,
    `Example ${example} has the completion "${completion.slice(0, 80)}"; expected one of ${labels.join(', ')}.`,
  );
}

function file(path: string, mediaType: string, pieces: readonly Uint8Array[]): TrainedFile {
  return { path, mediaType, pieces };
}

function refused({ model }: EmbeddedTrainerConfig, why: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `student.model ${model} is an encoder, which is trained as a classifier: ${why}.`,
  );
}
