// The second moments of sketches, kept in float64 while rows stream by: chunks add up, parts merge, and the state can
// be written down and taken up again. The Gram side of a small set is here too: it has the same non-zero spectrum.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { exactPrecision } from './moment-spectrum.ts';
import type { RowMatrix } from './row-matrix.ts';
import { requireDimension, requireUnitRows } from './row-matrix.ts';
import type { ColumnPanels, SymmetricSums } from './symmetric-products.ts';
import {
  addColumnProducts,
  emptyPanels,
  setPanelEntry,
  squareOf,
  tileValueCount,
  zeroSums,
} from './symmetric-products.ts';

/** The running sum of x xᵀ over `count` rows x of `dimension` values, each scaled to exactly unit norm in float64. */
export interface Covariance {
  readonly dimension: number;
  readonly count: number;
  readonly sums: SymmetricSums;
  /** The sum (i, j) may be off by this x sqrt(sum (i, i) x sum (j, j)): float32 products leave more noise than float64 ones. */
  readonly precision: number;
}

/** Rows packed at a time: the panels of 1024 columns then fit a second-level cache. */
const ROWS_PER_PACK = 128;
const MAGIC = 0x44465632; // "DFV2"
const HEADER_BYTES = 32;

export function emptyCovariance(dimension: number): Covariance {
  return { dimension, count: 0, sums: zeroSums(dimension), precision: exactPrecision(0) };
}

/**
 * The covariance with `rows` added; the sums of `covariance` are taken over and must not be used again. Adding the
 * same rows in other chunks gives the same bits.
 * @throws {PermanentError} `InvalidData` when the dimension differs or a row's norm is off 1 by more than 1e-3
 */
export function addRows(covariance: Covariance, rows: RowMatrix): Covariance {
  requireDimension(covariance.dimension, rows.dimension, 'covariance');
  const norms = requireUnitRows(rows, 'covariance');
  addScaledRows(
    covariance.sums,
    rows,
    norms.map((norm) => 1 / norm),
  );
  const count = covariance.count + rows.count;
  return { ...covariance, count, precision: Math.max(covariance.precision, exactPrecision(count)) };
}

/** The covariance of both row sets; neither argument changes. */
export function mergeCovariances(left: Covariance, right: Covariance): Covariance {
  requireDimension(left.dimension, right.dimension, 'merge of covariances');
  const tiles = left.sums.tiles.map((value, index) => value + right.sums.tiles[index]!);
  const count = left.count + right.count;
  const precision = Math.max(left.precision, right.precision, exactPrecision(count));
  return { dimension: left.dimension, count, sums: { size: left.dimension, tiles }, precision };
}

/**
 * GᵀG / n, dimension x dimension, row-major; trace 1 for unit rows.
 * @throws {PermanentError} `InvalidData` when no row was added
 */
export function covarianceMatrix(covariance: Covariance): Float64Array {
  if (covariance.count === 0) throw noRows('covariance');
  return squareOf(covariance.sums, 1 / covariance.count);
}

/**
 * The matrix of sum_i w_i x_i x_iᵀ on either side, x_i = row i scaled to exactly unit norm, w_i = weights[i] or 1/n;
 * row-major, trace sum(w). `covariance` is dimension x dimension; `gram` is n x n with entries sqrt(w_i w_j) x_i.x_j,
 * has the same non-zero spectrum and is cheaper when n < dimension.
 * @throws {PermanentError} `InvalidData` on no rows, or a row whose norm is off 1 by more than 1e-3
 */
export function momentMatrix(
  rows: RowMatrix,
  weights: Float64Array | undefined,
  side: 'covariance' | 'gram',
): Float64Array {
  if (rows.count === 0) throw noRows('moment matrix');
  const norms = requireUnitRows(rows, 'moment matrix');
  const scales = norms.map((norm, row) => (weights === undefined ? 1 : Math.sqrt(weights[row]!)) / norm);
  const sums = zeroSums(side === 'gram' ? rows.count : rows.dimension);
  if (side === 'gram') addGram(sums, rows, scales);
  else addScaledRows(sums, rows, scales);
  return squareOf(sums, weights === undefined ? 1 / rows.count : 1);
}

/**
 * The state as bytes, little-endian: magic with the version, dimension (u32), count (f64), length (u32), four bytes of 0,
 * precision (f64), then the tiles as f64.
 */
export function encodeCovariance(covariance: Covariance): Uint8Array {
  const { dimension, count, sums, precision } = covariance;
  const bytes = new Uint8Array(HEADER_BYTES + sums.tiles.length * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, dimension, true);
  view.setFloat64(8, count, true);
  view.setUint32(16, sums.tiles.length, true);
  view.setFloat64(24, precision, true);
  sums.tiles.forEach((value, index) => {
    view.setFloat64(HEADER_BYTES + index * 8, value, true);
  });
  return bytes;
}

/** @throws {PermanentError} `CorruptArtifact` when the bytes are no covariance state of this version */
export function decodeCovariance(bytes: Uint8Array): Covariance {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimension = bytes.length >= HEADER_BYTES && view.getUint32(0, true) === MAGIC ? view.getUint32(4, true) : 0;
  const length = tileValueCount(dimension);
  if (dimension === 0 || view.getUint32(16, true) !== length || bytes.length !== HEADER_BYTES + length * 8) {
    throw new PermanentError(
      FailureType.CorruptArtifact,
      `covariance state: ${bytes.length} bytes are no state of this version; delete it and accumulate again`,
    );
  }
  const tiles = Float64Array.from({ length }, (_, index) => view.getFloat64(HEADER_BYTES + index * 8, true));
  const sums = { size: dimension, tiles };
  return { dimension, count: view.getFloat64(8, true), sums, precision: view.getFloat64(24, true) };
}

function addScaledRows(sums: SymmetricSums, rows: RowMatrix, scales: Float64Array): void {
  for (let start = 0; start < rows.count; start += ROWS_PER_PACK) {
    const end = Math.min(start + ROWS_PER_PACK, rows.count);
    addColumnProducts(sums, packRows(rows, start, end, scales));
  }
}

function packRows(rows: RowMatrix, start: number, end: number, scales: Float64Array): ColumnPanels {
  const panels = emptyPanels(rows.dimension, end - start);
  for (let row = start; row < end; row++) {
    const scale = scales[row]!;
    const offset = row * rows.dimension;
    for (let column = 0; column < rows.dimension; column++) {
      setPanelEntry(panels, row - start, column, rows.values[offset + column]! * scale);
    }
  }
  return panels;
}

// The Gram matrix is the sum over coordinates of products of samples: the same loop with the roles exchanged.
function addGram(sums: SymmetricSums, rows: RowMatrix, scales: Float64Array): void {
  for (let start = 0; start < rows.dimension; start += ROWS_PER_PACK) {
    const length = Math.min(ROWS_PER_PACK, rows.dimension - start);
    const panels = emptyPanels(rows.count, length);
    for (let row = 0; row < rows.count; row++) {
      const scale = scales[row]!;
      const offset = row * rows.dimension + start;
      for (let step = 0; step < length; step++) setPanelEntry(panels, step, row, rows.values[offset + step]! * scale);
    }
    addColumnProducts(sums, panels);
  }
}

function noRows(where: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${where}: no rows; a set needs at least one sketch`);
}
