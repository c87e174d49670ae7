// Memory for time: a backward pass that makes cheap values of the forward pass again instead of keeping them until then.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Operator, Value } from '../graph/graph.ts';
import { sameShape } from '../graph/shapes.ts';

/** Gives a backward pass the value of the forward pass that it reads: the value itself, or a copy made again. */
export type Recall = (value: Value) => Value;

/** Linear, as large as what they read, and with derivatives that do not read it: the result can be kept in its place. */
const rearranging: ReadonlySet<Operator> = new Set<Operator>(['Reshape', 'Transpose', 'RotaryEmbedding']);

/**
 * Recalls values of the nodes that stand in the builder now. Kept are results of products with matrices, sums of equals
 * (residuals), one number a row (statistics of norms), and what is only rearranged from these; so are inputs and initializers.
 * Everything else is made again from those, once, by the same operators in the same order, so to the same bits.
 */
export function recomputing(builder: GraphBuilder): Recall {
  const producers = new Map(builder.nodes.flatMap((node) => node.outputs.map(({ name }) => [name, node] as const)));
  const copies = new Map<string, Value>();
  const isKept = (value: Value): boolean => {
    const node = producers.get(value.name);
    if (!node || value.shape[value.shape.length - 1] === 1) return true;
    const { operator, inputs } = node;
    if (rearranging.has(operator)) return isKept(inputs[0]!);
    if (operator === 'FusedMatMul') return inputs.some(({ shape }) => shape.length === 2);
    return operator === 'Add' && sameShape(inputs[0]!.shape, inputs[1]!.shape);
  };
  const recall: Recall = (value) => {
    if (isKept(value)) return value;
    const copy = copies.get(value.name);
    if (copy) return copy;
    const node = producers.get(value.name)!;
    const outputs = builder.repeat(node, node.inputs.map(recall));
    node.outputs.forEach(({ name }, position) => copies.set(name, outputs[position]!));
    return copies.get(value.name)!;
  };
  return recall;
}
