// The graph of the tiny encoder: what it reads, and that it can be trained. Golden values: scripts/golden/encoder.py.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { openEncoder } from '../../../adapters/models/embedding.ts';
import type { EncoderFiles } from '../../../adapters/models/embedding.ts';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { parseEncoderConfig } from '../../../core/models/bert-config.ts';
import { buildEmbeddings, encoderParameters } from '../../../core/models/bert.ts';
import { createEmbedder } from '../../../core/models/embedder.ts';
import { MASKED } from '../../../core/models/attention-masks.ts';
import { storedParameters } from '../../../core/models/parameters.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import { tinyEncoderConfig, tinyEncoderLength, writeTinyEncoder } from '../../helpers/tiny-encoder.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/models/encoder.json', import.meta.url), 'utf8')) as {
  readonly embedded: readonly string[];
  readonly tiny: { readonly gradients: Readonly<Record<string, readonly [number, number]>> };
};

let root: string;
let encoder: EncoderFiles;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-bert-'));
  await writeTinyEncoder(join(root, 'tiny'));
  const cache = process.env['DIFFRACT_CACHE'];
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
  encoder = await openEncoder(join(root, 'tiny'));
  if (cache === undefined) delete process.env['DIFFRACT_CACHE'];
  else process.env['DIFFRACT_CACHE'] = cache;
});
after(() => rm(root, { recursive: true }));

/** Feeds of all golden texts, padded to the longest. */
function goldenFeeds() {
  const [rows, length] = [golden.embedded.map(encoder.tokensOf), tinyEncoderLength];
  const spread = (at: (tokens: number[], place: number) => number): number[] =>
    rows.flatMap((tokens) => Array.from({ length }, (_, place) => at(tokens, place)));
  const floats = (dims: number[], data: number[]) =>
    ({ type: 'float32', dims, data: Float32Array.from(data) }) as const;
  const integers = (dims: number[], data: number[]) =>
    ({ type: 'int64', dims, data: BigInt64Array.from(data, BigInt) }) as const;
  const [count, width] = [rows.length, encoder.config.hiddenSize];
  return {
    tokens: integers(
      [count, length],
      spread((tokens, place) => tokens[place] ?? 0),
    ),
    position: integers([length], [...Array(length).keys()]),
    mask: floats(
      [count, 1, 1, length],
      spread((tokens, place) => (place < tokens.length ? 0 : MASKED)),
    ),
    share: floats(
      [count, 1, length],
      spread((tokens, place) => (place < tokens.length ? 1 / tokens.length : 0)),
    ),
    seed: floats([count, width], [...Array(count * width).keys()].map(Math.cos)),
  };
}

describe('the graph of an encoder', () => {
  it('has the exact gradient at every parameter', async (test) => {
    const builder = new GraphBuilder();
    const { config, tensors, folder } = encoder;
    const stored = storedParameters(builder, tensors);
    const of = buildEmbeddings(builder, config, stored);
    const seed = builder.input('seed', 'float32', of.shape);
    const at = encoderParameters(config).map(stored);
    for (const [name, gradient] of gradients(builder, { of, seed, at })) builder.output(`d ${name}`, gradient);
    const outputs = await (await openGraph(test, builder.finish(), folder)).run(goldenFeeds());
    const weights = new Float32Array((await readFile(join(folder, 'weights.bin'))).buffer);
    assert.deepEqual(at.map(({ name }) => name).sort(), Object.keys(golden.tiny.gradients).sort());
    for (const { name, offset } of tensors) {
      const found = floatOutput(outputs, `d ${name}`);
      const product = found.reduce((sum, value, index) => sum + value * weights[offset / 4 + index]!, 0);
      const norm = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0));
      const [expectedProduct, expectedNorm] = golden.tiny.gradients[name]!;
      // A key's bias moves all scores of a query alike: the exact gradient is 0, and float32 leaves some 1e-7.
      assert.ok(Math.abs(norm - expectedNorm) < 1e-5 * (1 + expectedNorm), `${name}: ${norm} for ${expectedNorm}`);
      assert.ok(Math.abs(product - expectedProduct) < 1e-5 * (1 + expectedNorm), `${name}: ${product}`);
    }
  });
});

