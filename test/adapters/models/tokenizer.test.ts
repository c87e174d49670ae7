// Against token numbers that the Rust tokenizers library gave for SmolLM2, and laws on a tiny vocabulary.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { modelFolder } from '../../../adapters/models/cache.ts';
import { openModel } from '../../../adapters/models/model.ts';
import type { LanguageModelFiles } from '../../../adapters/models/model.ts';
import { createTokenizer } from '../../../adapters/models/tokenizer.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

interface Golden {
  readonly texts: readonly { readonly text: string; readonly tokens: number[] }[];
  readonly chats: readonly {
    readonly prompt: string;
    readonly completion: string;
    readonly promptTokens: number[];
    readonly wholeTokens: number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/models/smollm2-tokens.json', import.meta.url), 'utf8'),
) as Golden;
const preparedFolder = modelFolder('smollm2-135m-instruct');
const skip = existsSync(join(preparedFolder, 'weights.json')) ? false : `SmolLM2 is not prepared in ${preparedFolder}`;

describe('SmolLM2', { skip }, () => {
  let model: LanguageModelFiles;
  before(async () => (model = await openModel('smollm2-135m-instruct')));

  it('gives every text the tokens of the reference', () => {
    for (const { text, tokens } of golden.texts)
      assert.deepEqual(model.tokenizer.encode(text), tokens, JSON.stringify(text));
  });

  it('gives chats the tokens of the reference, with the system turn of its template', () => {
    for (const { prompt, completion, promptTokens, wholeTokens } of golden.chats) {
      const encoded = model.chat.encodeChat({ prompt, completion });
      assert.deepEqual(encoded.promptTokens, promptTokens);
      assert.deepEqual(
        [...promptTokens, ...encoded.completionTokens],
        wholeTokens.slice(0, -1),
        JSON.stringify(completion),
      );
      assert.deepEqual(model.chat.encodePrompt(prompt), promptTokens);
    }
    assert.match(
      model.tokenizer.decode(golden.chats[0]?.promptTokens ?? []),
      /^<\|im_start\|>system\nYou are a helpful/,
    );
  });

  it('reads its numbers of layers, heads and rotary base from the file', () => {
    assert.equal(model.config['num_hidden_layers'], 30);
    assert.equal(model.config['num_key_value_heads'], 3);
    assert.equal(model.config['rope_theta'], 100_000);
    assert.equal(model.tensors.length, 272);
  });
});

describe('createTokenizer', () => {
  let root: string;
  let model: LanguageModelFiles;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-tokenizer-'));
    await writeTinyGguf(join(root, 'tiny.gguf'));
    const cache = process.env['DIFFRACT_CACHE'];
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    model = await openModel({ gguf: join(root, 'tiny.gguf') });
    if (cache === undefined) delete process.env['DIFFRACT_CACHE'];
    else process.env['DIFFRACT_CACHE'] = cache;
  });
  after(() => rm(root, { recursive: true }));

  it('decodes what it encoded, for any text', () => {
    const { encode, decode } = model.tokenizer;
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(decode(encode(text)), text)));
  });

  it('turns half a surrogate pair into the replacement character', () => {
    assert.equal(model.tokenizer.decode(model.tokenizer.encode('a\ud83db')), 'a\ufffdb');
  });

  it('recognises special tokens in text and can drop them', () => {
    const tokens = model.tokenizer.encode('<|im_start|>a<|im_end|>');
    assert.deepEqual([tokens.length, tokens[0], tokens[2]], [3, 1, 2]);
    assert.equal(model.tokenizer.decode(tokens), '<|im_start|>a<|im_end|>');
    assert.equal(model.tokenizer.decode(tokens, { specialTokens: 'dropped' }), 'a');
    assert.equal(model.tokenizer.decode([]), '');
  });

  it('counts its vocabulary and names its special tokens', () => {
    assert.equal(model.tokenizer.vocabularySize, 287);
    assert.deepEqual(
      [...model.tokenizer.specialTokens],
      [
        ['<|endoftext|>', 0],
        ['<|im_start|>', 1],
        ['<|im_end|>', 2],
      ],
    );
  });

  it('adds the beginning token only when asked', () => {
    const tokenizer = createTokenizer({
      added_tokens: [{ id: 1, content: '<s>', special: true }],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      decoder: null,
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
    });
    assert.deepEqual(tokenizer.encode('a'), [0]);
    assert.deepEqual(tokenizer.encode('a', { specialTokens: 'added' }), [1, 0]);
  });

  it('refuses a tokenizer of an unknown kind', () => {
    assert.throws(() => createTokenizer({ added_tokens: [], model: { type: 'Magic' } }), { type: 'UnsupportedModel' });
  });
});
