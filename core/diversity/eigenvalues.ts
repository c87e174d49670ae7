// Eigenvalues of a real symmetric matrix, float64, no vectors: Householder reduction to tridiagonal form, then QL with
// implicit shifts (Golub & Van Loan, Matrix Computations, 8.3). Own code, because no package does values only in bounds.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** QL sweeps allowed for one eigenvalue; two are usual. */
const MAXIMUM_SWEEPS = 64;
/** Squares below this, against entries of at most 1, cannot reach a result of 16 digits; their reciprocals overflow. */
const NEGLIGIBLE_SQUARES = 1e-280;

/**
 * The eigenvalues, largest first; each is within a small multiple of 2.2e-16 x the matrix norm of the exact one.
 * @param matrix - `[size, size]` row-major, symmetric; only the lower triangle is read and the array is not changed
 * @throws {PermanentError} `InvalidData` when the length is not size², or an entry is not finite
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  if (matrix.length !== size * size) {
    throw new PermanentError(
      FailureType.InvalidData,
      `eigenvalues: ${matrix.length} entries are not ${size} x ${size}`,
    );
  }
  const largest = largestEntry(matrix, size);
  if (largest === 0) return new Float64Array(size);
  // Scaled to entries of at most 1, squares can neither overflow nor lose what matters to underflow.
  const work = new Float64Array(matrix.length);
  for (let index = 0; index < work.length; index++) work[index] = matrix[index]! / largest;
  const { diagonal, offDiagonal } = tridiagonalise(work, size);
  iterateQl(diagonal, offDiagonal);
  return diagonal.map((value) => value * largest).sort((a, b) => b - a);
}

function largestEntry(matrix: Float64Array, size: number): number {
  let largest = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const magnitude = Math.abs(matrix[row * size + column]!);
      if (!Number.isFinite(magnitude)) {
        throw new PermanentError(FailureType.InvalidData, `eigenvalues: entry (${row}, ${column}) is not finite`);
      }
      if (magnitude > largest) largest = magnitude;
    }
  }
  return largest;
}

/**
 * A tridiagonal matrix with the same eigenvalues; `offDiagonal[i]` couples i and i + 1, its last entry is 0. Overwrites `a`.
 * The update that a reflection asks for waits until the next reflection is known, so that one pass over the matrix does
 * both its update and its product with the next vector.
 */
function tridiagonalise(a: Float64Array, size: number): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  let waiting: RankTwo = { left: new Float64Array(size), right: new Float64Array(size) };
  let next: RankTwo = { left: new Float64Array(size), right: new Float64Array(size) };
  // Row by row from the last one, so that every pass runs along rows of the lower triangle.
  for (let row = size - 1; row > 0; row--) {
    subtractInRow(a, row, size, waiting);
    diagonal[row] = a[row * size + row]!;
    const { coupling, beta } = reflect(a, row, size, next.left);
    offDiagonal[row - 1] = coupling;
    if (beta === 0) next.left.fill(0);
    updateAndMultiply(a, row, size, waiting, next);
    finishUpdate(next, row, beta);
    [waiting, next] = [next, waiting];
  }
  if (size > 0) diagonal[0] = a[0]! - 2 * waiting.left[0]! * waiting.right[0]!;
  return { diagonal, offDiagonal };
}