describe('parseEncoderConfig', () => {
  it('reads what the graph needs', () => {
    assert.deepEqual(parseEncoderConfig(tinyEncoderConfig, 'config.json'), {
      vocabularySize: tinyEncoderConfig.vocab_size,
      hiddenSize: 24,
      intermediateSize: 40,
      layerCount: 2,
      headCount: 3,
      headSize: 8,
      positionCount: 40,
      typeCount: 2,
      normEpsilon: 1e-12,
    });
  });

  it('refuses by name what it does not know', () => {
    const refused = (change: Record<string, unknown>, message: RegExp): void =>
      assert.throws(() => parseEncoderConfig({ ...tinyEncoderConfig, ...change }, 'config.json'), {
        type: 'UnsupportedModel',
        message,
      });
    refused({ architectures: ['RobertaModel'] }, /config\.json: architecture RobertaModel .*supported: BertModel, /);
    refused({ architectures: undefined }, /\(not stated\)/);
    refused({ position_embedding_type: 'relative_key' }, /position_embedding_type "relative_key".*absolute/);
    refused({ is_decoder: true }, /is_decoder true/);
    refused({ num_attention_heads: 5 }, /hidden_size 24 is no multiple of num_attention_heads 5/);
    refused({ num_hidden_layers: 0 }, /num_hidden_layers must be a number above 0, found 0/);
  });
});

describe('createEmbedder', () => {
  it('gives the same rows under any token budget', async (test) => {
    const texts = golden.embedded.map(encoder.tokensOf);
    const rows = [];
    for (const tokenBudget of [1, 48, 4096]) {
      const open = (bytes: Uint8Array<ArrayBuffer>) => openBytes(test, bytes);
      const embedder = await createEmbedder({ ...encoder, open, sessions: 2, tokenBudget });
      rows.push(await embedder.embed(texts));
    }
    assert.deepEqual(rows[1], rows[0]);
    assert.deepEqual(rows[2], rows[0]);
  });

  it('refuses texts without tokens, with too many, and with tokens outside the vocabulary', async (test) => {
    const open = (bytes: Uint8Array<ArrayBuffer>) => openBytes(test, bytes);
    const embedder = await createEmbedder({ ...encoder, open, sessions: 1 });
    const refused = (tokens: number[], message: RegExp): Promise<void> =>
      assert.rejects(embedder.embed([[2, 3], tokens]), { type: 'InvalidData', message });
    await refused([], /text 1 has 0 tokens; the encoder takes 1 to 40/);
    await refused(Array<number>(41).fill(2), /text 1 has 41 tokens/);
    await refused([-1], /text 1 has token id -1, expected 0 to/);
  });

  it('begins no batch after the signal, and says when weights are no numbers', async () => {
    const abort = new AbortController();
    let runs = 0;
    const session = {
      run: () => {
        if (++runs === 2) abort.abort(new Error('enough'));
        const data = new Float32Array(24).fill(runs > 2 ? NaN : 1);
        return Promise.resolve({ embedding: { type: 'float32', dims: [1, 24], data } as const });
      },
      close: () => Promise.resolve(),
    };
    const embedder = await createEmbedder({
      ...encoder,
      open: () => Promise.resolve(session),
      sessions: 1,
      tokenBudget: 1,
    });
    await assert.rejects(embedder.embed([[2], [2], [2], [2]], abort.signal), /enough/);
    assert.equal(runs, 2);
    await assert.rejects(embedder.embed([[2]]), { type: 'CorruptModel', message: /text 0 is not finite/ });
  });
});

async function openBytes(test: { after(work: () => Promise<void>): void }, bytes: Uint8Array<ArrayBuffer>) {
  const session = await createOnnxRuntime().open({ bytes, weightsFolder: encoder.folder }, 1);
  test.after(() => session.close());
  return session;
}
