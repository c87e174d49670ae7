// Log-probabilities of given continuations, over sessions of a forward graph.
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from './batches.ts';
import type { Bucket, TokenSample } from './encode.ts';
import { bucketOf, encodeNextTokens, encodeSamples, nextTokenBucketOf } from './encode.ts';
import { fixedAdapter } from './fixed-adapter.ts';
import { buildForward } from './llama.ts';
import type { ModelConfig } from './model-config.ts';
import type { LoraAdapter } from '../training/adapter-file.ts';
import type { WeightTensor } from './parameters.ts';
import { storedParameters } from './parameters.ts';
import { buildTargetLogProbabilities } from './token-loss.ts';

export interface ScorerSetup {
  readonly config: ModelConfig;
  readonly tensors: readonly WeightTensor[];
  /** Opens the encoded model on one session or a pool; called once. */
  readonly open: (model: Uint8Array<ArrayBuffer>) => Promise<GraphSession>;
  /** A trained adapter on the model's weights. */
  readonly adapter?: LoraAdapter;
  /** Padded tokens in one batch; no result depends on it. */
  readonly tokenBudget?: number;
}

export interface Scorer {
  /** Per sample the log-probability, in nats, of each completion token given all tokens before it. */
  logProbabilities(samples: readonly TokenSample[]): Promise<Float32Array[]>;
  /** Per prompt the log-probability, in nats, of each candidate as the next token: one pass a prompt, not one a candidate. */
  nextTokenLogProbabilities(
    prompts: readonly (readonly number[])[],
    candidates: readonly number[],
  ): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Larger batches take more memory, some 2.5 MB a token for a model of 135 million parameters, and are no faster. */
const DEFAULT_TOKEN_BUDGET = 256;

/** Output: logProbability [N, L] of the targets. */
export function buildScoreGraph(config: ModelConfig, tensors: readonly WeightTensor[], adapter?: LoraAdapter): Graph {
  const builder = new GraphBuilder();
  const parameter = storedParameters(builder, tensors);
  const adapt = adapter === undefined ? {} : { adapt: fixedAdapter(builder, config, adapter) };
  const { logits } = buildForward(builder, config, { parameter, ...adapt });
  builder.output('logProbability', buildTargetLogProbabilities(builder, logits));
  return builder.finish();
}

export async function createScorer(setup: ScorerSetup): Promise<Scorer> {
  const { config, tensors, open, adapter, tokenBudget = DEFAULT_TOKEN_BUDGET } = setup;
  const session = await open(encodeModel(buildScoreGraph(config, tensors, adapter)));
  return {
    logProbabilities(samples) {
      return inBatches(samples, bucketOf, tokenBudget, async (batch) => {
        const outputs = await session.run(encodeSamples(config, batch));
        const counts = batch.map(({ completionTokens }) => completionTokens.length);
        return rowsOf(floatOutput(outputs, 'logProbability'), counts);
      });
    },
    nextTokenLogProbabilities(prompts, candidates) {
      const samples = prompts.map((promptTokens) => ({ promptTokens, candidates }));
      return inBatches(samples, nextTokenBucketOf, tokenBudget, async (batch) => {
        const outputs = await session.run(encodeNextTokens(config, batch));
        const counts = batch.map(() => candidates.length);
        return rowsOf(floatOutput(outputs, 'logProbability'), counts);
      });
    },
    close: () => session.close(),
  };
}

/** The rows of [N, L] without their padding. */
function rowsOf(values: Float32Array, counts: readonly number[]): Float32Array[] {
  const width = values.length / counts.length;
  return counts.map((count, row) => values.slice(row * width, row * width + count));
}

/** Runs `work` over planned batches and puts the results back in the order of the samples. */
async function inBatches<Sample, Result>(
  samples: readonly Sample[],
  bucket: (sample: Sample) => Bucket,
  tokenBudget: number,
  work: (batch: readonly Sample[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results = new Array<Result>(samples.length);
  const batches = planBatches(samples.map(bucket), tokenBudget);
  await Promise.all(
    batches.map(async ({ members }) => {
      const found = await work(members.map((member) => samples[member]!));
      members.forEach((member, row) => (results[member] = found[row]!));
    }),
  );
  return results;
}
