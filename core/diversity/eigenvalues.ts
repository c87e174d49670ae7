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
  const work = matrix.map((value) => value / largest);
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

/** A tridiagonal matrix with the same eigenvalues; `offDiagonal[i]` couples i and i + 1, its last entry is 0. Overwrites `a`. */
function tridiagonalise(a: Float64Array, size: number): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  const vector = new Float64Array(size);
  const product = new Float64Array(size);
  // Row by row from the last one, so that every pass runs along rows of the lower triangle.
  for (let row = size - 1; row > 0; row--) {
    diagonal[row] = a[row * size + row]!;
    const { coupling, beta } = reflect(a, row, size, vector);
    offDiagonal[row - 1] = coupling;
    if (beta === 0) continue;
    multiplyLower(a, row, size, vector, product);
    let overlap = 0;
    for (let index = 0; index < row; index++) {
      product[index] = product[index]! * beta;
      overlap += product[index]! * vector[index]!;
    }
    const shift = (beta * overlap) / 2;
    for (let index = 0; index < row; index++) product[index] = product[index]! - shift * vector[index]!;
    subtractRankTwo(a, row, size, vector, product);
  }
  if (size > 0) diagonal[0] = a[0]!;
  return { diagonal, offDiagonal };
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

// product = A vector for the leading `order` block, of which only the lower triangle is stored: one pass, two rows at a time.
function multiplyLower(
  a: Float64Array,
  order: number,
  size: number,
  vector: Float64Array,
  product: Float64Array,
): void {
  product.fill(0, 0, order);
  let row = 0;
  for (; row + 1 < order; row += 2) {
    const first = row * size;
    const second = first + size;
    const v0 = vector[row]!;
    const v1 = vector[row + 1]!;
    let sum0 = 0;
    let sum1 = 0;
    for (let column = 0; column < row; column++) {
      const a0 = a[first + column]!;
      const a1 = a[second + column]!;
      const v = vector[column]!;
      sum0 += a0 * v;
      sum1 += a1 * v;
      product[column] = product[column]! + a0 * v0 + a1 * v1;
    }
    const inner = a[second + row]!;
    product[row] = product[row]! + sum0 + a[first + row]! * v0 + inner * v1;
    product[row + 1] = product[row + 1]! + sum1 + inner * v0 + a[second + row + 1]! * v1;
  }
  if (row < order) {
    let sum = 0;
    for (let column = 0; column < row; column++) {
      sum += a[row * size + column]! * vector[column]!;
      product[column] = product[column]! + a[row * size + column]! * vector[row]!;
    }
    product[row] = product[row]! + sum + a[row * size + row]! * vector[row]!;
  }
}

function subtractRankTwo(a: Float64Array, order: number, size: number, v: Float64Array, w: Float64Array): void {
  for (let row = 0; row < order; row++) {
    const start = row * size;
    const v0 = v[row]!;
    const w0 = w[row]!;
    for (let column = 0; column <= row; column++) {
      a[start + column] = a[start + column]! - v0 * w[column]! - w0 * v[column]!;
    }
  }
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
