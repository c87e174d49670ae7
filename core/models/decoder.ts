// Greedy decoding: the prompts are read once, then one token a run, with the keys and values of earlier tokens kept.
import { PermanentError } from '../../contracts/failures.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { Feeds, GraphSession, TensorValue } from '../graph/runner.ts';
import type { LoraAdapter } from '../training/adapter-file.ts';
import { buildDecodeGraph } from './decode-graph.ts';
import { attentionMasks, causalMask, firstVisible, MASKED } from './attention-masks.ts';
import type { Window } from './layer-windows.ts';
import { encodePositions, encodeRotation } from './encode.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import { createCache } from './key-value-cache.ts';
import type { ModelConfig } from './model-config.ts';
import type { WeightTensor } from './parameters.ts';

export interface DecoderSetup {
  readonly config: ModelConfig;
  readonly tensors: readonly WeightTensor[];
  /** Opens the encoded model on one session or a pool; called when there is something to decode. */
  readonly open: (model: Uint8Array<ArrayBuffer>) => Promise<GraphSession>;
  /** Batches decoded side by side: the sessions behind `open`. Speed and memory only, never the result. */
  readonly sessions: number;
  /** A trained adapter on the model's weights. */
  readonly adapter?: LoraAdapter;
}

export interface GreedyOptions {
  /** Tokens to generate at most. */
  readonly maximumTokens: number;
  /** Decoding stops at, and leaves out, any of these. */
  readonly stopTokens: readonly number[];
}

export interface Decoder {
  /**
   * The most likely continuation of each prompt, token by token, also bounded by the model's maximum length. How a row is
   * padded depends on its own prompt alone, so other rows do not change its arithmetic.
   */
  greedy(prompts: readonly (readonly number[])[], options: GreedyOptions): Promise<number[][]>;
  close(): Promise<void>;
}

/** Prompts are padded to a multiple of this: smaller steps pad less, but fewer prompts share a batch. */
const PROMPT_STEP = 64;

/** A step reads every weight once for all rows of a batch; beyond some eight rows its arithmetic sets the time. */
const ROWS = 8;

/** Padded prompt tokens in one batch. */
const TOKEN_BUDGET = 1024;

export function createDecoder(setup: DecoderSetup): Decoder {
  const { config, tensors, open, adapter, sessions } = setup;
  let opening: Promise<GraphSession> | null = null;
  const opened = (): Promise<GraphSession> => {
    opening ??= open(encodeModel(buildDecodeGraph(config, tensors, adapter))).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    async greedy(prompts, options) {
      for (const prompt of prompts) checkPrompt(config, prompt);
      const continuations = prompts.map((): number[] => []);
      if (prompts.length === 0 || options.maximumTokens <= 0) return continuations;
      const session = await opened();
      const waiting = planRows(prompts.map(({ length }) => length)).values();
      const decodeWaiting = async (): Promise<void> => {
        for (const members of waiting) {
          const rows = members.map((member) => prompts[member]!);
          const found = await decodeBatch(session, config, rows, options);
          members.forEach((member, row) => (continuations[member] = found[row]!));
        }
      };
      await Promise.all(Array.from({ length: sessions }, decodeWaiting));
      return continuations;
    },
    async close() {
      // What failed to open has told its caller, and there is nothing to close.
      await (await opening?.catch(() => null))?.close();
    },
  };
}

function checkPrompt({ vocabularySize }: ModelConfig, prompt: readonly number[]): void {
  if (prompt.length === 0) throw new PermanentError('InvalidData', 'a prompt has no tokens; expected at least one');
  const outside = prompt.find((token) => !(token >= 0 && token < vocabularySize));
  if (outside === undefined) return;
  const expected = `expected 0 to ${vocabularySize - 1}; does the tokenizer belong to the model?`;
  throw new PermanentError('InvalidData', `a prompt has token id ${outside}, ${expected}`);
}

function paddedLength(length: number): number {
  return Math.ceil(length / PROMPT_STEP) * PROMPT_STEP;
}

/** Positions of the prompts of each batch: equal padded lengths together, longest first. */
function planRows(lengths: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  lengths.forEach((length, index) => {
    const padded = paddedLength(length);
    groups.set(padded, [...(groups.get(padded) ?? []), index]);
  });
  return [...groups]
    .sort(([a], [b]) => b - a)
    .flatMap(([padded, members]) => {
      const size = Math.min(ROWS, Math.max(1, Math.floor(TOKEN_BUDGET / padded)));
      const count = Math.ceil(members.length / size);
      return Array.from({ length: count }, (_, index) => members.slice(index * size, (index + 1) * size));
    });
}

