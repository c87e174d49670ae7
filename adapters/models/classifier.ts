// Encoders with a classification head as students: their files, and the scorer that ranks labels by the head.

import type { ModelIdentity, Scorer, StudentFiles } from '../../activities/ports/models.ts';
import type { ModelReference } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { itemAt } from '../../core/item-at.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { createClassifier, headParameters } from '../../core/models/classifier.ts';
import type { EmbedderSetup } from '../../core/models/embedder.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import { cutTokens, openEncoder } from './embedding.ts';
import type { EncoderFiles } from './embedding.ts';
import { hashText } from './file-hash.ts';
import { lazily } from './lazily.ts';
import { layOutTensors } from './student-folders.ts';
import { overlaid } from './overlaid-tensors.ts';

/** The file of a classifier beside its tensors. */
export const CLASSES = 'classes.json';

/** The content of {@link CLASSES}. */
export interface Classes {
  /** Of the classes, in the order of the head's rows. */
  readonly labels: readonly string[];
  /** Tokens of a text that are read, those that frame it included. */
  readonly maximumLength: number;
}

export interface ClassifierFiles extends Omit<EncoderFiles, 'identity'>, Classes {}

/**
 * @param student - of the form `classifier`
 * @throws {PermanentError} `CorruptArtifact` for tensors that do not fit `model`
 */
export async function openClassifier(model: ModelReference, student: StudentFiles): Promise<ClassifierFiles> {
  const { folder, config, tensors, tokensOf } = await openEncoder(model);
  const { labels, maximumLength } = JSON.parse(new TextDecoder().decode(await student.read(CLASSES))) as Classes;
  const own = new Set(headParameters(config, labels.length).map(({ name }) => name));
  const changed = await layOutTensors(folder, student);
  const isHead = ({ name }: WeightTensor): boolean => own.has(name);
  return {
    ...{ folder, config, labels, maximumLength },
    tensors: [
      ...overlaid(
        { name: model, tensors },
        changed.filter((tensor) => !isHead(tensor)),
      ),
      ...changed.filter(isHead),
    ],
    tokensOf: (text) => cutTokens(tokensOf(text), maximumLength),
  };
}

/** The session opens when the first prompt comes. */
export function classifyWith(
  { config, tensors, labels, tokensOf }: ClassifierFiles,
  { open, sessions }: Pick<EmbedderSetup, 'open' | 'sessions'>,
): Omit<Scorer, 'identity'> & { close(): Promise<void> } {
  const engine = lazily(() => createClassifier({ config, tensors, classCount: labels.length, open, sessions }));
  return {
    async scoreLabels(prompts, wanted, signal) {
      signal.throwIfAborted();
      const places = wanted.map((label) => placeOf(labels, label));
      const scores = await (await engine.get()).logProbabilities(prompts.map(tokensOf), signal);
      return scores.map((row) => places.map((place) => itemAt(row, place)));
    },
    answer: () => Promise.reject(writesNothing()),
    close: () => engine.close(),
  };
}

/** Of an encoder: it has no chat template. */
export function encoderIdentity(model: ModelReference, { identity, config }: EncoderFiles): ModelIdentity {
  const { weights, tokenizer } = identity;
  return { model, weights, tokenizer, template: hashText(''), config: hashText(canonicalJson(config)) };
}

export function headlessEncoder(model: ModelReference): PermanentError {
  return new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${model}" is an encoder without a classification head: it has no answer of its own. Train it (student:) to have ` +
      'one, or name a decoder.',
  );
}

function placeOf(labels: readonly string[], label: string): number {
  const place = labels.indexOf(label);
  if (place >= 0) return place;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The student's classes are ${labels.join(', ')}; there is none for the label "${label}". Evaluate it on the task that it was ` +
      'trained for.',
  );
}

function writesNothing(): PermanentError {
  return new PermanentError(
    FailureType.UnsupportedModel,
    'The student is an encoder with a classification head, which ranks labels and writes no text. Have it evaluated by labels.',
  );
}
