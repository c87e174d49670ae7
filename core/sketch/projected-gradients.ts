// From token ids to losses and projected gradients: forward pass, head in slices, reverse walk to the taps, projection.
// Full gradients are never formed: a linear layer's projection is (D B^T)^T (X A^T), two thin products and a small one.
import type { Recall } from '../autodiff/recall.ts';
import { recomputing } from '../autodiff/recall.ts';
import { gradients } from '../autodiff/reverse.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { HeadSlices } from '../models/head-loss.ts';
import { buildHeadLoss } from '../models/head-loss.ts';
import type { LinearAdapter, TapKind, TapSite } from '../models/llama.ts';
import { buildForward } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { storedParameters } from '../models/parameters.ts';
import type { SignRole } from './sign-matrices.ts';
import { signMatrix } from './sign-matrices.ts';
import type { KroneckerSketch } from './specification.ts';

export interface ProjectedGradients {
  /** [N] */
  readonly loss: Value;
  /** In the order of the forward pass; a parameter that is used twice, such as a tied head, has two parts that add up. */
  readonly parts: readonly { readonly parameter: string; readonly projection: Value }[];
}

/**
 * Appends everything; projections are [N, p, p], row-major [output side, input side]. The runtime looks for what an output
 * needs from the last node to the first, so parts in forward order are worked off from the last layer to the first, each as
 * soon as the reverse walk reaches it.
 */
export function buildProjectedGradients(
  builder: GraphBuilder,
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  specification: KroneckerSketch,
  slices: HeadSlices,
): ProjectedGradients {
  const parameter = storedParameters(builder, tensors);
  const signsOf = signSource(builder, specification);
  const inputSides = new Map<string, Value>();
  const { taps } = buildForward(builder, config, { parameter, adapt: inputProjector(builder, signsOf, inputSides) });
  const [head, body] = [taps[taps.length - 1]!, taps.slice(0, -1)];
  const recall = recomputing(builder);
  const weight = parameter({ name: head.parameter, shape: head.shape });
  const headParts = { hidden: head.input, weight, signs: signsOf(head, 'output') };
  const { loss, adjoint, projected } = buildHeadLoss(builder, headParts, slices);
  const at = body.map(({ output }) => output);
  const adjoints = gradients(builder, { of: head.input, seed: adjoint, at, recall });
  const parts = body.map((tap) => {
    const site = { builder, tap, adjoint: adjoints.get(tap.output.name)!, inputSides, signsOf, recall };
    return { parameter: tap.parameter, projection: projections[tap.kind](site) };
  });
  const headInput = builder.matmul(head.input, signsOf(head, 'input'));
  const projection = factored(builder, builder.reshapeLike(projected, headInput), headInput);
  return { loss, parts: [...parts, { parameter: head.parameter, projection }] };
}

type SignSource = (parameter: Pick<TapSite, 'parameter' | 'shape'>, role: SignRole) => Value;

/** Projects the input of each linear layer while it is there: afterwards it would have to be made again. */
function inputProjector(builder: GraphBuilder, signsOf: SignSource, inputSides: Map<string, Value>): LinearAdapter {
  return (module, input, output) => {
    const shape = [output, input].map((side) => Number(side.shape[side.shape.length - 1]));
    const inputSide = builder.matmul(input, signsOf({ parameter: `${module}.weight`, shape }, 'input'));
    inputSides.set(`${module}.weight`, inputSide);
    return builder.after(output, inputSide);
  };
}

interface ProjectionSite {
  readonly builder: GraphBuilder;
  readonly tap: TapSite;
  readonly adjoint: Value;
  /** Of the linear layers, by parameter, [N, T, p]. */
  readonly inputSides: ReadonlyMap<string, Value>;
  readonly signsOf: SignSource;
  readonly recall: Recall;
}

const projections: Record<TapKind, (site: ProjectionSite) => Value> = {
  // G = sum_t d_t x_t^T
  linear: ({ builder, tap, adjoint, inputSides, signsOf }) =>
    factored(builder, builder.matmul(adjoint, signsOf(tap, 'output')), inputSides.get(tap.parameter)!),
  // G = sum_t onehot(id_t) d_t^T: rows of B^T by token id instead of a product with B^T
  embedding: ({ builder, tap, adjoint, signsOf }) =>
    factored(
      builder,
      builder.gather(signsOf(tap, 'output'), tap.input),
      builder.matmul(adjoint, signsOf(tap, 'input')),
    ),
  scale: ({ builder, tap, adjoint, signsOf, recall }) =>
    dense(builder, builder.mul(adjoint, recall(tap.input)), signsOf(tap, 'dense')),
  bias: ({ builder, tap, adjoint, signsOf }) => dense(builder, adjoint, signsOf(tap, 'dense')),
};

/** Both sides are [N, tokens, p]. */
function factored(builder: GraphBuilder, outputSide: Value, inputSide: Value): Value {
  return builder.matmul(outputSide, inputSide, { transposeA: true });
}

/**
 * `terms` [N, ..., size] add up to the gradient of a vector parameter. The sum is a product with ones, and the signs are the
 * left factor, because the order of those sums is the same for every N; the runtime's ReduceSum takes another one when N = 1.
 */
function dense(builder: GraphBuilder, terms: Value, signs: Value): Value {
  const { shape } = terms;
  const rows = builder.reshape(terms, ['N', shape.slice(1, -1).join('*'), shape[shape.length - 1]!]);
  const ones = builder.add(builder.zerosLike(builder.reduceSum(rows, [2], 'keep')), builder.scalar(1));
  const projection = builder.matmul(signs, builder.matmul(rows, ones, { transposeA: true }));
  const p = Math.sqrt(Number(signs.shape[0]));
  return builder.reshape(projection, ['N', p, p]);
}

/** Asked for again, as those of a tied embedding are, signs are not made again. */
function signSource(builder: GraphBuilder, specification: KroneckerSketch): SignSource {
  return ({ parameter, shape }, role) => {
    const size = role === 'input' ? shape[1]! : shape[0]!;
    const matrix = signMatrix(specification, parameter, role, size);
    return builder.scaledBytes(`signs/${parameter}/${role}`, matrix.shape, matrix);
  };
}
