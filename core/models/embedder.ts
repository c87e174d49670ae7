// Embeddings of texts given as tokens, over sessions of an encoder's graph.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { Feeds, GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { MASKED } from './attention-masks.ts';
import { planBatches } from './batches.ts';
import type { EncoderConfig } from './bert-config.ts';
import { buildEmbeddings } from './bert.ts';
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

/** Padding by fixed steps keeps a text's arithmetic the same in every batch. */
const TOKEN_STEP = 16;

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
      texts.forEach((tokens, index) => checkTokens(config, tokens, index));
      const values = new Float32Array(texts.length * dimension);
      const buckets = texts.map((tokens) => ({ tokens: paddedLength(config, tokens), targets: 1 }));
      await inTurn(planBatches(buckets, tokenBudget), sessions, async ({ bucket, members }) => {
        signal?.throwIfAborted();
        const batch = members.map((member) => texts[member]!);
        const rows = floatOutput(await session.run(encodeTexts(batch, bucket.tokens)), 'embedding');
        members.forEach((member, row) => {
          values.set(finite(rows.subarray(row * dimension, (row + 1) * dimension), member), member * dimension);
        });
      });
      return { values, count: texts.length, dimension };
    },
    close: () => session.close(),
  };
}

/** Works on the items in their order, `count` at a time; after a failure none is begun. */
async function inTurn<Item>(items: readonly Item[], count: number, work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}

/** The next multiple of the step, at most the positions there are. */
function paddedLength({ positionCount }: EncoderConfig, tokens: readonly number[]): number {
  return Math.min(Math.ceil(tokens.length / TOKEN_STEP) * TOKEN_STEP, positionCount);
}

/** Feeds of the encoder's graph for texts that are padded to `length`. */
function encodeTexts(texts: readonly (readonly number[])[], length: number): Feeds {
  const tokens = new BigInt64Array(texts.length * length);
  const mask = new Float32Array(texts.length * length).fill(MASKED);
  const share = new Float32Array(texts.length * length);
  texts.forEach((text, row) => {
    text.forEach((token, index) => (tokens[row * length + index] = BigInt(token)));
    mask.fill(0, row * length, row * length + text.length);
    share.fill(1 / text.length, row * length, row * length + text.length);
  });
  return {
    tokens: { type: 'int64', dims: [texts.length, length], data: tokens },
    position: { type: 'int64', dims: [length], data: BigInt64Array.from({ length }, (_, index) => BigInt(index)) },
    mask: { type: 'float32', dims: [texts.length, 1, 1, length], data: mask },
    share: { type: 'float32', dims: [texts.length, 1, length], data: share },
  };
}

function checkTokens({ vocabularySize, positionCount }: EncoderConfig, tokens: readonly number[], text: number): void {
  if (tokens.length === 0 || tokens.length > positionCount) {
    const found = `text ${text} has ${tokens.length} tokens`;
    throw new PermanentError(FailureType.InvalidData, `${found}; the encoder takes 1 to ${positionCount}`);
  }
  const outside = tokens.find((token) => !(token >= 0 && token < vocabularySize));
  if (outside !== undefined) {
    const expected = `expected 0 to ${vocabularySize - 1}; does the tokenizer belong to the model?`;
    throw new PermanentError(FailureType.InvalidData, `text ${text} has token id ${outside}, ${expected}`);
  }
}

function finite(row: Float32Array, text: number): Float32Array {
  if (row.every(Number.isFinite)) return row;
  throw new PermanentError(
    FailureType.CorruptModel,
    `the embedding of text ${text} is not finite; are there NaN or infinite numbers in the encoder's weights?`,
  );
}
