// The sketches of docs/sketch.md by their definition: whole gradients, plain loops, sums in float64.
import type { Parameter } from '../../../core/models/parameters.ts';
import { signs } from '../../../core/random/philox.ts';
import { countHashes } from '../../../core/sketch/count-sketch.ts';
import type { CountSketch, KroneckerSketch, SketchSpecification } from '../../../core/sketch/specification.ts';

export type Gradients = ReadonlyMap<string, ArrayLike<number>>;

/** The sketch of the gradients of `parameters`, not normalised. */
export function sketchByDefinition(
  specification: SketchSpecification,
  parameters: readonly Parameter[],
  gradients: Gradients,
): Float64Array {
  if (specification.mode === 'count-sketch') return countByDefinition(specification, parameters, gradients);
  const blocks = parameters.map((parameter) => blockOf(specification, parameter, gradients.get(parameter.name)!));
  if (specification.mode === 'concat') return Float64Array.from(blocks.flatMap((block) => [...block]));
  return Float64Array.from({ length: specification.p ** 2 }, (_, k) =>
    blocks.reduce((sum, block) => sum + block[k]!, 0),
  );
}

/** B G A^T of a matrix, row-major; R g of a vector. */
function blockOf(
  specification: KroneckerSketch,
  { name, shape }: Parameter,
  gradient: ArrayLike<number>,
): Float64Array {
  const { p } = specification;
  const [rows, columns] = [shape[0]!, shape[1]];
  if (columns === undefined)
    return multiply(signMatrix(specification, `${name}/dense`, [p * p, rows]), gradient, [p * p, rows, 1]);
  const left = multiply(signMatrix(specification, `${name}/output`, [p, rows]), gradient, [p, rows, columns]);
  const a = signMatrix(specification, `${name}/input`, [p, columns]);
  const block = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < columns; k++) block[i * p + j]! += left[i * columns + k]! * a[j * columns + k]!;
    }
  }
  return block;
}

/** A, B or R, row-major. */
function signMatrix({ seed }: KroneckerSketch, role: string, [rows, columns]: readonly [number, number]): Float64Array {
  return Float64Array.from(signs(`${seed}/${role}`, rows * columns), (sign) => sign / Math.sqrt(rows));
}

function countByDefinition(
  specification: CountSketch,
  parameters: readonly Parameter[],
  gradients: Gradients,
): Float64Array {
  const sums = new Float64Array(specification.d);
  for (const { name } of parameters) {
    const gradient = gradients.get(name)!;
    const hashes = countHashes(specification, name, gradient.length);
    hashes.forEach((hash, index) => {
      const sign = Math.floor(hash / 32768) === 1 ? -1 : 1;
      sums[hash % specification.d]! += sign * gradient[index]!;
    });
  }
  return sums;
}

/** [rows, inner] times [inner, columns]. */
function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [rows, inner, columns]: readonly [number, number, number],
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[row * inner + k]!;
      for (let column = 0; column < columns; column++)
        product[row * columns + column]! += factor * b[k * columns + column]!;
    }
  }
  return product;
}
