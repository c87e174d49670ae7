// The forward graph of the Llama family: RMS norm, rotary embedding, grouped-query attention, SwiGLU.
// Activations stay [N, T, hidden]: N samples of T tokens, padded on the right, which a causal mask makes harmless.
import type { GraphBuilder, RotaryTables } from '../graph/builder.ts';
import type { Shape, Value } from '../graph/graph.ts';
import { maskInputs } from './attention-masks.ts';
import type { ModelConfig } from './model-config.ts';
import type { LinearLayer, ParameterSource } from './parameters.ts';
import { EMBEDDING, FINAL_NORM, hasBias, headName, inLayer, linearShape } from './parameters.ts';

/** A place where a parameter meets activations; enough to derive the parameter's gradient per sample. */
export interface TapSite {
  readonly parameter: string;
  readonly kind: TapKind;
  /** linear: its input; embedding: the row indices; scale: what is scaled; bias: the same as `output`. */
  readonly input: Value;
  /** The value whose adjoint is needed. */
  readonly output: Value;
  /** The parameter's shape; matrices are [out, in]. */
  readonly shape: readonly number[];
}

export type TapKind = 'linear' | 'embedding' | 'scale' | 'bias';

/** Adds to the output of the linear layer at `name` (LoRA); gives its output back unchanged where nothing is to be added. */
export type LinearAdapter = (name: string, input: Value, output: Value) => Value;

/** Where tokens stand and which others they see; A is the number of tokens that they may look at. */
export interface Attention {
  readonly rotary: RotaryTables;
  /** Keys or values of all tokens, [N, key heads, A, size], from those of this run, [N, T, key heads * size]. */
  heads(kind: 'key' | 'value', index: number, x: Value): Value;
  /** Masked softmax of [N, key heads, group * T, A] in layer `index`. */
  weights(scores: Value, index: number): Value;
}

export interface ForwardOptions {
  readonly parameter: ParameterSource;
  readonly adapt?: LinearAdapter;
  /** Default: causal, among the tokens of the run. */
  readonly attention?: Attention;
  /** The hidden states, from all of [N, T, hidden], whose logits are wanted. Default: those at logitPosition. */
  readonly select?: (hidden: Value) => Value;
}

export interface ForwardGraph {
  /** [N, L, vocabulary], at the selected positions only; [..., vocabulary] after a selection of one's own. */
  readonly logits: Value;
  readonly taps: readonly TapSite[];
}

/**
 * Appends the forward pass. Inputs that it declares: tokens int64 [N, T], those of the attention, and for the default selection
 * logitPosition int64 [N, L] and position int64 [T] (0, 1, ..., T-1).
 */
export function buildForward(builder: GraphBuilder, config: ModelConfig, options: ForwardOptions): ForwardGraph {
  const pass = new ForwardPass(builder, config, options);
  const tokens = builder.input('tokens', 'int64', ['N', 'T']);
  let hidden = pass.embed(tokens);
  for (let index = 0; index < config.layerCount; index++) hidden = pass.block(hidden, index);
  const selected = options.select ? options.select(hidden) : pass.select(hidden);
  const normalized = pass.norm(selected, FINAL_NORM);
  const logits = pass.matrix(normalized, headName(config), config.vocabularySize);
  return { logits, taps: pass.taps };
}

export interface AmongTokens {
  /** Of the masks, 0 or a large negative number that is added to scores; broadcasts to [N, key heads, group, T, T]. */
  readonly maskShape: Shape;
  /** Where tokens stand in the rotary tables. */
  readonly offset: Value;
}

/** Attention among the tokens of the run. Declares the masks, and cosine and sine [T, head size / 2]. */
export function attentionAmongTokens(
  builder: GraphBuilder,
  config: ModelConfig,
  { maskShape, offset }: AmongTokens,
): Attention {
  const { keyValueHeadCount, headCount, headSize } = config;
  const mask = maskInputs(builder, config, maskShape);
  const rotary = {
    offset,
    cosines: builder.input('cosine', 'float32', ['T', headSize / 2]),
    sines: builder.input('sine', 'float32', ['T', headSize / 2]),
  };
  const group = headCount / keyValueHeadCount;
  return {
    rotary,
    heads: (_kind, _index, x) =>
      builder.transpose(builder.reshape(x, ['N', 'T', keyValueHeadCount, headSize]), [0, 2, 1, 3]),
    weights(scores, index) {
      const split = builder.reshape(scores, ['N', keyValueHeadCount, group, 'T', 'T']);
      return builder.reshape(builder.softmax(builder.add(split, mask(index))), scores.shape);
    },
  };
}

/** Every token sees itself and those before it in its row: masks [T, T]. */
function causalAttention(builder: GraphBuilder, config: ModelConfig): Attention {
  return attentionAmongTokens(builder, config, { maskShape: ['T', 'T'], offset: builder.integers([0]) });
}

class ForwardPass {
  readonly taps: TapSite[] = [];
  private readonly builder: GraphBuilder;
  private readonly config: ModelConfig;
  private readonly options: ForwardOptions;
  private readonly attend: Attention;

  constructor(builder: GraphBuilder, config: ModelConfig, options: ForwardOptions) {
    this.builder = builder;
    this.config = config;
    this.options = options;
    this.attend = options.attention ?? causalAttention(builder, config);
  }

