// Embeddings of texts given as tokens, over sessions of an encoder's graph.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from './batches.ts';
import type { EncoderConfig } from './bert-config.ts';
import { buildEmbeddings } from './bert.ts';
import { checkTexts, encodeTexts, meanOfTokens, paddedTextLength } from './encode-texts.ts';
import { inTurn } from './in-turn.ts';
import type { WeightTensor } from './parameters.ts';
import { storedParameters } from './parameters.ts';

export interface EmbedderSetup {
  readonly config: EncoderConfig;
  readonly tensors: readonly WeightTensor[];
  /** Opens the encoded model on one session or a pool; called once. */
  readonly open: (model: Uint8Array<ArrayBuffer>) => Promise<GraphSession>;
  /** Batches that run at a time. */
  readonly sessions: number;
  /** Padded tokens in one batch; no result depends on it. */
  readonly tokenBudget?: number;
}

export interface Embedder {
  /**
   * One row of unit L2 norm a text, in the order given; a row is bit for bit the same whatever the other texts are.
   * Batches not yet begun when `signal` aborts do not run.
   * @param texts - token ids with the special tokens of the tokenizer, at least one and at most `positionCount` a text
   */
  embed(texts: readonly (readonly number[])[], signal?: AbortSignal): Promise<RowMatrix>;
  close(): Promise<void>;
}

/** Some 60 texts of 64 tokens; larger batches take more memory and are no faster. */
const DEFAULT_TOKEN_BUDGET = 4096;

export async function createEmbedder(setup: EmbedderSetup): Promise<Embedder> {
  const { config, tensors, open, sessions, tokenBudget = DEFAULT_TOKEN_BUDGET } = setup;
  const builder = new GraphBuilder();
  builder.output('embedding', buildEmbeddings(builder, config, storedParameters(builder, tensors)));
  const session = await open(encodeModel(builder.finish()));
  const dimension = config.hiddenSize;
  return {
    async embed(texts, signal) {
      checkTexts(config, texts);
      const values = new Float32Array(texts.length * dimension);
      const buckets = texts.map((tokens) => ({ tokens: paddedTextLength(config, tokens), targets: 1 }));
      await inTurn(planBatches(buckets, tokenBudget), sessions, async ({ bucket, members }) => {
        signal?.throwIfAborted();
        const batch = members.map((member) => texts[member]!);
        const rows = floatOutput(await session.run(encodeTexts(batch, bucket.tokens, meanOfTokens)), 'embedding');
        members.forEach((member, row) => {
          values.set(finite(rows.subarray(row * dimension, (row + 1) * dimension), member), member * dimension);
        });
      });
      return { values, count: texts.length, dimension };
    },
    close: () => session.close(),
  };
}

function finite(row: Float32Array, text: number): Float32Array {
  if (row.every(Number.isFinite)) return row;
  throw new PermanentError(
    FailureType.CorruptModel,
    `the embedding of text ${text} is not finite; are there NaN or infinite numbers in the encoder's weights?`,
  );
}
