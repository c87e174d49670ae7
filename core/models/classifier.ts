// An encoder with a classification head: BERT's pooler over the first token, then one score a class.
import { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphSession } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { planBatches } from './batches.ts';
import type { EncoderConfig } from './bert-config.ts';
import { buildPooled } from './bert.ts';
import type { EmbedderSetup } from './embedder.ts';
import { checkTexts, encodeTexts, firstToken, paddedTextLength } from './encode-texts.ts';
import { inTurn } from './in-turn.ts';
import type { Parameter, ParameterSource } from './parameters.ts';
import { storedParameters } from './parameters.ts';

export interface ClassifierSetup extends EmbedderSetup {
  readonly classCount: number;
}

export interface Classifier {
  /**
   * For each text the log-probability, in nats, of each class; bit for bit the same whatever the other texts are.
   * @param texts - as an embedder takes them
   */
  logProbabilities(texts: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** As for embeddings. */
const DEFAULT_TOKEN_BUDGET = 4096;

const pooler = 'pooler.dense';
const head = 'classifier';

/** What the head adds to an encoder, under the names of BertForSequenceClassification without `bert.`. */
export function headParameters({ hiddenSize }: EncoderConfig, classCount: number): Parameter[] {
  return [
    { name: `${pooler}.weight`, shape: [hiddenSize, hiddenSize] },
    { name: `${pooler}.bias`, shape: [hiddenSize] },
    { name: `${head}.weight`, shape: [classCount, hiddenSize] },
    { name: `${head}.bias`, shape: [classCount] },
  ];
}

/** Appends encoder and head and gives the logits, [N, classes]. Its inputs are those of `buildPooled`. */
export function buildClassLogits(
  builder: GraphBuilder,
  config: EncoderConfig,
  { parameter, classCount }: { readonly parameter: ParameterSource; readonly classCount: number },
): Value {
  const linear = (x: Value, name: string, width: number): Value => {
    const weight = parameter({ name: `${name}.weight`, shape: [width, config.hiddenSize] });
    const product = builder.matmul(x, weight, { transposeB: true });
    return builder.add(product, parameter({ name: `${name}.bias`, shape: [width] }));
  };
  const first = buildPooled(builder, config, parameter);
  return linear(builder.tanh(linear(first, pooler, config.hiddenSize)), head, classCount);
}

export async function createClassifier(setup: ClassifierSetup): Promise<Classifier> {
  const { config, tensors, open, classCount, sessions, tokenBudget = DEFAULT_TOKEN_BUDGET } = setup;
  const session = await openClassifier({ config, tensors, open, classCount });
  return {
    async logProbabilities(texts, signal) {
      checkTexts(config, texts);
      const rows = new Array<Float32Array>(texts.length);
      const buckets = texts.map((tokens) => ({ tokens: paddedTextLength(config, tokens), targets: 1 }));
      await inTurn(planBatches(buckets, tokenBudget), sessions, async ({ bucket, members }) => {
        signal.throwIfAborted();
        const batch = members.map((member) => texts[member]!);
        const scores = floatOutput(await session.run(encodeTexts(batch, bucket.tokens, firstToken)), 'logProbability');
        members.forEach((member, row) => (rows[member] = scores.slice(row * classCount, (row + 1) * classCount)));
      });
      return rows;
    },
    close: () => session.close(),
  };
}

function openClassifier({
  config,
  tensors,
  open,
  classCount,
}: Pick<ClassifierSetup, 'config' | 'tensors' | 'open' | 'classCount'>): Promise<GraphSession> {
  const builder = new GraphBuilder();
  const logits = buildClassLogits(builder, config, { parameter: storedParameters(builder, tensors), classCount });
  builder.output('logProbability', builder.logSoftmax(logits));
  return open(encodeModel(builder.finish()));
}
