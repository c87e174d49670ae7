// The graph that turns token ids into losses and sketches: forward pass, reverse walk to the taps, projection.
// Full gradients are never formed: a linear layer's sketch is (D B^T)^T (X A^T), two thin products and a small one.
import { gradients } from '../autodiff/reverse.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { TapKind, TapSite } from '../models/llama.ts';
import { buildForward } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { storedParameters } from '../models/parameters.ts';
import { buildTokenLoss } from '../models/token-loss.ts';
import type { SignRole } from './sign-matrices.ts';
import { signMatrix, transposed } from './sign-matrices.ts';
import type { SketchSpecification } from './specification.ts';

/**
 * Outputs: loss [N], and sketch [N, p * p], row-major [output side, input side], not normalised.
 * Every parameter is covered; a tied head and embedding share their signs, so their parts add as their gradients do.
 */
export function buildSketchGraph(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  specification: SketchSpecification,
): Graph {
  const builder = new GraphBuilder();
  const { logits, taps } = buildForward(builder, config, { parameter: storedParameters(builder, tensors) });
  const loss = buildTokenLoss(builder, logits);
  const seed = builder.add(builder.zerosLike(loss), builder.scalar(1));
  const adjoints = gradients(builder, { of: loss, seed, at: taps.map(({ output }) => output) });
  const signsOf = signSource(builder, specification);
  const parts = taps.map((tap) => projections[tap.kind](builder, tap, adjoints.get(tap.output.name)!, signsOf));
  const { p } = specification;
  builder.output('loss', loss);
  builder.output(
    'sketch',
    builder.reshape(builder.sum(parts.map((part) => builder.reshape(part, ['N', p, p]))), ['N', p * p]),
  );
  return builder.finish();
}

type SignSource = (tap: TapSite, role: SignRole) => Value;

type Projection = (builder: GraphBuilder, tap: TapSite, adjoint: Value, signsOf: SignSource) => Value;

const projections: Record<TapKind, Projection> = {
  // G = sum_t d_t x_t^T
  linear: (builder, tap, adjoint, signsOf) =>
    factoredProjection(
      builder,
      builder.matmul(adjoint, signsOf(tap, 'output')),
      builder.matmul(tap.input, signsOf(tap, 'input')),
    ),
  // G = sum_t onehot(id_t) d_t^T: rows of B^T by token id instead of a product with B^T
  embedding: (builder, tap, adjoint, signsOf) =>
    factoredProjection(
      builder,
      builder.gather(signsOf(tap, 'output'), tap.input),
      builder.matmul(adjoint, signsOf(tap, 'input')),
    ),
  scale: (builder, tap, adjoint, signsOf) =>
    denseProjection(builder, builder.mul(adjoint, tap.input), signsOf(tap, 'dense')),
  bias: (builder, tap, adjoint, signsOf) => denseProjection(builder, adjoint, signsOf(tap, 'dense')),
};

/** Both sides are [N, tokens, p]. */
function factoredProjection(builder: GraphBuilder, outputSide: Value, inputSide: Value): Value {
  return builder.matmul(outputSide, inputSide, { transposeA: true });
}

/**
 * `terms` [N, ..., size] add up to the gradient of a vector parameter. The sum is a product with ones, and the signs are the
 * left factor, because the order of those sums is the same for every N; the runtime's ReduceSum takes another one when N = 1.
 */
function denseProjection(builder: GraphBuilder, terms: Value, signs: Value): Value {
  const { shape } = terms;
  const rows = builder.reshape(terms, ['N', shape.slice(1, -1).join('*'), shape[shape.length - 1]!]);
  const ones = builder.add(builder.zerosLike(builder.reduceSum(rows, [2], 'keep')), builder.scalar(1));
  return builder.matmul(signs, builder.matmul(rows, ones, { transposeA: true }));
}

/** Signs as the products want them: [size, p] for the sides of a matrix, [p * p, size] for a vector. */
function signSource(builder: GraphBuilder, specification: SketchSpecification): SignSource {
  const { p } = specification;
  return ({ parameter, shape }, role) => {
    const size = role === 'input' ? shape[1]! : shape[0]!;
    const matrix = signMatrix(specification, parameter, role, size);
    return role === 'dense'
      ? builder.weight(`signs/${parameter}/${role}`, [p * p, size], matrix)
      : builder.weight(`signs/${parameter}/${role}`, [size, p], transposed(matrix, p, size));
  };
}
