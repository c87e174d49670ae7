// ROUGE-L and ROUGE-Lsum as the package rouge-score 0.1.2 computes them (Lin 2004): lower case, runs of a-z and 0-9 as tokens, F1.
import { commonSubsequenceLength } from './longest-common-subsequence.ts';

/** Gives the stem of a lower-case word. */
export type Stemmer = (word: string) => string;

/**
 * F1 of the longest common subsequence of tokens over both texts as wholes, in [0, 1]; 0 where a text has no token.
 * @param stem - applied to tokens longer than three characters; left out, tokens stay as they are, as in most reports
 */
export function rougeL(prediction: string, reference: string, stem?: Stemmer): number {
  const codes = new TokenCodes(stem);
  const [predicted, expected] = [codes.of(prediction), codes.of(reference)];
  return fMeasure(commonSubsequenceLength(predicted, expected), predicted.length, expected.length);
}

/**
 * F1 of the union of common subsequences, sentence by sentence of the reference, in [0, 1]. Sentences are lines: only `\n`
 * ends one. A token counts no more often than each text has it.
 * @param stem - as in `rougeL`
 */
export function rougeLsum(prediction: string, reference: string, stem?: Stemmer): number {
  const codes = new TokenCodes(stem);
  const [predicted, expected] = [linesOf(prediction, codes), linesOf(reference, codes)];
  const leftOf = [countsOf(predicted, codes.size), countsOf(expected, codes.size)];
  let hits = 0;
  for (const line of expected) {
    for (const place of unionOfSubsequences(line, predicted)) {
      const token = line[place]!;
      if (!leftOf.every((left) => left[token]! > 0)) continue;
      hits += 1;
      for (const left of leftOf) left[token]! -= 1;
    }
  }
  return fMeasure(hits, lengthOf(predicted), lengthOf(expected));
}

/** The tokens of both texts of a pair as numbers, equal where the tokens are. */
class TokenCodes {
  readonly #codes = new Map<string, number>();
  readonly #stem: Stemmer | undefined;

  constructor(stem: Stemmer | undefined) {
    this.#stem = stem;
  }

  get size(): number {
    return this.#codes.size;
  }

  of(text: string): Int32Array {
    const tokens = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    return Int32Array.from(tokens, (token) => this.#code(token));
  }

  #code(token: string): number {
    const stemmed = this.#stem === undefined || token.length <= 3 ? token : this.#stem(token);
    const known = this.#codes.get(stemmed);
    if (known !== undefined) return known;
    this.#codes.set(stemmed, this.#codes.size);
    return this.#codes.size - 1;
  }
}

function linesOf(text: string, codes: TokenCodes): Int32Array[] {
  return text.split('\n').map((line) => codes.of(line));
}

function lengthOf(lines: readonly Int32Array[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

function countsOf(lines: readonly Int32Array[], size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const line of lines) for (const token of line) counts[token]! += 1;
  return counts;
}

/** Places in `line`, ascending, that lie on its common subsequence with any of `others`. */
function unionOfSubsequences(line: Int32Array, others: readonly Int32Array[]): number[] {
  const isCommon = new Uint8Array(line.length);
  for (const other of others) markSubsequence(line, other, isCommon);
  return [...line.keys()].filter((place) => isCommon[place] === 1);
}

/** Of several longest subsequences, the one the package walks back to: on a tie it moves up in the reference. */
function markSubsequence(line: Int32Array, other: Int32Array, isCommon: Uint8Array): void {
  const width = other.length + 1;
  const lengths = new Int32Array((line.length + 1) * width);
  for (let row = 1; row <= line.length; row++) {
    for (let column = 1; column < width; column++) {
      const at = row * width + column;
      if (line[row - 1] === other[column - 1]) lengths[at] = lengths[at - width - 1]! + 1;
      else lengths[at] = Math.max(lengths[at - width]!, lengths[at - 1]!);
    }
  }
  let [row, column] = [line.length, other.length];
  while (row > 0 && column > 0) {
    const at = row * width + column;
    if (line[row - 1] === other[column - 1]) {
      isCommon[row - 1] = 1;
      row -= 1;
      column -= 1;
    } else if (lengths[at - 1]! > lengths[at - width]!) column -= 1;
    else row -= 1;
  }
}

/** Worked out through precision and recall, in the order of the package, so that the last bits agree. */
function fMeasure(hits: number, predicted: number, expected: number): number {
  if (hits === 0) return 0;
  const [precision, recall] = [hits / predicted, hits / expected];
  return (2 * precision * recall) / (precision + recall);
}
