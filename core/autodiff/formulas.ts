// The rules of rules.ts as formulas, for readers: g is the gradient of the loss at the first output y, d marks the gradient at
// an input. Sums over axes that broadcast are left out, since the reverse walk takes them for all operators alike.
import type { DifferentiableOperator } from './rules.ts';

export const gradientFormulas: Record<DifferentiableOperator, string> = {
  Add: 'da = g, db = g',
  Sub: 'da = g, db = -g',
  Mul: 'da = g b, db = g a',
  Div: 'da = g / b, db = -g y / b',
  Neg: 'dx = -g',
  Exp: 'dx = g y',
  Log: 'dx = g / x',
  Sqrt: 'dx = g / (2 y)',
  Erf: 'dx = g exp(-x^2) 2 / sqrt(pi)',
  Tanh: 'dx = g (1 - y^2)',
  Sigmoid: 'dx = g y (1 - y)',
  QuickGelu: 'dx = g s (1 + x (1 - s)) with s = 1 / (1 + exp(-x))',
  Softmax: 'dx = y (g - sum(g y)), sums over the last axis',
  LogSoftmax: 'dx = g - exp(y) sum(g), sums over the last axis',
  ReduceSum: 'dx = g, repeated along the axes',
  ReduceMean: 'dx = g / count, repeated along the axes',
  Reshape: 'dx = g in the shape of x',
  Transpose: 'dx = g with the axes put back',
  Gather: 'dtable = g added to the rows it came from',
  GatherElements: 'dx = g added to the entries it came from',
  LayerNormalization:
    'dx = r (g w - mean(g w) - n mean(g w n)), dw = g n, db = g with n = (x - mean) r, r = 1 / deviation',
  SimplifiedLayerNormalization: 'dx = r (g w - n mean(g w n)), dw = g n with n = x r, r = 1 / root mean square',
  FusedMatMul: 'da = s g b^T, db = s a^T g for y = s a b; transposed back where the product transposes',
  RotaryEmbedding: 'dx = g rotated by the opposite angles',
};
