// The three products over many rows that spectra, clusters and selection are made of, behind one interface: the exact
// loops of plain-engine.ts serve what fits in memory and are the oracle of graph-engine.ts, which serves the rest.
import type { Covariance } from '../diversity/covariance.ts';
import type { MomentMatrix } from '../diversity/moment-spectrum.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import type { Nearest } from '../selection/nearest-centroid.ts';

export interface NearestBlock extends Nearest {
  /** Place of the block's first row in the source. */
  readonly start: number;
  readonly rows: RowMatrix;
}

export interface OverlapBlock {
  readonly start: number;
  readonly rows: RowMatrix;
  /** One number for each row. */
  readonly overlaps: Float64Array;
}

/**
 * Passes over a source, block by block in order. The number of threads changes no bit, because every engine cuts a source
 * into blocks of its own fixed grid; sums over float32 blocks would differ in their last digits on another grid.
 */
export interface MatrixEngine {
  /**
   * The sum of x xᵀ over the rows, each scaled to unit norm.
   * @throws {PermanentError} `InvalidData` on a row whose norm is off 1 by more than 1e-3
   */
  moments(source: RowSource): Promise<Covariance>;
  /**
   * The cosines of all pairs of rows over their number, for fewer rows than dimensions: the same non-zero spectrum.
   * @throws {PermanentError} `InvalidData` on a row whose norm is off 1 by more than 1e-3
   */
  gram(source: RowSource): Promise<MomentMatrix>;
  /**
   * The centroid of largest inner product for every row, the first of equals.
   * @param centroids - `[clusterCount, dimension]` row-major
   */
  nearest(source: RowSource, centroids: Float32Array): AsyncIterable<NearestBlock>;
  /**
   * xᵀ M x of each row x scaled to unit norm.
   * @param matrix - M, `[dimension, dimension]` row-major, symmetric
   * @throws {PermanentError} `InvalidData` on a row whose norm is off 1 by more than 1e-3
   */
  overlaps(source: RowSource, matrix: Float64Array): AsyncIterable<OverlapBlock>;
  /**
   * The sum of squared cosines of each row with the directions y: xᵀ M x with M = sum of y yᵀ, all of unit norm, and
   * cheaper than that where there are fewer directions than dimensions.
   * @param directions - `[directionCount, dimension]` row-major
   * @throws {PermanentError} `InvalidData` on a row whose norm is off 1 by more than 1e-3
   */
  squaredCosines(source: RowSource, directions: Float32Array): AsyncIterable<OverlapBlock>;
}
