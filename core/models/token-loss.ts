// The training objective: mean negative log-likelihood of the completion's tokens, one number per sample.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';

/**
 * Appends the loss, [N]: sum over L of weight * -log p(target). Inputs that it declares: target int64 [N, L] and
 * targetWeight float32 [N, L], which is 1 / (number of targets) for the sample's targets and 0 on padding.
 */
export function buildTokenLoss(builder: GraphBuilder, logits: Value): Value {
  const weights = builder.input('targetWeight', 'float32', ['N', 'L']);
  const weighted = builder.mul(buildTargetLogProbabilities(builder, logits), weights);
  return builder.neg(builder.reduceSum(weighted, [1], 'drop'));
}

/** Appends log p(target), [N, L]; declares the input target. */
export function buildTargetLogProbabilities(builder: GraphBuilder, logits: Value): Value {
  const target = builder.input('target', 'int64', ['N', 'L']);
  const indices = builder.reshape(target, ['N', 'L', 1]);
  return builder.reshape(builder.gatherElements(builder.logSoftmax(logits), indices), ['N', 'L']);
}
