// Log-probabilities of given continuations, and greedy decoding, over sessions of two forward graphs.
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from './batches.ts';
import type { TokenSample } from './encode.ts';
import { bucketOf, encodeSamples } from './encode.ts';
import { buildForward } from './llama.ts';
import type { ModelConfig } from './model-config.ts';
import type { LoraAdapter } from '../training/adapter-file.ts';
import { loraAdapter, loraParameters, loraScale } from '../training/lora.ts';
import type { ParameterSource, WeightTensor } from './parameters.ts';
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

export interface GreedyOptions {
  /** Tokens to generate at most. */
  readonly maximumTokens: number;
  /** Decoding stops at, and leaves out, any of these. */
  readonly stopTokens: readonly number[];
}

export interface Scorer {
  /** Per sample the log-probability, in nats, of each completion token given all tokens before it. */
  logProbabilities(samples: readonly TokenSample[]): Promise<Float32Array[]>;
  /** The most likely continuation of each prompt, token by token; reads the whole sequence again for every token. */
  greedy(prompts: readonly (readonly number[])[], options: GreedyOptions): Promise<number[][]>;
  close(): Promise<void>;
}

const DEFAULT_TOKEN_BUDGET = 1024;

/** Outputs: logProbability [N, L] of the targets, and next int64 [N, L], the likeliest token at each position. */
export function buildScoreGraph(config: ModelConfig, tensors: readonly WeightTensor[], adapter?: LoraAdapter): Graph {
  const builder = new GraphBuilder();
  const parameter = storedParameters(builder, tensors);
  const adapt = adapter === undefined ? {} : { adapt: fixedAdapter(builder, config, adapter) };
  const { logits } = buildForward(builder, config, { parameter, ...adapt });
  builder.output('logProbability', buildTargetLogProbabilities(builder, logits));
  builder.output('next', builder.argMax(logits));
  return builder.finish();
}

function fixedAdapter(builder: GraphBuilder, config: ModelConfig, { specification, tensors }: LoraAdapter) {
  const parameters = loraParameters(config, specification);
  const source: ParameterSource = ({ name, shape }) => builder.weight(name, shape, tensors.get(name)!);
  return loraAdapter(builder, parameters, source, loraScale(specification));
}

export async function createScorer(setup: ScorerSetup): Promise<Scorer> {
  const { config, tensors, open, adapter, tokenBudget = DEFAULT_TOKEN_BUDGET } = setup;
  const session = await open(encodeModel(buildScoreGraph(config, tensors, adapter)));
  const next = (prompts: readonly (readonly number[])[]): Promise<number[]> => {
    // Any target will do: only the prediction after the prompt is read.
    const samples = prompts.map((promptTokens) => ({ promptTokens, completionTokens: [0] }));
    return inBatches(samples, tokenBudget, async (batch) => {
      const outputs = await session.run(encodeSamples(config, batch));
      const found = outputs['next']!;
      const width = found.dims[1]!;
      return batch.map((_, row) => Number(found.data[row * width]));
    });
  };
  return {
    logProbabilities(samples) {
      return inBatches(samples, tokenBudget, async (batch) => {
        const outputs = await session.run(encodeSamples(config, batch));
        const values = floatOutput(outputs, 'logProbability');
        const width = values.length / batch.length;
        return batch.map(({ completionTokens }, row) =>
          values.slice(row * width, row * width + completionTokens.length),
        );
      });
    },
    greedy: (prompts, options) => decodeGreedily(prompts, options, config.maximumLength, next),
    close: () => session.close(),
  };
}

async function decodeGreedily(
  prompts: readonly (readonly number[])[],
  { maximumTokens, stopTokens }: GreedyOptions,
  maximumLength: number,
  next: (prompts: readonly (readonly number[])[]) => Promise<number[]>,
): Promise<number[][]> {
  const continuations = prompts.map((): number[] => []);
  let active = prompts.map((_, index) => index);
  for (let step = 0; step < maximumTokens && active.length > 0; step++) {
    const sequences = active.map((index) => [...prompts[index]!, ...continuations[index]!]);
    const tokens = await next(sequences);
    active = active.filter((index, row) => {
      const token = tokens[row]!;
      if (stopTokens.includes(token)) return false;
      continuations[index]!.push(token);
      return sequences[row]!.length + 1 < maximumLength;
    });
  }
  return continuations;
}

/** Runs `work` over planned batches and puts the results back in the order of the samples. */
async function inBatches<Result>(
  samples: readonly TokenSample[],
  tokenBudget: number,
  work: (batch: readonly TokenSample[]) => Promise<Result[]>,
): Promise<Result[]> {
  const results = new Array<Result>(samples.length);
  const batches = planBatches(samples.map(bucketOf), tokenBudget);
  await Promise.all(
    batches.map(async ({ members }) => {
      const found = await work(members.map((member) => samples[member]!));
      members.forEach((member, row) => (results[member] = found[row]!));
    }),
  );
  return results;
}
