// What a sketch is, apart from the model: everything that decides its numbers. The definition is docs/sketch.md.
import { PermanentError } from '../../contracts/failures.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { parametersOf } from '../models/parameters.ts';

/** Projections of each parameter's gradient G to p x p numbers, B G A^T. */
export interface KroneckerSketch {
  /** `kron-sum` adds the projections of all parameters; `concat` keeps them apart, one block a parameter, to attribute by. */
  readonly mode: 'kron-sum' | 'concat';
  /** Rows of A and of B. */
  readonly p: number;
  /** Names the family of random signs. */
  readonly seed: number;
  /** Of the definition; raised whenever the same inputs would give other numbers. */
  readonly version: 1;
}

/** Every coordinate of the whole gradient goes, with a random sign, into one of d buckets. It needs the gradient: for validation. */
export interface CountSketch {
  readonly mode: 'count-sketch';
  /** Buckets: a power of two, at most 2^15. */
  readonly d: number;
  readonly seed: number;
  readonly version: 1;
}

export type SketchSpecification = KroneckerSketch | CountSketch;

export type SketchMode = SketchSpecification['mode'];

/** What becomes of a sample longer than the model may read: it is excluded, or its prompt loses tokens on the left. */
export type LongPrompts = 'skip' | 'truncate-prompt-left';

/** How much of a sample is read; it decides the sketches of long samples and is described with the sketch. */
export interface LengthLimit {
  /** Tokens that the model reads of a sample; at most (and by default) what it can read. */
  readonly maximumTokens?: number;
  /** Default: skip. */
  readonly longPrompts?: LongPrompts;
}

export const defaultSketch: KroneckerSketch = { mode: 'kron-sum', p: 32, seed: 0, version: 1 };

export const defaultCountSketch: CountSketch = { mode: 'count-sketch', d: 1024, seed: 0, version: 1 };

/** Half of a 16-bit number's values: the other bit is the sign. */
const MOST_BUCKETS = 2 ** 15;

/** Numbers in a sketch of a model's gradients. */
export function sketchDimension(specification: SketchSpecification, config: ModelConfig): number {
  if (specification.mode === 'count-sketch') return specification.d;
  const { mode, p } = specification;
  return mode === 'concat' ? p * p * parametersOf(config).length : p * p;
}

/**
 * One line that is equal for equal specifications and limits only; for hashing and for file metadata.
 * @throws {PermanentError} `InvalidConfig` on sizes or seeds that make no sketch
 */
export function describeSketch(specification: SketchSpecification, limit: LengthLimit = {}): string {
  const { mode, seed, version } = specification;
  if (!Number.isSafeInteger(seed)) throw refused(`seed = ${seed}, expected an integer`);
  const size = mode === 'count-sketch' ? describeBuckets(specification.d) : describeRows(specification.p);
  return `sketch/${mode}/v${version}/${size}/seed=${seed}${describeLimit(limit)}`;
}

function describeRows(p: number): string {
  if (!Number.isInteger(p) || p < 1) throw refused(`p = ${p}, expected an integer of at least 1`);
  return `p=${p}`;
}

function describeBuckets(d: number): string {
  const isPowerOfTwo = Number.isInteger(Math.log2(d)) && d >= 1;
  if (!isPowerOfTwo || d > MOST_BUCKETS) {
    throw refused(`a count-sketch of d = ${d} numbers, expected a power of two up to ${MOST_BUCKETS}`);
  }
  return `d=${d}`;
}

/** Nothing where nothing was asked for, so that the line of a sketch without limits stays what it always was. */
function describeLimit({ maximumTokens, longPrompts = 'skip' }: LengthLimit): string {
  if (maximumTokens !== undefined && !(Number.isInteger(maximumTokens) && maximumTokens > 0)) {
    throw refused(`at most ${maximumTokens} tokens of a sample, expected a positive integer`);
  }
  const length = maximumTokens === undefined ? '' : `/tokens=${maximumTokens}`;
  return longPrompts === 'skip' ? length : `${length}/${longPrompts}`;
}

function refused(what: string): PermanentError {
  return new PermanentError('InvalidConfig', `sketch: ${what}`);
}
