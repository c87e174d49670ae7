// Encoders against tokens of `tokenizers` and embeddings of `sentence-transformers`: scripts/golden/encoder.py.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Embedder } from '../../../activities/ports/models.ts';
import { openEncoder } from '../../../adapters/models/embedding.ts';
import { openModel } from '../../../adapters/models/model.ts';
import { pulledFile } from '../../../adapters/models/pull.ts';
import { createModelRuntime } from '../../../adapters/models/runtime.ts';
import { rowOf } from '../../../core/diversity/row-matrix.ts';
import { tinyEncoderConfig, tinyEncoderLength, writeTinyEncoder } from '../../helpers/tiny-encoder.ts';
import type { TinyEncoderChange } from '../../helpers/tiny-encoder.ts';

interface GoldenCase {
  readonly tokens: readonly (readonly number[])[];
  /** Base64 of float32 rows. */
  readonly embeddings: string;
}

const golden = JSON.parse(readFileSync(new URL('../../golden/models/encoder.json', import.meta.url), 'utf8')) as {
  readonly texts: readonly string[];
  readonly embedded: readonly string[];
} & Record<'tiny' | 'all-minilm-l6-v2', GoldenCase>;

const TOLERANCE = 1e-5;
const signal = new AbortController().signal;

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), 'diffract-encoder-'))));
after(() => rm(root, { recursive: true }));

async function inOwnCache<Result>(work: () => Promise<Result>): Promise<Result> {
  const cache = process.env['DIFFRACT_CACHE'];
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
  try {
    return await work();
  } finally {
    if (cache === undefined) delete process.env['DIFFRACT_CACHE'];
    else process.env['DIFFRACT_CACHE'] = cache;
  }
}

async function folderOf(change: TinyEncoderChange = {}): Promise<string> {
  const folder = await mkdtemp(join(root, 'tiny-'));
  await writeTinyEncoder(folder, change);
  return folder;
}

async function assertGolden(model: string, { tokens, embeddings }: GoldenCase): Promise<void> {
  const { tokensOf, identity } = await openEncoder(model);
  golden.texts.forEach((text, index) => {
    if (tokens[index]!.length > identity.maximumLength) return;
    // The reference strips a text before it goes to the tokenizer, for which white space means nothing.
    assert.deepEqual(tokensOf(text), tokens[index], JSON.stringify(text));
  });
  const runtime = createModelRuntime({ sessions: 2 });
  try {
    const embedder = await runtime.openEmbedder(model);
    const found = await embedder.embed(golden.embedded, signal);
    const expected = new Float32Array(new Uint8Array(Buffer.from(embeddings, 'base64')).buffer);
    assert.equal(found.values.length, expected.length);
    const largest = found.values.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
    assert.ok(largest <= TOLERANCE, `the largest difference is ${largest}`);
  } finally {
    await runtime.close();
  }
}

