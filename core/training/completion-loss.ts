// The head, the loss over the completions' tokens and where its gradient starts: p less the target, without a walk through a
// softmax.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';

export interface CompletionLoss {
  /** [], the sum of targetWeight * -log p(target). */
  readonly loss: Value;
  /** The loss's gradient at `hidden`. */
  readonly adjoint: Value;
  /** Appends the loss's gradient at `weight`. */
  readonly weightGradient: () => Value;
}

/**
 * Declares the inputs target int64 [R] and targetWeight float32 [R].
 * @param head - hidden [R, size] enters the head with weight [vocabulary, size]
 */
export function buildCompletionLoss(
  builder: GraphBuilder,
  { hidden, weight }: { readonly hidden: Value; readonly weight: Value },
): CompletionLoss {
  const column = (x: Value): Value => builder.reshape(x, ['R', 1]);
  const target = column(builder.input('target', 'int64', ['R']));
  const weights = column(builder.input('targetWeight', 'float32', ['R']));
  const logProbabilities = builder.logSoftmax(builder.matmul(hidden, weight, { transposeB: true }));
  const likelihoods = builder.mul(builder.gatherElements(logProbabilities, target), weights);
  const loss = builder.neg(builder.reduceSum(likelihoods, [0, 1], 'drop'));
  // d(-w log p(target)) / d(logits) = w (p - onehot(target))
  const minusOnes = builder.sub(builder.zerosLike(weights), builder.scalar(1));
  const differences = builder.scatterElements(builder.exp(logProbabilities), target, minusOnes);
  const atLogits = builder.mul(differences, weights);
  return {
    loss,
    adjoint: builder.matmul(atLogits, weight),
    weightGradient: () => builder.matmul(atLogits, hidden, { transposeA: true }),
  };
}
