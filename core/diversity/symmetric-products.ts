// The hot loop of this room: the sums of products of all pairs of columns, float64, upper half only, in tiles of 4 x 4.
// A sum runs over the rows one by one from its stored value, so a result does not depend on how rows came in chunks.

/** Columns laid out for the loop: panel p holds columns 4p..4p+3, entry (row, column) at `[(p * length + row) * 4 + column % 4]`. */
export interface ColumnPanels {
  readonly values: Float64Array;
  /** Number of columns; those that fill the last panel up are zero. */
  readonly size: number;
  /** Number of rows. */
  readonly length: number;
}

/** The upper half of a symmetric matrix: tiles (p, q), p <= q, row by row, each 4 x 4 and row-major, of order ceil(size / 4). */
export interface SymmetricSums {
  readonly size: number;
  readonly tiles: Float64Array;
}

/** Zero sums for `size` columns. */
export function zeroSums(size: number): SymmetricSums {
  return { size, tiles: new Float64Array(tileValueCount(size)) };
}

/** Sums whose entry (row, column), row <= column, is given. */
export function symmetricSums(size: number, entry: (row: number, column: number) => number): SymmetricSums {
  const sums = zeroSums(size);
  for (let row = 0; row < size; row++) {
    // A tile on the diagonal holds both of its halves.
    const first = row - (row % 4);
    for (let column = first; column < size; column++) {
      sums.tiles[placeOf(size, row, column)] = column < row ? entry(column, row) : entry(row, column);
    }
  }
  return sums;
}

/** Number of values that the tiles of `size` columns hold. */
export function tileValueCount(size: number): number {
  const order = Math.ceil(size / 4);
  return 8 * order * (order + 1);
}

/** Empty panels; fill them with `setPanelEntry`. */
export function emptyPanels(size: number, length: number): ColumnPanels {
  return { values: new Float64Array(Math.ceil(size / 4) * length * 4), size, length };
}

export function setPanelEntry(panels: ColumnPanels, row: number, column: number, value: number): void {
  panels.values[((column >> 2) * panels.length + row) * 4 + (column & 3)] = value;
}

/** Adds the products of all pairs of columns to `sums`. */
export function addColumnProducts(sums: SymmetricSums, panels: ColumnPanels): void {
  const order = Math.ceil(sums.size / 4);
  const stride = panels.length * 4;
  let tile = 0;
  for (let first = 0; first < order; first++) {
    for (let second = first; second < order; second++) {
      addTile(sums.tiles, tile, panels.values, first * stride, second * stride, stride);
      tile += 16;
    }
  }
}

/** The full square matrix, row-major, every sum times `scale`. */
export function squareOf(sums: SymmetricSums, scale: number): Float64Array {
  const { size, tiles } = sums;
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = row; column < size; column++) {
      const value = tiles[placeOf(size, row, column)]! * scale;
      matrix[row * size + column] = value;
      matrix[column * size + row] = value;
    }
  }
  return matrix;
}

/** Where the tiles hold entry (row, column); the column's tile is not left of the row's. */
function placeOf(size: number, row: number, column: number): number {
  const order = Math.ceil(size / 4);
  const first = row >> 2;
  const rowOfTiles = first * order - (first * (first - 1)) / 2 - first;
  return (rowOfTiles + (column >> 2)) * 16 + (row & 3) * 4 + (column & 3);
}

// Sixteen running sums in locals, as an array of them is several times slower; one row of the tile stays on one line.
// prettier-ignore
function addTile(out: Float64Array, at: number, values: Float64Array, left: number, right: number, stride: number): void {
  let s00 = out[at]!, s01 = out[at + 1]!, s02 = out[at + 2]!, s03 = out[at + 3]!;
  let s10 = out[at + 4]!, s11 = out[at + 5]!, s12 = out[at + 6]!, s13 = out[at + 7]!;
  let s20 = out[at + 8]!, s21 = out[at + 9]!, s22 = out[at + 10]!, s23 = out[at + 11]!;
  let s30 = out[at + 12]!, s31 = out[at + 13]!, s32 = out[at + 14]!, s33 = out[at + 15]!;
  for (let step = 0; step < stride; step += 4) {
    const b0 = values[right + step]!, b1 = values[right + step + 1]!;
    const b2 = values[right + step + 2]!, b3 = values[right + step + 3]!;
    let a = values[left + step]!;
    s00 += a * b0; s01 += a * b1; s02 += a * b2; s03 += a * b3;
    a = values[left + step + 1]!;
    s10 += a * b0; s11 += a * b1; s12 += a * b2; s13 += a * b3;
    a = values[left + step + 2]!;
    s20 += a * b0; s21 += a * b1; s22 += a * b2; s23 += a * b3;
    a = values[left + step + 3]!;
    s30 += a * b0; s31 += a * b1; s32 += a * b2; s33 += a * b3;
  }
  out.set([s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33], at);
}
