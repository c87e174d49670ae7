// The ModelRuntime port over prepared models and onnxruntime sessions: each sketcher or scorer is opened once and kept.

import { dirname } from 'node:path';
import type {
  Embedder,
  ModelIdentity,
  ModelRuntime,
  Scorer,
  Sketcher,
  SketchPlan,
  StudentFiles,
} from '../../activities/ports/models.ts';
import type { ModelReference } from '../../contracts/campaign.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { createDecoder } from '../../core/models/decoder.ts';
import { parseModelConfig, type ModelConfig } from '../../core/models/model-config.ts';
import { createScorer } from '../../core/models/scorer.ts';
import { createSketcher, type SketcherSetup } from '../../core/sketch/sketcher.ts';
import {
  describeSketch,
  sketchDimension,
  type LengthLimit,
  type SketchSpecification,
} from '../../core/sketch/specification.ts';
import { createOnnxRuntime, sessionPool } from '../onnx/runtime.ts';
import { classifyWith, encoderIdentity, headlessEncoder, openClassifier } from './classifier.ts';
import { embedWith, openEncoder } from './embedding.ts';
import { hashText } from './file-hash.ts';
import { keptFew } from './kept-few.ts';
import { lazily } from './lazily.ts';
import { isEncoder } from './model-kind.ts';
import { openModel, type LanguageModelFiles } from './model.ts';
import { openStudent } from './student.ts';
import { scoreWith, sketchWith } from './text-engines.ts';

export interface ModelRuntimeSettings {
  /** Sessions that run side by side, one thread each; speed only, never the result. */
  readonly sessions: number;
}

/** Sessions hold the weights in memory, so only this many engines stay open; the least recently used closes first. */
const enginesKept = 2;

export function createModelRuntime({ sessions }: ModelRuntimeSettings): ModelRuntime & { close(): Promise<void> } {
  const graphs = createOnnxRuntime();
  const open = openedModels();
  const beside =
    (weightsFolder: string, { mapWeights = false } = {}) =>
    (bytes: Uint8Array<ArrayBuffer>) =>
      sessionPool(graphs, { bytes, weightsFolder, mapWeights }, sessions);
  const sketchers = keptFew<Sketcher & { close(): Promise<void> }>(enginesKept);
  const scorers = keptScorers({ open, beside, sessions });
  const embedders = keptFew<Embedder & { close(): Promise<void> }>(enginesKept);

  return {
    async identify(reference) {
      if (await isEncoder(reference)) return encoderIdentity(reference, await openEncoder(reference));
      return identityOf(reference, await open(reference));
    },

    async openSketcher(reference, plan) {
      const files = await open(reference);
      return sketchers.get(JSON.stringify([reference, files.hashes, plan]), () => {
        const graph = beside(dirname(files.weightsPath), { mapWeights: true });
        const sketcher = plannedSketcher(files, plan, { open: graph, sessions });
        return Promise.resolve({ identity: identityOf(reference, files), ...sketcher });
      });
    },

    openScorer: (reference, student) => scorers.get(reference, student),

    openEmbedder(reference) {
      return embedders.get(reference, async () => {
        const files = await openEncoder(reference);
        return embedWith(files, { open: beside(files.folder), sessions });
      });
    },

    async close() {
      await sketchers.close();
      await scorers.close();
      await embedders.close();
    },
  };
}

interface ScorerSettings extends ModelRuntimeSettings {
  readonly open: (reference: ModelReference) => Promise<LanguageModelFiles>;
  /** Opens sessions over the weights in a folder. */
  readonly beside: (weightsFolder: string) => SketcherSetup['open'];
}

function keptScorers({ open, beside, sessions }: ScorerSettings) {
  const scorers = keptFew<Scorer & { close(): Promise<void> }>(enginesKept);
  const ranker = (reference: ModelReference, student: StudentFiles): Promise<Scorer> =>
    scorers.get(JSON.stringify([reference, student.key]), async () => {
      const files = await openClassifier(reference, student);
      const identity = encoderIdentity(reference, await openEncoder(reference));
      return { identity, ...classifyWith(files, { open: beside(files.folder), sessions }) };
    });
  return {
    async get(reference: ModelReference, student: StudentFiles | null): Promise<Scorer> {
      if (student?.form === 'classifier') return ranker(reference, student);
      if (student === null && (await isEncoder(reference))) throw headlessEncoder(reference);
      const { files, ...trained } = await openStudent(() => open(reference), student);
      return scorers.get(JSON.stringify([reference, files.hashes, student?.key ?? null]), () => {
        const [config, { tensors }] = [configOf(files), files];
        const setup = { config, tensors, open: beside(dirname(files.weightsPath)), ...trained, sessions };
        const scorer = lazily(() => createScorer(setup));
        const engines = scoreWith(scorer, createDecoder(setup), files);
        return Promise.resolve({ identity: identityOf(reference, files), ...engines });
      });
    },
    close: () => scorers.close(),
  };
}

/** Opens a model's files once; a failed opening is tried again. */
function openedModels(): (reference: ModelReference) => Promise<LanguageModelFiles> {
  const models = new Map<ModelReference, Promise<LanguageModelFiles>>();
  return (reference) => {
    const opened = models.get(reference) ?? openModel(reference);
    models.set(reference, opened);
    opened.catch(() => models.delete(reference));
    return opened;
  };
}

function plannedSketcher(
  files: LanguageModelFiles,
  plan: SketchPlan,
  { open, sessions }: Pick<SketcherSetup, 'open'> & ModelRuntimeSettings,
): Omit<Sketcher, 'identity'> & { close(): Promise<void> } {
  const [config, specification, limit] = [configOf(files), specificationOf(plan), limitOf(plan)];
  const description = describeSketch(specification, limit);
  const { tokenBudget } = plan;
  const setup = { config, tensors: files.tensors, specification, tokenBudget, ...limit, open };
  const engine = sketchWith(
    lazily(() => createSketcher(setup)),
    files.chat,
    { tokenBudget, sessions },
  );
  return { specification: description, dimension: sketchDimension(specification, config), ...engine };
}

function identityOf(model: ModelReference, files: LanguageModelFiles): ModelIdentity {
  return { model, ...files.hashes, config: hashText(canonicalJson(configOf(files))) };
}

export function configOf({ config, folder }: LanguageModelFiles): ModelConfig {
  return parseModelConfig(config, `${folder}/config.json`);
}

function specificationOf({ mode = 'kron-sum', p, seed }: SketchPlan): SketchSpecification {
  return mode === 'count-sketch' ? { mode, d: p * p, seed, version: 1 } : { mode, p, seed, version: 1 };
}

function limitOf({ maximumTokens, longPrompts }: SketchPlan): LengthLimit {
  return { ...(maximumTokens !== undefined && { maximumTokens }), ...(longPrompts !== undefined && { longPrompts }) };
}
