// The head, the loss and the loss's gradient in slices of logit positions: no more logits than those of one slice are ever in
// memory, as long as a run has no more rows than the graph was built for.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';

export interface HeadSlices {
  /**
   * Rows of logits, N * L, that a run may have, default 2048. A larger run gives the same numbers, but its last slice takes all
   * rows beyond. Slices that a run leaves empty cost next to nothing.
   */
  readonly maximumRows?: number;
  /** Rows in a slice, default 256. Fewer cost time, because every product lays out the head's weight anew. */
  readonly sliceRows?: number;
}

export interface HeadLoss {
  /** [N], as `buildTokenLoss` has it; the inputs that it declares are the same. */
  readonly loss: Value;
  /** The gradient of the sum of the losses at the input of the head, [N, L, hidden]. */
  readonly adjoint: Value;
  /** The gradient at the logits, multiplied with `signs`: [N * L, p]. */
  readonly projected: Value;
}

/** @param head - hidden [N, L, size] enters the head with weight [vocabulary, size]; signs are [vocabulary, p] */
export function buildHeadLoss(
  builder: GraphBuilder,
  { hidden, weight, signs }: { readonly hidden: Value; readonly weight: Value; readonly signs: Value },
  { maximumRows = 2048, sliceRows = 256 }: HeadSlices = {},
): HeadLoss {
  const target = builder.input('target', 'int64', ['N', 'L']);
  const targetWeight = builder.input('targetWeight', 'float32', ['N', 'L']);
  const asRows = (x: Value, width: number): Value => builder.reshape(x, ['N*L', width]);
  const [inputs, targets, weights] = [
    asRows(hidden, weight.shape[1] as number),
    asRows(target, 1),
    asRows(targetWeight, 1),
  ];
  const count = Math.ceil(maximumRows / sliceRows);
  const slices = Array.from({ length: count }, (_, index) => {
    const end = index + 1 < count ? (index + 1) * sliceRows : null;
    const slice = (x: Value): Value => builder.sliceFirst(x, index * sliceRows, end, `rows${index}`);
    return sliceOfHead(builder, {
      hidden: slice(inputs),
      weight,
      signs,
      targets: slice(targets),
      weights: slice(weights),
    });
  });
  const joined = (part: keyof SliceOfHead): Value =>
    builder.concatFirst(slices.map((slice) => slice[part]) as [Value, ...Value[]], 'N*L');
  // One slice is finished with before the next begins: the adjoint waits for all that a slice has to give, the rest for the adjoint.
  const adjoint = joined('adjoint');
  const logLikelihood = builder.reshapeLike(builder.after(joined('logLikelihood'), adjoint), targetWeight);
  return {
    loss: builder.neg(builder.reduceSum(logLikelihood, [1], 'drop')),
    adjoint: builder.reshapeLike(adjoint, hidden),
    projected: builder.after(joined('projected'), adjoint),
  };
}

interface SliceOfHead {
  readonly logLikelihood: Value;
  readonly adjoint: Value;
  readonly projected: Value;
}

/** d(-w log p(target)) / d(logits) = w (p - onehot(target)). */
function sliceOfHead(
  builder: GraphBuilder,
  {
    hidden,
    weight,
    signs,
    targets,
    weights,
  }: Readonly<Record<'hidden' | 'weight' | 'signs' | 'targets' | 'weights', Value>>,
): SliceOfHead {
  const logProbabilities = builder.logSoftmax(builder.matmul(hidden, weight, { transposeB: true }));
  const ones = builder.add(builder.zerosLike(weights), builder.scalar(1));
  const differences = builder.scatterElements(builder.exp(logProbabilities), targets, builder.neg(ones));
  const adjoint = builder.mul(differences, weights);
  const logLikelihood = builder.mul(builder.gatherElements(logProbabilities, targets), weights);
  const projected = builder.matmul(adjoint, signs);
  const beforeHead = builder.matmul(adjoint, weight);
  return { logLikelihood, projected, adjoint: builder.after(builder.after(beforeHead, logLikelihood), projected) };
}
