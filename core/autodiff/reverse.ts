// Reverse mode, source to source: appends to a graph the nodes that compute the gradient of one of its values.
// Contributions are un-broadcast and summed here and nowhere else.
import { PermanentError } from '../../contracts/failures.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { GraphNode, Value } from '../graph/graph.ts';
import { broadcastAxes, sameShape } from '../graph/shapes.ts';
import type { Recall } from './recall.ts';
import type { DifferentiableOperator, GradientRule } from './rules.ts';
import { gradientRules, withoutGradient } from './rules.ts';

export interface GradientRequest {
  /** The value whose gradient is taken. */
  readonly of: Value;
  /** The gradient that flows into `of`, in its shape: ones, or weights. */
  readonly seed: Value;
  /** The values to differentiate with respect to; may be inputs, initializers or results of nodes. */
  readonly at: readonly Value[];
  /** How the rules get at values of the forward pass; by default they stay in memory until they are read. */
  readonly recall?: Recall;
}

/**
 * The gradient at each value of `at`, by its name.
 * @throws {PermanentError} `UnsupportedModel`, before anything runs, when an operator without a rule lies between `at`
 * and `of`, or when `of` does not depend on a value of `at`
 */
export function gradients(builder: GraphBuilder, { of, seed, at, recall = kept }: GradientRequest): Map<string, Value> {
  const path = nodesBetween(builder.nodes, at, of);
  const rules = path.map(ruleOf);
  const dependent = new Set([
    ...at.map(({ name }) => name),
    ...path.flatMap((node) => node.outputs.map(({ name }) => name)),
  ]);
  const contributions = new Map<string, Value[]>([[of.name, [seed]]]);
  for (let index = path.length - 1; index >= 0; index--) {
    const node = path[index]!;
    const y = node.outputs[0]!;
    const received = contributions.get(y.name);
    if (!received) continue;
    const g = builder.sum(received);
    contributions.set(y.name, [g]);
    const recalled = { ...node, inputs: node.inputs.map(recall), outputs: node.outputs.map(recall) };
    const given = rules[index]!({ builder, node: recalled, inputs: recalled.inputs, y: recalled.outputs[0]!, g });
    node.inputs.forEach((input, position) => {
      const contribution = given[position];
      if (!contribution || !dependent.has(input.name)) return;
      const list = contributions.get(input.name) ?? [];
      contributions.set(input.name, [...list, unbroadcast(builder, contribution, input)]);
    });
  }
  return new Map(at.map((value) => [value.name, total(builder, contributions, value, of)]));
}

const kept: Recall = (value) => value;

/** The nodes that `of` depends on and that depend on `at`, in execution order. */
function nodesBetween(nodes: readonly GraphNode[], at: readonly Value[], of: Value): GraphNode[] {
  const wanted = new Set(at.map(({ name }) => name));
  const after = nodes.filter((node) => {
    // Sizes do not change with the values.
    if (node.operator === 'Shape' || !node.inputs.some(({ name }) => wanted.has(name))) return false;
    for (const { name } of node.outputs) wanted.add(name);
    return true;
  });
  const needed = new Set([of.name]);
  const between = after.toReversed().filter((node) => {
    if (!node.outputs.some(({ name }) => needed.has(name))) return false;
    for (const { name } of node.inputs) needed.add(name);
    return true;
  });
  for (const node of between) refuseSecondaryOutputs(node, needed);
  return between.reverse();
}

function refuseSecondaryOutputs(node: GraphNode, needed: ReadonlySet<string>): void {
  const secondary = node.outputs.slice(1).find(({ name }) => needed.has(name));
  if (!secondary) return;
  throw new PermanentError(
    'UnsupportedModel',
    `${node.operator} "${node.name}": the gradient through its output ${secondary.name} is not supported; only the first output can be differentiated`,
  );
}

function ruleOf(node: GraphNode): GradientRule {
  const rule = (gradientRules as Partial<Record<string, GradientRule>>)[node.operator];
  if (rule) return rule;
  const role = withoutGradient[node.operator as keyof typeof withoutGradient];
  const known = Object.keys(gradientRules satisfies Record<DifferentiableOperator, GradientRule>).join(', ');
  throw new PermanentError(
    'UnsupportedModel',
    `${node.operator} "${node.name}" has no gradient rule (it ${role}) but lies between the loss and a wanted gradient; rules exist for ${known}`,
  );
}

function unbroadcast(builder: GraphBuilder, gradient: Value, input: Value): Value {
  if (sameShape(gradient.shape, input.shape)) return gradient;
  const { leading, inner } = broadcastAxes(gradient.shape, input.shape);
  const flat = leading.length > 0 ? builder.reduceSum(gradient, leading, 'drop') : gradient;
  return inner.length > 0 ? builder.reduceSum(flat, inner, 'keep') : flat;
}

function total(builder: GraphBuilder, contributions: Map<string, Value[]>, value: Value, of: Value): Value {
  const received = contributions.get(value.name);
  if (received) return builder.sum(received);
  throw new PermanentError(
    'UnsupportedModel',
    `no gradient flows from ${of.name} to ${value.name}: the first does not depend on the second`,
  );
}