  embed(tokens: Value): Value {
    const { vocabularySize, hiddenSize } = this.config;
    const shape = [vocabularySize, hiddenSize];
    const output = this.builder.gather(this.options.parameter({ name: EMBEDDING, shape }), tokens);
    this.taps.push({ parameter: EMBEDDING, shape, kind: 'embedding', input: tokens, output });
    return output;
  }

  block(hidden: Value, index: number): Value {
    const attended = this.attention(this.norm(hidden, inLayer(index, 'input_layernorm.weight')), index);
    const middle = this.builder.add(hidden, attended);
    const mixed = this.feedForward(this.norm(middle, inLayer(index, 'post_attention_layernorm.weight')), index);
    return this.builder.add(middle, mixed);
  }

  /** The hidden states whose logits are wanted, [N, L, hidden]: a product with one-hot rows, which is exact. */
  select(hidden: Value): Value {
    const { builder } = this;
    const wanted = builder.input('logitPosition', 'int64', ['N', 'L']);
    const positions = builder.input('position', 'int64', ['T']);
    const chosen = builder.toFloat(builder.equal(builder.reshape(wanted, ['N', 'L', 1]), positions));
    return builder.matmul(chosen, hidden);
  }

  norm(x: Value, name: string): Value {
    const shape = [Number(x.shape[x.shape.length - 1])];
    const weight = this.options.parameter({ name, shape });
    const { output, inverse } = this.builder.rmsNorm(x, weight, this.config.normEpsilon);
    this.taps.push({ parameter: name, shape, kind: 'scale', input: this.builder.mul(x, inverse), output });
    return output;
  }

  /** x W^T with W [width, in] as checkpoints store it. */
  matrix(x: Value, name: string, width: number): Value {
    const shape = [width, Number(x.shape[x.shape.length - 1])];
    const output = this.builder.matmul(x, this.options.parameter({ name, shape }), { transposeB: true });
    this.taps.push({ parameter: name, shape, kind: 'linear', input: x, output });
    return output;
  }

  private linear(x: Value, index: number, layer: LinearLayer): Value {
    const name = inLayer(index, layer);
    const [width] = linearShape(this.config, layer);
    const product = this.matrix(x, `${name}.weight`, width);
    const output = hasBias(this.config, layer) ? this.bias(product, `${name}.bias`, width) : product;
    return this.options.adapt ? this.options.adapt(name, x, output) : output;
  }

  private bias(x: Value, name: string, width: number): Value {
    const output = this.builder.add(x, this.options.parameter({ name, shape: [width] }));
    this.taps.push({ parameter: name, shape: [width], kind: 'bias', input: output, output });
    return output;
  }

  private attention(x: Value, index: number): Value {
    const { builder, config } = this;
    const { headCount, keyValueHeadCount, headSize } = config;
    const queries = this.rotated(this.linear(x, index, 'self_attn.q_proj'), index, 'self_attn.q_norm', headCount);
    const keys = this.rotated(this.linear(x, index, 'self_attn.k_proj'), index, 'self_attn.k_norm', keyValueHeadCount);
    const values = this.linear(x, index, 'self_attn.v_proj');
    const [allKeys, allValues] = [this.attend.heads('key', index, keys), this.attend.heads('value', index, values)];
    const mixed = this.mix(this.groupedHeads(queries), allKeys, allValues, index);
    const joined = builder.reshape(builder.transpose(mixed, [0, 3, 1, 2, 4]), ['N', 'T', headCount * headSize]);
    return this.linear(joined, index, 'self_attn.o_proj');
  }

  private rotated(x: Value, index: number, norm: string, headCount: number): Value {
    const normalized = this.config.queryKeyNorm ? this.headNorm(x, inLayer(index, `${norm}.weight`), headCount) : x;
    return this.builder.rotaryEmbedding(normalized, this.attend.rotary, headCount);
  }

  private headNorm(x: Value, name: string, headCount: number): Value {
    const heads = this.builder.reshape(x, ['N', 'T', headCount, this.config.headSize]);
    return this.builder.reshape(this.norm(heads, name), x.shape);
  }

  /**
   * softmax(q k^T / sqrt(size) + mask) v. The query heads of a group are stacked along the tokens, so that they share one
   * product with their keys, and the gradient of the keys sums over the group inside the product.
   */
  private mix(queries: Value, keys: Value, values: Value, index: number): Value {
    const { builder } = this;
    const { keyValueHeadCount, headCount, headSize } = this.config;
    const group = headCount / keyValueHeadCount;
    const scores = builder.matmul(queries, keys, { transposeB: true, scale: 1 / Math.sqrt(headSize) });
    return builder.reshape(builder.matmul(this.attend.weights(scores, index), values), [
      'N',
      keyValueHeadCount,
      group,
      'T',
      headSize,
    ]);
  }

  /** [N, T, heads * size] as [N, key heads, group * T, size]. */
  private groupedHeads(x: Value): Value {
    const { keyValueHeadCount, headCount, headSize } = this.config;
    const group = headCount / keyValueHeadCount;
    const split = this.builder.reshape(x, ['N', 'T', keyValueHeadCount, group, headSize]);
    const swapped = this.builder.transpose(split, [0, 2, 3, 1, 4]);
    return this.builder.reshape(swapped, ['N', keyValueHeadCount, `${group}*T`, headSize]);
  }

  private feedForward(x: Value, index: number): Value {
    const { builder } = this;
    const gate = this.linear(x, index, 'mlp.gate_proj');
    const up = this.linear(x, index, 'mlp.up_proj');
    return this.linear(builder.mul(builder.silu(gate), up), index, 'mlp.down_proj');
  }
}
