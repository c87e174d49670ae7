// Sketches samples over a session of a mode's graph: plans batches, runs them, scales rows to unit length.
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from '../models/batches.ts';
import type { TokenSample } from '../models/encode.ts';
import { bucketOf, encodeSamples, paddedLength } from '../models/encode.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { sketchEngine } from './engines.ts';
import type { FittedSample } from './long-prompts.ts';
import { fitSample } from './long-prompts.ts';
import type { LengthLimit, LongPrompts, SketchSpecification } from './specification.ts';

export interface SketcherSetup extends LengthLimit {
  readonly config: ModelConfig;
  readonly tensors: readonly WeightTensor[];
  readonly specification: SketchSpecification;
  /** Opens the encoded model on one session or a pool; called once. */
  readonly open: (model: Uint8Array<ArrayBuffer>) => Promise<GraphSession>;
  /** Padded tokens in one batch; no result depends on it. A count-sketch takes one sample a batch. */
  readonly tokenBudget?: number;
}

/** Why a sample has no sketch. */
export type Exclusion = 'empty-prompt' | 'empty-completion' | 'too-long' | 'zero-gradient' | 'not-finite';

export type SketchedSample =
  | {
      readonly excluded: null;
      /** `sketchDimension` numbers of unit L2 norm. */
      readonly sketch: Float32Array;
      /** L2 norm of the sketch before scaling; in expectation over the seed, squared, that of the gradient. */
      readonly norm: number;
      /** Mean negative log-likelihood of the completion's tokens, in nats. */
      readonly loss: number;
      /** Completion tokens that the loss is a mean of. */
      readonly tokenCount: number;
      /** Tokens that the prompt lost on the left. */
      readonly truncated: number;
    }
  | {
      readonly excluded: Exclusion;
      readonly sketch: null;
      readonly norm: null;
      /** Null where the model was not run. */
      readonly loss: number | null;
      readonly tokenCount: number;
      readonly truncated: number;
    };

export interface Sketcher {
  /** Results in the order of the samples; a sample's result does not depend on the others. */
  sketch(samples: readonly TokenSample[]): Promise<SketchedSample[]>;
  close(): Promise<void>;
}

/** Larger batches take more memory, some 0.7 MB a token for a model of 135 million parameters, and are hardly faster. */
const DEFAULT_TOKEN_BUDGET = 512;

export async function createSketcher(setup: SketcherSetup): Promise<Sketcher> {
  const { config, tensors, specification, open, longPrompts = 'skip' } = setup;
  const maximumTokens = Math.min(setup.maximumTokens ?? config.maximumLength, config.maximumLength);
  const budget = setup.tokenBudget ?? DEFAULT_TOKEN_BUDGET;
  const maximumRows = Math.max(budget, paddedLength(maximumTokens));
  const { graph, batching, rowOf } = sketchEngine(config, tensors, specification, { maximumRows });
  // A batch holds at least one sample: a budget of one token means one at a time.
  const tokenBudget = batching === 'one-by-one' ? 1 : budget;
  const session = await open(encodeModel(graph));
  const runBatch = async (members: readonly FittedSample[]): Promise<SketchedSample[]> => {
    const outputs = await session.run(
      encodeSamples(
        config,
        members.map(({ sample }) => sample),
      ),
    );
    const losses = floatOutput(outputs, 'loss');
    return members.map((member, row) => normalized(rowOf(outputs, row), losses[row]!, member));
  };
  return {
    async sketch(samples) {
      const admitted = samples.map((sample) => admit(sample, maximumTokens, longPrompts));
      const results = admitted.map((entry) => ('excluded' in entry ? entry : null));
      const runnable = admitted.flatMap((entry, position) => ('excluded' in entry ? [] : [{ ...entry, position }]));
      const batches = planBatches(
        runnable.map(({ sample }) => bucketOf(sample)),
        tokenBudget,
      );
      await Promise.all(
        batches.map(async ({ members }) => {
          const batch = members.map((member) => runnable[member]!);
          const sketched = await runBatch(batch);
          batch.forEach(({ position }, row) => (results[position] = sketched[row]!));
        }),
      );
      return results.map((result) => result!);
    },
    close: () => session.close(),
  };
}

/** The sample as the model will read it, or why it will not. */
function admit(sample: TokenSample, maximumTokens: number, policy: LongPrompts): FittedSample | SketchedSample {
  const unread = { sample, truncated: 0 };
  if (sample.promptTokens.length === 0) return excludedSample('empty-prompt', null, unread);
  if (sample.completionTokens.length === 0) return excludedSample('empty-completion', null, unread);
  return fitSample(sample, maximumTokens, policy) ?? excludedSample('too-long', null, unread);
}

/** Unit length, with the norm in float64; a row without a direction is excluded, never a zero row. */
function normalized(row: Float32Array | Float64Array, loss: number, member: FittedSample): SketchedSample {
  let squares = 0;
  for (const value of row) squares += value * value;
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm) || !Number.isFinite(loss)) return excludedSample('not-finite', loss, member);
  if (norm === 0) return excludedSample('zero-gradient', loss, member);
  const sketch = new Float32Array(row.length);
  for (let index = 0; index < row.length; index++) sketch[index] = row[index]! / norm;
  const { sample, truncated } = member;
  return { excluded: null, sketch, norm, loss, tokenCount: sample.completionTokens.length, truncated };
}

function excludedSample(excluded: Exclusion, loss: number | null, { sample, truncated }: FittedSample): SketchedSample {
  return { excluded, sketch: null, norm: null, loss, tokenCount: sample.completionTokens.length, truncated };
}
