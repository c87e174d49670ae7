// From texts as tokens to the feeds of an encoder's graph. How far a text is padded depends on that text alone.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Feeds } from '../graph/runner.ts';
import { MASKED } from './attention-masks.ts';
import type { EncoderConfig } from './bert-config.ts';

/** The weight of each token of a text in its vector, given how many there are. */
export type Pooling = (length: number) => readonly number[];

export const meanOfTokens: Pooling = (length) => new Array<number>(length).fill(1 / length);

/** BERT's own: the first token stands for the text. */
export const firstToken: Pooling = () => [1];

/** Padding by fixed steps keeps a text's arithmetic the same in every batch. */
const TOKEN_STEP = 16;

/** The next multiple of the step, at most the positions there are. */
export function paddedTextLength({ positionCount }: EncoderConfig, tokens: readonly number[]): number {
  return Math.min(Math.ceil(tokens.length / TOKEN_STEP) * TOKEN_STEP, positionCount);
}

/** The inputs of `buildPooled` for texts that are padded to `length`. */
export function encodeTexts(texts: readonly (readonly number[])[], length: number, pooling: Pooling): Feeds {
  const tokens = new BigInt64Array(texts.length * length);
  const mask = new Float32Array(texts.length * length).fill(MASKED);
  const share = new Float32Array(texts.length * length);
  texts.forEach((text, row) => {
    text.forEach((token, index) => (tokens[row * length + index] = BigInt(token)));
    mask.fill(0, row * length, row * length + text.length);
    share.set(pooling(text.length), row * length);
  });
  return {
    tokens: { type: 'int64', dims: [texts.length, length], data: tokens },
    position: { type: 'int64', dims: [length], data: BigInt64Array.from({ length }, (_, index) => BigInt(index)) },
    mask: { type: 'float32', dims: [texts.length, 1, 1, length], data: mask },
    share: { type: 'float32', dims: [texts.length, 1, length], data: share },
  };
}

/** @throws {PermanentError} `InvalidData` for a text without tokens, with too many, or with one that the encoder has not */
export function checkTexts(
  { vocabularySize, positionCount }: EncoderConfig,
  texts: readonly (readonly number[])[],
): void {
  for (const [text, tokens] of texts.entries()) {
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
}
