// Shape rules of the operators: plain functions from input shapes to output shapes. Symbolic sizes are equal only to themselves.
import type { Dimension, Shape } from './graph.ts';

/** Numpy broadcasting; null where two sizes do not meet. */
export function broadcastShapes(left: Shape, right: Shape): Shape | null {
  const rank = Math.max(left.length, right.length);
  const result: Dimension[] = [];
  for (let fromEnd = rank; fromEnd >= 1; fromEnd--) {
    const a = left[left.length - fromEnd] ?? 1;
    const b = right[right.length - fromEnd] ?? 1;
    if (a !== b && a !== 1 && b !== 1) return null;
    result.push(a === 1 ? b : a);
  }
  return result;
}

/** The shape of op(a) op(b), where an op transposes the last two axes if asked; null where the sizes do not meet. */
export function matmulShape(left: Shape, right: Shape, transposeLeft: boolean, transposeRight: boolean): Shape | null {
  if (left.length < 2 || right.length < 2) return null;
  const [rows, leftInner] = lastTwo(left, transposeLeft);
  const [rightInner, columns] = lastTwo(right, transposeRight);
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (batch === null || leftInner !== rightInner) return null;
  return [...batch, rows, columns];
}

/** The shape with the given axes dropped, or kept with size 1. */
export function reducedShape(shape: Shape, axes: readonly number[], reducedAxes: 'keep' | 'drop'): Shape {
  if (reducedAxes === 'drop') return shape.filter((_, axis) => !axes.includes(axis));
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** The numbers ONNX Reshape wants: 0 copies a symbolic size in place, -1 stands for the one size left over; null if that is not enough. */
export function reshapeSizes(from: Shape, to: Shape): number[] | null {
  const sizes = to.map((size, axis) => (typeof size === 'number' ? size : size === from[axis] ? 0 : -1));
  return sizes.filter((size) => size === -1).length > 1 ? null : sizes;
}

/** The axes of `from` along which a value of shape `to` was repeated to give `from`. */
export function broadcastAxes(from: Shape, to: Shape): { leading: number[]; inner: number[] } {
  const extra = from.length - to.length;
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  const inner = to.flatMap((size, axis) => (size === 1 && from[axis + extra] !== 1 ? [axis] : []));
  return { leading, inner };
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

function lastTwo(shape: Shape, transpose: boolean): [Dimension, Dimension] {
  const [rows, columns] = [shape[shape.length - 2]!, shape[shape.length - 1]!];
  return transpose ? [columns, rows] : [rows, columns];
}
