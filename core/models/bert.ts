// The forward graph of BERT encoders: from token ids to one vector a text, differentiable in every parameter.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { EncoderConfig } from './bert-config.ts';
import type { Parameter, ParameterSource } from './parameters.ts';

const EMBEDDINGS = 'embeddings';

/** The six linear layers of a block and their [out, in], in the order of the forward pass. */
function linearShapes({ hiddenSize, intermediateSize }: EncoderConfig): Record<string, [number, number]> {
  const square: [number, number] = [hiddenSize, hiddenSize];
  return {
    'attention.self.query': square,
    'attention.self.key': square,
    'attention.self.value': square,
    'attention.output.dense': square,
    'intermediate.dense': [intermediateSize, hiddenSize],
    'output.dense': [hiddenSize, intermediateSize],
  };
}

/** Every parameter of the encoder, under its Hugging Face name without `bert.`. */
export function encoderParameters(config: EncoderConfig): Parameter[] {
  const { vocabularySize, hiddenSize, positionCount, typeCount, layerCount } = config;
  const norm = (name: string): Parameter[] => [
    { name: `${name}.LayerNorm.weight`, shape: [hiddenSize] },
    { name: `${name}.LayerNorm.bias`, shape: [hiddenSize] },
  ];
  const block = (index: number): Parameter[] => [
    ...Object.entries(linearShapes(config)).flatMap(([layer, shape]) => [
      { name: `${inLayer(index, layer)}.weight`, shape },
      { name: `${inLayer(index, layer)}.bias`, shape: [shape[0]] },
    ]),
    ...norm(inLayer(index, 'attention.output')),
    ...norm(inLayer(index, 'output')),
  ];
  return [
    { name: `${EMBEDDINGS}.word_embeddings.weight`, shape: [vocabularySize, hiddenSize] },
    { name: `${EMBEDDINGS}.position_embeddings.weight`, shape: [positionCount, hiddenSize] },
    { name: `${EMBEDDINGS}.token_type_embeddings.weight`, shape: [typeCount, hiddenSize] },
    ...norm(EMBEDDINGS),
    ...Array.from({ length: layerCount }, (_, index) => block(index)).flat(),
  ];
}

/** Appends the forward pass and gives the embeddings, [N, hidden]: rows of `buildPooled` at unit L2 norm. */
export function buildEmbeddings(builder: GraphBuilder, config: EncoderConfig, parameter: ParameterSource): Value {
  return unitRows(builder, buildPooled(builder, config, parameter));
}

/**
 * Appends the forward pass and gives one vector a text, [N, hidden]: its tokens' last hidden states, weighted. Inputs that it
 * declares: tokens int64 [N, T], position int64 [T] (0, 1, ..., T-1), mask [N, 1, 1, T] (0 at a token, a large negative number
 * at padding, added to scores) and share [N, 1, T], the weights.
 */
export function buildPooled(builder: GraphBuilder, config: EncoderConfig, parameter: ParameterSource): Value {
  const pass = new EncoderPass(builder, config, parameter);
  let hidden = pass.embed(builder.input('tokens', 'int64', ['N', 'T']), builder.input('position', 'int64', ['T']));
  const mask = builder.input('mask', 'float32', ['N', 1, 1, 'T']);
  for (let index = 0; index < config.layerCount; index++) hidden = pass.block(hidden, mask, index);
  const share = builder.input('share', 'float32', ['N', 1, 'T']);
  return builder.reshape(builder.matmul(share, hidden), ['N', config.hiddenSize]);
}

class EncoderPass {
  private readonly builder: GraphBuilder;
  private readonly config: EncoderConfig;
  private readonly parameter: (name: string) => Value;

  constructor(builder: GraphBuilder, config: EncoderConfig, parameter: ParameterSource) {
    const shapes = new Map(encoderParameters(config).map(({ name, shape }) => [name, shape]));
    this.builder = builder;
    this.config = config;
    this.parameter = (name) => parameter({ name, shape: shapes.get(name)! });
  }

  /** [N, T, hidden]: word, position and token type, summed and normalised. A single text is of type 0. */
  embed(tokens: Value, positions: Value): Value {
    const { builder } = this;
    const rows = (table: string, indices: Value): Value =>
      builder.gather(this.parameter(`${EMBEDDINGS}.${table}.weight`), indices);
    const words = rows('word_embeddings', tokens);
    const types = rows('token_type_embeddings', builder.integers([0]));
    return this.norm(builder.add(builder.add(words, types), rows('position_embeddings', positions)), EMBEDDINGS);
  }

  /** Norms stand after the sums, as in the first transformers. */
  block(hidden: Value, mask: Value, index: number): Value {
    const { builder } = this;
    const attended = this.linear(this.attention(hidden, mask, index), inLayer(index, 'attention.output.dense'));
    const middle = this.norm(builder.add(attended, hidden), inLayer(index, 'attention.output'));
    const inner = gelu(builder, this.linear(middle, inLayer(index, 'intermediate.dense')));
    const mixed = this.linear(inner, inLayer(index, 'output.dense'));
    return this.norm(builder.add(mixed, middle), inLayer(index, 'output'));
  }

  /** softmax(q k^T / sqrt(size) + mask) v, the heads joined again: [N, T, hidden]. */
  private attention(hidden: Value, mask: Value, index: number): Value {
    const { builder } = this;
    const { headCount, headSize } = this.config;
    const heads = (layer: string): Value => {
      const projected = this.linear(hidden, inLayer(index, `attention.self.${layer}`));
      return builder.transpose(builder.reshape(projected, ['N', 'T', headCount, headSize]), [0, 2, 1, 3]);
    };
    const [queries, keys, values] = [heads('query'), heads('key'), heads('value')];
    const scores = builder.matmul(queries, keys, { transposeB: true, scale: 1 / Math.sqrt(headSize) });
    const mixed = builder.matmul(builder.softmax(builder.add(scores, mask)), values);
    return builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), hidden.shape);
  }

  /** x W^T + b with W [out, in] as checkpoints store it. */
  private linear(x: Value, name: string): Value {
    const product = this.builder.matmul(x, this.parameter(`${name}.weight`), { transposeB: true });
    return this.builder.add(product, this.parameter(`${name}.bias`));
  }

  private norm(x: Value, name: string): Value {
    const parameters = {
      weight: this.parameter(`${name}.LayerNorm.weight`),
      bias: this.parameter(`${name}.LayerNorm.bias`),
    };
    return this.builder.layerNorm(x, parameters, this.config.normEpsilon).output;
  }
}

/** x (1 + erf(x / sqrt 2)) / 2. */
function gelu(builder: GraphBuilder, x: Value): Value {
  const erf = builder.erf(builder.mul(x, builder.scalar(Math.SQRT1_2)));
  return builder.mul(builder.mul(x, builder.scalar(0.5)), builder.add(erf, builder.scalar(1)));
}

function unitRows(builder: GraphBuilder, x: Value): Value {
  return builder.div(x, builder.sqrt(builder.reduceSum(builder.mul(x, x), [1], 'keep')));
}

function inLayer(index: number, name: string): string {
  return `encoder.layer.${index}.${name}`;
}
