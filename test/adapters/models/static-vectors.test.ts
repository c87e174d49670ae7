// Static word vectors against their own files read with `tokenizers` and numpy: scripts/golden/word_vectors.py.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pulledFile } from '../../../adapters/models/pull.ts';
import { openStaticVectors } from '../../../adapters/models/static-vectors.ts';
import { meanVector } from '../../../core/students/word-vectors.ts';

interface GoldenText {
  readonly text: string;
  readonly tokens: readonly number[];
  /** The first eight numbers. */
  readonly mean: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/models/word-vectors.json', import.meta.url), 'utf8'),
) as readonly GoldenText[];
const skip = existsSync(pulledFile('wordllama-256')) ? false : 'not pulled: diffract models pull wordllama-256';

describe('wordllama-256', { skip }, () => {
  it('has the tokens and the vectors of its own files', async () => {
    const vectors = await openStaticVectors('wordllama-256');
    assert.equal(vectors.dimension, 256);
    for (const { text, tokens, mean } of golden) {
      assert.deepEqual(vectors.tokensOf(text), tokens, text);
      const found = meanVector(vectors, text);
      mean.forEach((value, place) => assert.ok(Math.abs(found[place]! - value) < 1e-7, `${text}, ${place}`));
    }
    assert.deepEqual(vectors.tokensOf(''), []);
  });
});

describe('a model that is no word vectors', () => {
  it('is refused before anything is downloaded', async () => {
    await assert.rejects(
      openStaticVectors('all-minilm-l6-v2'),
      /is a network; expected static word vectors: wordllama-256/,
    );
    await assert.rejects(openStaticVectors('glove'), /No model is named "glove"/);
  });
});
