// G-Vendi of rows that need not fit in memory.
import type { MatrixEngine } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import type { RowSource } from './row-source.ts';
import type { GVendi } from './vendi.ts';
import { gVendi, gVendiOfCovariance } from './vendi.ts';

/**
 * Up to this many rows the float64 loops take less than half a second, about the time in which a thread of the engine
 * starts, and fewer rows than dimensions are scored by their smaller Gram matrix.
 */
const EXACT_ROWS = 2048;

/**
 * G-Vendi of a source in one pass. By the float32 products of a `GraphEngine` it is within 1e-6 of the float64 value.
 * @throws {PermanentError} `InvalidData` on no rows, or a row whose norm is off 1 by more than 1e-3
 */
export async function gVendiOf(source: RowSource, engine: MatrixEngine = plainEngine): Promise<GVendi> {
  if (source.count <= EXACT_ROWS) return gVendi(await source.read(0, source.count));
  return gVendiOfCovariance(await engine.moments(source));
}
