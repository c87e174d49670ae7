// The ModelRuntime port over prepared models and onnxruntime sessions: each sketcher or scorer is opened once and kept.

import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type {
  CheckpointBytes,
  Embedder,
  ModelIdentity,
  ModelRuntime,
  Scorer,
  Sketcher,
  SketchPlan,
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
import { decodeAdapter } from '../../core/training/adapter-file.ts';
import { createOnnxRuntime, sessionPool } from '../onnx/runtime.ts';
import { embedWith, openEncoder } from './embedding.ts';
import { hashText } from './file-hash.ts';
import { keptFew } from './kept-few.ts';
import { lazily } from './lazily.ts';
import { openModel, type LanguageModelFiles } from './model.ts';
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
  const pool =
    (files: LanguageModelFiles, { mapWeights = false } = {}) =>
    (bytes: Uint8Array<ArrayBuffer>) =>
      sessionPool(graphs, { bytes, weightsFolder: dirname(files.weightsPath), mapWeights }, sessions);
  const sketchers = keptFew<Sketcher & { close(): Promise<void> }>(enginesKept);
  const scorers = keptFew<Scorer & { close(): Promise<void> }>(enginesKept);
  const embedders = keptFew<Embedder & { close(): Promise<void> }>(enginesKept);

  return {
    async identify(reference) {
      return identityOf(reference, await open(reference));
    },

    async openSketcher(reference, plan) {
      const files = await open(reference);
      return sketchers.get(JSON.stringify([reference, files.hashes, plan]), () => {
        const sketcher = plannedSketcher(files, plan, { open: pool(files, { mapWeights: true }), sessions });
        return Promise.resolve({ identity: identityOf(reference, files), ...sketcher });
      });
    },

    async openScorer(reference, checkpoint) {
      const files = await open(reference);
      const changes = checkpoint === null ? 'base' : createHash('sha256').update(checkpoint).digest('hex');
      return scorers.get(JSON.stringify([reference, files.hashes, changes]), () => {
        const [config, { tensors }] = [configOf(files), files];
        const setup = { config, tensors, open: pool(files), ...adapterOf(checkpoint), sessions };
        const scorer = lazily(() => createScorer(setup));
        const engines = scoreWith(scorer, createDecoder(setup), files);
        return Promise.resolve({ identity: identityOf(reference, files), ...engines });
      });
    },

    openEmbedder(reference) {
      return embedders.get(reference, async () => {
        const files = await openEncoder(reference);
        return embedWith(files, {
          open: (bytes) => sessionPool(graphs, { bytes, weightsFolder: files.folder }, sessions),
          sessions,
        });
      });
    },

    async close() {
      await sketchers.close();
      await scorers.close();
      await embedders.close();
    },
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

function adapterOf(checkpoint: CheckpointBytes | null) {
  return checkpoint === null ? {} : { adapter: decodeAdapter(checkpoint) };
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
