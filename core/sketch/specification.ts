// What a sketch is, apart from the model: everything that decides its numbers.
import { PermanentError } from '../../contracts/failures.ts';

export interface SketchSpecification {
  /** The sum over all parameters of B G A^T, the Kronecker sketch of a parameter's gradient G. */
  readonly mode: 'kron-sum';
  /** Rows of A and of B; the sketch has p * p numbers. */
  readonly p: number;
  /** Names the family of random signs. */
  readonly seed: number;
  /** Of the definition in docs; raised whenever the same inputs would give other numbers. */
  readonly version: 1;
}

export const defaultSketch: SketchSpecification = { mode: 'kron-sum', p: 32, seed: 0, version: 1 };

/** Numbers in a sketch. */
export function sketchDimension({ p }: SketchSpecification): number {
  return p * p;
}

/** One line that is equal exactly for equal specifications; for hashing and for file metadata. */
export function describeSketch(specification: SketchSpecification): string {
  const { mode, p, seed, version } = specification;
  if (!Number.isInteger(p) || p < 1 || !Number.isSafeInteger(seed)) {
    throw new PermanentError('InvalidConfig', `sketch: p = ${p} and seed = ${seed} must be integers, p at least 1`);
  }
  return `sketch/${mode}/v${version}/p=${p}/seed=${seed}`;
}