/** The update A - l rᵀ - r lᵀ with l = left, r = right. */
interface RankTwo {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

// From v and A v to the update (v, w) of the reflection I - beta v vᵀ: w = beta A v - (beta² vᵀ A v / 2) v.
function finishUpdate({ left, right }: RankTwo, order: number, beta: number): void {
  let overlap = 0;
  for (let index = 0; index < order; index++) {
    right[index] = right[index]! * beta;
    overlap += right[index]! * left[index]!;
  }
  const shift = (beta * overlap) / 2;
  for (let index = 0; index < order; index++) right[index] = right[index]! - shift * left[index]!;
}

// The Householder vector that turns row `row` left of the diagonal into (0, ..., 0, coupling); reflection I - beta v vᵀ.
function reflect(a: Float64Array, row: number, size: number, vector: Float64Array): { coupling: number; beta: number } {
  const start = row * size;
  const last = row - 1;
  let squares = 0;
  for (let column = 0; column < last; column++) {
    const value = a[start + column]!;
    vector[column] = value;
    squares += value * value;
  }
  const edge = a[start + last]!;
  if (squares < NEGLIGIBLE_SQUARES) return { coupling: edge, beta: 0 };
  const norm = Math.sqrt(squares + edge * edge);
  const coupling = edge > 0 ? -norm : norm;
  vector[last] = edge - coupling;
  return { coupling, beta: 1 / (norm * (norm + Math.abs(edge))) };
}

// Entries 0 to `row` of the row, brought up to date.
function subtractInRow(a: Float64Array, row: number, size: number, { left, right }: RankTwo): void {
  const start = row * size;
  const l = left[row]!;
  const r = right[row]!;
  for (let column = 0; column <= row; column++) {
    a[start + column] = a[start + column]! - l * right[column]! - r * left[column]!;
  }
}

// For the leading block of `order` rows, of which only the lower triangle is stored: brings it up to date with `waiting`,
// then next.right = A next.left. Four rows share what is read for a column; the corner of the four goes row by row.
function updateAndMultiply(a: Float64Array, order: number, size: number, waiting: RankTwo, next: RankTwo): void {
  next.right.fill(0, 0, order);
  let row = 0;
  for (; row + 3 < order; row += 4) {
    fourRows(a, row, size, waiting, next);
    for (let corner = row; corner < row + 4; corner++) oneRow(a, corner, row, size, waiting, next);
  }
  for (; row < order; row++) oneRow(a, row, 0, size, waiting, next);
}

function oneRow(a: Float64Array, row: number, from: number, size: number, waiting: RankTwo, next: RankTwo): void {
  const { left, right } = waiting;
  const { left: vector, right: product } = next;
  const start = row * size;
  const l = left[row]!;
  const r = right[row]!;
  const v = vector[row]!;
  let sum = 0;
  for (let column = from; column <= row; column++) {
    const value = a[start + column]! - l * right[column]! - r * left[column]!;
    a[start + column] = value;
    sum += value * vector[column]!;
    if (column < row) product[column] = product[column]! + value * v;
  }
  product[row] = product[row]! + sum;
}

function fourRows(a: Float64Array, row: number, size: number, waiting: RankTwo, next: RankTwo): void {
  const { left, right } = waiting;
  const { left: vector, right: product } = next;
  const first = row * size;
  const second = first + size;
  const third = second + size;
  const fourth = third + size;
  const [l0, l1, l2, l3] = [left[row]!, left[row + 1]!, left[row + 2]!, left[row + 3]!];
  const [r0, r1, r2, r3] = [right[row]!, right[row + 1]!, right[row + 2]!, right[row + 3]!];
  const [v0, v1, v2, v3] = [vector[row]!, vector[row + 1]!, vector[row + 2]!, vector[row + 3]!];
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let column = 0; column < row; column++) {
    const l = left[column]!;
    const r = right[column]!;
    const v = vector[column]!;
    const a0 = a[first + column]! - l0 * r - r0 * l;
    const a1 = a[second + column]! - l1 * r - r1 * l;
    const a2 = a[third + column]! - l2 * r - r2 * l;
    const a3 = a[fourth + column]! - l3 * r - r3 * l;
    a[first + column] = a0;
    a[second + column] = a1;
    a[third + column] = a2;
    a[fourth + column] = a3;
    sum0 += a0 * v;
    sum1 += a1 * v;
    sum2 += a2 * v;
    sum3 += a3 * v;
    product[column] = product[column]! + (a0 * v0 + a1 * v1 + (a2 * v2 + a3 * v3));
  }
  product[row] = product[row]! + sum0;
  product[row + 1] = product[row + 1]! + sum1;
  product[row + 2] = product[row + 2]! + sum2;
  product[row + 3] = product[row + 3]! + sum3;
}

// Deflation compares with the norm of the whole matrix: against its neighbours alone, a block of zeros up to rounding
// (fewer rows than dimensions) would never count as split.
function iterateQl(diagonal: Float64Array, offDiagonal: Float64Array): void {
  const size = diagonal.length;
  let norm = 0;
  for (let index = 0; index < size; index++) {
    norm = Math.max(norm, Math.abs(diagonal[index]!) + Math.abs(offDiagonal[index]!));
  }
  const negligible = Number.EPSILON * norm;
  for (let low = 0; low < size; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (high < size - 1 && Math.abs(offDiagonal[high]!) > negligible) high++;
      if (high === low) break;
      if (sweep === MAXIMUM_SWEEPS) {
        throw new PermanentError(
          FailureType.InvalidData,
          `eigenvalues: value ${low} did not settle in ${sweep} sweeps`,
        );
      }
      sweepQl(diagonal, offDiagonal, low, high);
    }
  }
}

// One implicit QL sweep with Wilkinson's shift on the unreduced block low..high.
function sweepQl(diagonal: Float64Array, offDiagonal: Float64Array, low: number, high: number): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * offDiagonal[low]!);
  const root = Math.sqrt(half * half + 1);
  let g = diagonal[high]! - diagonal[low]! + offDiagonal[low]! / (half + (half < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let index = high - 1; index >= low; index--) {
    const f = sine * offDiagonal[index]!;
    const b = cosine * offDiagonal[index]!;
    const length = Math.sqrt(f * f + g * g);
    offDiagonal[index + 1] = length;
    if (length === 0) {
      diagonal[index + 1] = diagonal[index + 1]! - shift;
      offDiagonal[high] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = diagonal[index + 1]! - shift;
    const turn = (diagonal[index]! - g) * sine + 2 * cosine * b;
    shift = sine * turn;
    diagonal[index + 1] = g + shift;
    g = cosine * turn - b;
  }
  diagonal[low] = diagonal[low]! - shift;
  offDiagonal[low] = g;
  offDiagonal[high] = 0;
}
