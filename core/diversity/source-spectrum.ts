// G-Vendi of rows that need not fit in memory.
import type { MatrixEngine } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import { requireSolvable } from './moment-spectrum.ts';
import type { RowSource } from './row-source.ts';
import type { GVendi } from './vendi.ts';
import { gVendi, gVendiOfCovariance, gVendiOfMoments } from './vendi.ts';

/** Rows and, for long ones, multiply-adds up to which float64 loops take a second or two, hardly longer than threads take to start. */
const EXACT_ROWS = 2048;
const EXACT_WORK = 2 ** 32;

/**
 * G-Vendi of a source: one pass for its covariance, or, where there are fewer rows than dimensions, their inner products
 * block by block. By the float32 products of a `GraphEngine` it is within 1e-6 of the float64 value, also where most
 * eigenvalues are zero (2e-6 where a single one is, of d = 2: noise in one direction need not show as negative).
 * @throws {PermanentError} `InvalidData` on no rows, a row whose norm is off 1 by more than 1e-3, or more than 16,384 of
 * both rows and dimensions
 */
export async function gVendiOf(source: RowSource, engine: MatrixEngine = plainEngine): Promise<GVendi> {
  const { count, dimension } = source;
  const work = count * dimension * Math.min(count, dimension);
  if (count <= EXACT_ROWS && work <= EXACT_WORK) return gVendi(await source.read(0, count));
  requireSolvable(count, dimension);
  if (count < dimension) return gVendiOfMoments(await engine.gram(source), count, dimension);
  return gVendiOfCovariance(await engine.moments(source));
}