describe('the tiny encoder', () => {
  it('gives the tokens and embeddings of the reference', () =>
    inOwnCache(async () => assertGolden(await folderOf(), golden.tiny)));

  it('is the same under names with a prefix, and from shards', () =>
    inOwnCache(async () => {
      const folder = await folderOf({
        prefix: 'bert.',
        sharded: true,
        config: { architectures: ['BertForMaskedLM'] },
      });
      await assertGolden(folder, golden.tiny);
    }));

  it('reads no more of a text than the reference does', () =>
    inOwnCache(async () => {
      const { identity, tokensOf } = await openEncoder(await folderOf());
      assert.equal(identity.maximumLength, tinyEncoderLength);
      const [full, cut] = [tokensOf('cat '.repeat(18)), tokensOf('cat '.repeat(19))];
      assert.equal(full.length, tinyEncoderLength);
      assert.deepEqual(cut, full);
    }));

  it('refuses what would give other vectors in silence, by name', () =>
    inOwnCache(async () => {
      const refused = async (change: TinyEncoderChange, message: RegExp): Promise<void> => {
        await assert.rejects(openEncoder(await folderOf(change)), { type: 'UnsupportedModel', message });
      };
      await refused({ pooling: { pooling_mode_cls_token: true } }, /pooling "cls_token" is not supported/);
      await refused({ pooling: { pooling_mode: 'max' } }, /pooling "max" is not supported; supported: the mean/);
      await refused({ config: { hidden_act: 'gelu_new' } }, /hidden_act "gelu_new".*supported: gelu/);
      const folder = await folderOf();
      await writeFile(
        join(folder, 'modules.json'),
        JSON.stringify([{ path: '', type: 'sentence_transformers.models.Dense' }]),
      );
      await assert.rejects(openEncoder(folder), /module "Dense" is not supported/);
    }));

  it('refuses weights that do not fit the config, and files that are not there', () =>
    inOwnCache(async () => {
      const layers = { ...tinyEncoderConfig, num_hidden_layers: 3 };
      await assert.rejects(openEncoder(await folderOf({ config: layers })), {
        type: 'CorruptModel',
        message: /encoder\.layer\.2\.attention\.self\.query\.weight: found no such tensor, expected \[24, 24\]/,
      });
      const folder = await folderOf();
      await rm(join(folder, 'tokenizer.json'));
      await assert.rejects(openEncoder(folder), { type: 'MissingModel', message: /tokenizer\.json/ });
    }));

  it('is prepared again when a file beside its weights changed, wherever that lies', () =>
    inOwnCache(async () => {
      const folder = await folderOf();
      const first = (await openEncoder(folder)).identity;
      const change = async (name: string, from: string, to: string): Promise<void> => {
        const text = await readFile(join(folder, name), 'utf8');
        assert.ok(text.includes(from), `${name} has no ${from}`);
        await writeFile(join(folder, name), text.replace(from, to));
      };
      await change('sentence_bert_config.json', `${tinyEncoderLength}`, '7');
      assert.equal((await openEncoder(folder)).identity.maximumLength, 7);
      await change('tokenizer.json', '"max_input_chars_per_word": 100', '"max_input_chars_per_word": 50');
      assert.notEqual((await openEncoder(folder)).identity.tokenizer, first.tokenizer);
      await change('1_Pooling/config.json', 'pooling_mode_mean_tokens', 'pooling_mode_cls_token');
      await assert.rejects(openEncoder(folder), { type: 'UnsupportedModel', message: /pooling "cls_token"/ });
    }));

  it('of the catalog tells how to get it where it was not pulled', () =>
    inOwnCache(async () => {
      await assert.rejects(openEncoder('all-minilm-l6-v2'), {
        type: 'MissingModel',
        message: /"all-minilm-l6-v2" is not on this machine.*diffract models pull all-minilm-l6-v2/,
      });
    }));

  it('is no language model', () =>
    inOwnCache(async () => {
      await assert.rejects(openModel(await folderOf()), { type: 'UnsupportedModel', message: /is an encoder/ });
    }));
});

describe('the embedder of a model runtime', () => {
  const runtime = createModelRuntime({ sessions: 2 });
  let embedder: Embedder;
  before(() => inOwnCache(async () => (embedder = await runtime.openEmbedder(await folderOf()))));
  after(() => runtime.close());

  it('gives a text bit for bit the same row in any company', async () => {
    const together = await embedder.embed(golden.texts, signal);
    for (const [index, text] of golden.texts.entries()) {
      const alone = await embedder.embed([text], signal);
      assert.deepEqual(alone.values, rowOf(together, index), JSON.stringify(text));
    }
    const backwards = await embedder.embed(golden.texts.toReversed(), signal);
    golden.texts.forEach((_, index) => {
      assert.deepEqual(rowOf(backwards, golden.texts.length - 1 - index), rowOf(together, index));
    });
  });

  it('gives rows of norm 1, and none for no texts', async () => {
    const rows = await embedder.embed(golden.texts, signal);
    assert.deepEqual([rows.count, rows.dimension, embedder.dimension], [golden.texts.length, 24, 24]);
    for (let row = 0; row < rows.count; row++) {
      assert.ok(Math.abs(Math.hypot(...rowOf(rows, row)) - 1) < 1e-6);
    }
    assert.deepEqual(await embedder.embed([], signal), { values: new Float32Array(0), count: 0, dimension: 24 });
  });

  it('stops when it is told to', async () => {
    await assert.rejects(embedder.embed(['a'], AbortSignal.abort(new Error('enough'))), /enough/);
  });
});

const miniLm = pulledFile('all-minilm-l6-v2');
const skip = existsSync(miniLm) ? false : 'not pulled: diffract models pull all-minilm-l6-v2';

describe('all-minilm-l6-v2', { skip }, () => {
  it('gives the tokens and embeddings of the reference', () =>
    assertGolden('all-minilm-l6-v2', golden['all-minilm-l6-v2']));

  it('reads 256 tokens of a text', async () => {
    assert.equal((await openEncoder('all-minilm-l6-v2')).identity.maximumLength, 256);
  });
});
