// Float64 tensors with the operators of a graph written as plain loops: the oracle for forward values, and through central
// differences for gradients. Slow and obvious on purpose.

export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function tensor(shape: readonly number[], at: (index: number[]) => number): Tensor64 {
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, flat) => at(unflatten(shape, flat))) };
}

export function map(x: Tensor64, f: (value: number) => number): Tensor64 {
  return { shape: x.shape, data: x.data.map(f) };
}

/** Element at `index`; axes are aligned at the end and size 1 repeats. */
export function read({ shape, data }: Tensor64, index: readonly number[]): number {
  const offset = index.length - shape.length;
  const flat = shape.reduce((sum, side, axis) => sum * side + (side === 1 ? 0 : index[axis + offset]!), 0);
  return data[flat]!;
}

export function zip(a: Tensor64, b: Tensor64, f: (a: number, b: number) => number): Tensor64 {
  const rank = Math.max(a.shape.length, b.shape.length);
  const side = (x: Tensor64, axis: number): number => x.shape[axis - rank + x.shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(side(a, axis), side(b, axis)));
  return tensor(shape, (index) => f(read(a, index), read(b, index)));
}

export function transpose(x: Tensor64, permutation: readonly number[]): Tensor64 {
  return tensor(
    permutation.map((axis) => x.shape[axis]!),
    (index) =>
      read(
        x,
        permutation.map((_, axis) => index[permutation.indexOf(axis)]!),
      ),
  );
}

export function sum(x: Tensor64, axes: readonly number[]): Tensor64 {
  const result = tensor(
    x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side)),
    () => 0,
  );
  x.data.forEach((value, flat) => {
    const index = unflatten(x.shape, flat).map((position, axis) => (axes.includes(axis) ? 0 : position));
    result.data[index.reduce((total, position, axis) => total * result.shape[axis]! + position, 0)]! += value;
  });
  return result;
}

export function reshape(x: Tensor64, shape: readonly number[]): Tensor64 {
  return { shape, data: x.data };
}

export function softmax(x: Tensor64): Tensor64 {
  const powers = map(x, Math.exp);
  return zip(powers, sum(powers, [x.shape.length - 1]), (a, b) => a / b);
}

/** a b over the last two axes, leading axes broadcast. */
export function matmul(a: Tensor64, b: Tensor64): Tensor64 {
  const expand = (x: Tensor64, axis: number): Tensor64 => reshape(x, x.shape.toSpliced(axis, 0, 1));
  // [..., m, k, 1] * [..., 1, k, n], summed over k
  const products = zip(expand(a, a.shape.length), expand(b, b.shape.length - 2), (x, y) => x * y);
  const inner = products.shape.length - 2;
  return reshape(sum(products, [inner]), products.shape.toSpliced(inner, 1));
}

function unflatten(shape: readonly number[], flat: number): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const side of shape.toReversed()) {
    index.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return index;
}