/** Prompts of one padded length. A row that is done stays in the batch, so that the shape of a run never changes. */
async function decodeBatch(
  session: GraphSession,
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  { maximumTokens, stopTokens }: GreedyOptions,
): Promise<number[][]> {
  const width = paddedLength(prompts[0]!.length);
  const capacity = width + Math.min(maximumTokens, config.maximumLength);
  const cache = createCache(config, prompts.length, capacity);
  const rotation = encodeRotation(config, capacity);
  const lengths = prompts.map(({ length }) => length);
  const rows = prompts.map(() => ({ continuation: [] as number[], done: false }));
  let tokens = await run(session, cache, width, readPrompts(config, prompts, width));
  for (;;) {
    rows.forEach((row, index) => {
      const { continuation } = row;
      const token = tokens[index]!;
      row.done ||= stopTokens.includes(token);
      if (row.done) return;
      continuation.push(token);
      row.done = continuation.length === maximumTokens || lengths[index]! + continuation.length >= config.maximumLength;
    });
    if (rows.every(({ done }) => done)) return rows.map(({ continuation }) => continuation);
    tokens = await run(session, cache, 1, { ...rotation, ...readTokens(config, tokens, lengths, width, cache.length) });
  }
}

/** The successor of each row's last token; the cache grows by the `slots` tokens a row that were read. */
async function run(session: GraphSession, cache: KeyValueCache, slots: number, feeds: Feeds): Promise<number[]> {
  const outputs = await session.run({ ...feeds, ...cache.feeds() });
  cache.append(outputs, slots);
  return Array.from(outputs['next']!.data, Number);
}

/** Prompts start at slot 0 and are padded at the end, where the causal mask hides the padding from them. */
function readPrompts(config: ModelConfig, prompts: readonly (readonly number[])[], width: number): Feeds {
  const tokens = new BigInt64Array(prompts.length * width);
  const tokenPosition = BigInt64Array.from(tokens, (_, index) => BigInt(index % width));
  prompts.forEach((prompt, row) => prompt.forEach((token, slot) => (tokens[row * width + slot] = BigInt(token))));
  const copies = prompts.length * groupSize(config);
  const dims = [prompts.length, 1, groupSize(config) * width, width];
  const masks = masksOf(config, dims, (window) => {
    const causal = causalMask(window, width);
    const mask = new Float32Array(copies * causal.length);
    for (let copy = 0; copy < copies; copy++) mask.set(causal, copy * causal.length);
    return mask;
  });
  return {
    ...encodePositions(config, width),
    ...masks,
    tokens: { type: 'int64', dims: [prompts.length, width], data: tokens },
    tokenPosition: { type: 'int64', dims: [prompts.length, width], data: tokenPosition },
    logitPosition: integers(
      prompts.map(({ length }) => length - 1),
      [prompts.length, 1],
    ),
  };
}

/**
 * One token a row, after `filled` slots; the slots between a prompt's end and the padded width stay
 * hidden, and so do those that a window has left behind.
 */
function readTokens(
  config: ModelConfig,
  tokens: readonly number[],
  lengths: readonly number[],
  width: number,
  filled: number,
): Feeds {
  const group = groupSize(config);
  const visible = filled + 1;
  const masks = masksOf(config, [tokens.length, 1, group, visible], (window) => {
    const mask = new Float32Array(tokens.length * group * visible);
    for (let query = 0; query < tokens.length * group; query++) {
      const length = lengths[Math.floor(query / group)]!;
      const start = query * visible;
      mask.fill(MASKED, start + length, start + width);
      const first = firstVisible(window, length + filled - width);
      mask.fill(MASKED, start, start + Math.min(first, length));
      if (first > length) mask.fill(MASKED, start + width, start + width + first - length);
    }
    return mask;
  });
  const column = [tokens.length, 1];
  return {
    tokens: integers(tokens, column),
    tokenPosition: integers(
      lengths.map((length) => length + filled - width),
      column,
    ),
    ...masks,
    logitPosition: integers(
      lengths.map(() => 0),
      column,
    ),
    position: integers([0], [1]),
  };
}

function masksOf(config: ModelConfig, dims: readonly number[], mask: (window: Window) => Float32Array): Feeds {
  const entries = attentionMasks(config).map(({ name, window }): [string, TensorValue] => [
    name,
    { type: 'float32', dims, data: mask(window) },
  ]);
  return Object.fromEntries(entries);
}

function groupSize({ headCount, keyValueHeadCount }: ModelConfig): number {
  return headCount / keyValueHeadCount;
}

function integers(values: readonly number[], dims: readonly number[]): TensorValue {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}
