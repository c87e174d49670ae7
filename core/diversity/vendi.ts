// The Vendi family over spectra (Friedman & Dieng 2210.02410; order q: Pasarkar & Dieng 2310.12952) and G-Vendi, its
// value for gradient sketches (Jung et al. 2505.20161).
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Covariance } from './covariance.ts';
import { covarianceMatrix, momentMatrix } from './covariance.ts';
import { symmetricEigenvalues } from './eigenvalues.ts';
import type { MomentMatrix } from './moment-spectrum.ts';
import { exactPrecision, momentSpectrum } from './moment-spectrum.ts';
import type { RowMatrix } from './row-matrix.ts';

/** G-Vendi with what is needed to compare it: only values at equal n, d and proxy may be compared. */
export interface GVendi {
  /** Effective number of directions, order 1, in [1, min(n, d)]. */
  readonly value: number;
  /** Number of sketches. */
  readonly n: number;
  /** Dimension of a sketch. */
  readonly d: number;
  /** value / min(n, d). */
  readonly effectiveShare: number;
  /** The order-2 score from the matrix norm alone, trace² / ||C||²; found equal to the one from all eigenvalues within 1e-8. */
  readonly vs2: number;
}

/** The lowest order offered: below it the score counts rounding noise of a rank-deficient spectrum. */
export const LOWEST_ORDER = 0.5;

/**
 * The spectrum as shares: eigenvalues below size x 2.2e-16 x the largest are rounding noise and go, the rest sums to 1.
 * @throws {PermanentError} `InvalidData` when no eigenvalue is positive
 */
export function spectrumShares(eigenvalues: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(eigenvalues);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const kept = values.filter((value) => value > values.length * Number.EPSILON * largest);
  if (kept.length === 0 || !Number.isFinite(largest)) {
    throw new PermanentError(FailureType.InvalidData, 'spectrum: no positive finite eigenvalue; are all rows zero?');
  }
  const total = kept.reduce((a, b) => a + b, 0);
  return kept.map((value) => value / total);
}

/**
 * The Vendi score of order q, VS_q = exp(ln(sum s^q) / (1 - q)) over the shares s; q = 1: exp(-sum s ln s);
 * q = Infinity: 1 / max s.
 * @param eigenvalues - of K/n or of the covariance, in any order; noise is clipped and the rest made to sum to 1
 * @throws {PermanentError} `InvalidConfig` when q is below 0.5 or not a number
 */
export function vendiScore(eigenvalues: ArrayLike<number>, q = 1): number {
  if (!(q >= LOWEST_ORDER)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Vendi score: order ${q}, expected ${LOWEST_ORDER} to Infinity`,
    );
  }
  const shares = spectrumShares(eigenvalues);
  if (q === Infinity) return 1 / shares.reduce((a, b) => Math.max(a, b), 0);
  // Near 1 the general form divides two vanishing numbers: its limit is right to more digits there.
  if (Math.abs(q - 1) < 1e-9) return Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0));
  const logLargest = Math.log(shares.reduce((a, b) => Math.max(a, b), 0));
  // The largest share is taken out of the power sum, or a high order would underflow.
  const sum = shares.reduce((total, share) => total + Math.exp(q * (Math.log(share) - logLargest)), 0);
  return Math.exp((Math.log(sum) + q * logLargest) / (1 - q));
}

/**
 * The eigenvalues of sum_i w_i x_i x_iᵀ, largest first, min(n, d) of them, from the cheaper side.
 * @param weights - one non-negative number a row, sum 1; 1/n each when left out
 */
export function sketchSpectrum(sketches: RowMatrix, weights?: Float64Array): Float64Array {
  const side = sketches.count < sketches.dimension ? 'gram' : 'covariance';
  return symmetricEigenvalues(momentMatrix(sketches, weights, side), Math.min(sketches.count, sketches.dimension));
}

/**
 * G-Vendi of a set of sketches.
 * @param sketches - rows of unit L2 norm
 * @throws {PermanentError} `InvalidData` on no rows, or a row whose norm is off 1 by more than 1e-3
 */
export function gVendi(sketches: RowMatrix): GVendi {
  const { count, dimension } = sketches;
  const values = momentMatrix(sketches, undefined, count < dimension ? 'gram' : 'covariance');
  const [order, precision] = [Math.min(count, dimension), exactPrecision(Math.max(count, dimension))];
  return gVendiOfMoments({ values, order, precision }, count, dimension);
}

/** G-Vendi of the rows that a covariance was accumulated from. */
export function gVendiOfCovariance(covariance: Covariance): GVendi {
  return gVendiOfMoments(momentsOf(covariance), covariance.count, covariance.dimension);
}

/** What a covariance says of its spectrum: GᵀG / n with the precision of its sums. */
export function momentsOf(covariance: Covariance): MomentMatrix {
  const { dimension, precision } = covariance;
  return { values: covarianceMatrix(covariance), order: dimension, precision };
}

/** G-Vendi of `n` rows of dimension `d` by either of their matrices, GᵀG / n or G Gᵀ / n. */
export function gVendiOfMoments(matrix: MomentMatrix, n: number, d: number): GVendi {
  const { eigenvalues, vs2 } = momentSpectrum(matrix);
  const value = vendiScore(eigenvalues, 1);
  return { value, n, d, effectiveShare: value / Math.min(n, d), vs2 };
}
