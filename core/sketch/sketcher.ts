// Sketches samples over a session of the sketch graph: plans batches, runs them, scales rows to unit length.
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from '../models/batches.ts';
import type { TokenSample } from '../models/encode.ts';
import { bucketOf, encodeSamples, inputLength } from '../models/encode.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { buildSketchGraph } from './sketch-graph.ts';
import type { SketchSpecification } from './specification.ts';
import { sketchDimension } from './specification.ts';

export interface SketcherSetup {
  readonly config: ModelConfig;
  readonly tensors: readonly WeightTensor[];
  readonly specification: SketchSpecification;
  /** Opens the encoded model on one session or a pool; called once. */
  readonly open: (model: Uint8Array<ArrayBuffer>) => Promise<GraphSession>;
  /** Padded tokens in one batch; no result depends on it. */
  readonly tokenBudget?: number;
  /** Longer samples are excluded; at most (and by default) what the model can read. */
  readonly maximumTokens?: number;
}

/** Why a sample has no sketch. */
export type Exclusion = 'empty-prompt' | 'empty-completion' | 'too-long' | 'zero-gradient' | 'not-finite';

export type SketchedSample =
  | {
      readonly excluded: null;
      /** p * p numbers of unit L2 norm. */
      readonly sketch: Float32Array;
      /** L2 norm of the sketch before scaling; in expectation over the seed, squared, that of the gradient. */
      readonly norm: number;
      /** Mean negative log-likelihood of the completion's tokens, in nats. */
      readonly loss: number;
      /** Completion tokens that the loss is a mean of. */
      readonly tokenCount: number;
    }
  | {
      readonly excluded: Exclusion;
      readonly sketch: null;
      readonly norm: null;
      /** Null where the model was not run. */
      readonly loss: number | null;
      readonly tokenCount: number;
    };

export interface Sketcher {
  /** Results in the order of the samples; a sample's result does not depend on the others. */
  sketch(samples: readonly TokenSample[]): Promise<SketchedSample[]>;
  close(): Promise<void>;
}

/** Larger batches take more memory, some 2.5 MB a token for a model of 135 million parameters, and are no faster. */
const DEFAULT_TOKEN_BUDGET = 256;

export async function createSketcher(setup: SketcherSetup): Promise<Sketcher> {
  const { config, tensors, specification, open, tokenBudget = DEFAULT_TOKEN_BUDGET } = setup;
  const maximumTokens = Math.min(setup.maximumTokens ?? config.maximumLength, config.maximumLength);
  const session = await open(encodeModel(buildSketchGraph(config, tensors, specification)));
  const runBatch = async (samples: readonly TokenSample[]): Promise<SketchedSample[]> => {
    const outputs = await session.run(encodeSamples(config, samples));
    const [losses, rows] = [floatOutput(outputs, 'loss'), floatOutput(outputs, 'sketch')];
    const size = sketchDimension(specification);
    return samples.map(({ completionTokens }, row) =>
      normalized(rows.subarray(row * size, (row + 1) * size), losses[row]!, completionTokens.length),
    );
  };
  return {
    async sketch(samples) {
      const results = samples.map((sample) => refusal(sample, maximumTokens));
      const runnable = samples.filter((_, index) => results[index] === null);
      const positions = samples.flatMap((_, index) => (results[index] === null ? [index] : []));
      const batches = planBatches(runnable.map(bucketOf), tokenBudget);
      await Promise.all(
        batches.map(async ({ members }) => {
          const sketched = await runBatch(members.map((member) => runnable[member]!));
          members.forEach((member, row) => (results[positions[member]!] = sketched[row]!));
        }),
      );
      return results.map((result) => result!);
    },
    close: () => session.close(),
  };
}

function refusal(sample: TokenSample, maximumTokens: number): SketchedSample | null {
  const tokenCount = sample.completionTokens.length;
  if (sample.promptTokens.length === 0) return excludedSample('empty-prompt', null, tokenCount);
  if (tokenCount === 0) return excludedSample('empty-completion', null, tokenCount);
  return inputLength(sample) > maximumTokens ? excludedSample('too-long', null, tokenCount) : null;
}

/** Unit length, with the norm in float64; a row without a direction is excluded, never a zero row. */
function normalized(row: Float32Array, loss: number, tokenCount: number): SketchedSample {
  const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(norm) || !Number.isFinite(loss)) return excludedSample('not-finite', loss, tokenCount);
  if (norm === 0) return excludedSample('zero-gradient', loss, tokenCount);
  return { excluded: null, sketch: row.map((value) => value / norm), norm, loss, tokenCount };
}

function excludedSample(excluded: Exclusion, loss: number | null, tokenCount: number): SketchedSample {
  return { excluded, sketch: null, norm: null, loss, tokenCount };
}
