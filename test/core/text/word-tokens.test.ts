import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openEnglishLexicon } from '../../../adapters/lexicon/english-lexicon.ts';
import { splitSentences } from '../../../core/text/sentence-splitter.ts';
import { treebankTokens } from '../../../core/text/word-tokens.ts';

describe('sentences', () => {
  // nltk.sent_tokenize of NLTK 3.10.4.
  for (const [text, sentences] of [
    ['Dr. Marlow saw it. She left.', ['Dr. Marlow saw it.', 'She left.']],
    ['It was 5 p.m. in the U.S. and late.', ['It was 5 p.m. in the U.S. and late.']],
    ['J. Bach came in no. 5. He sat.', ['J. Bach came in no.', '5.', 'He sat.']],
    ['(It works.) It does!!! Does it?  Yes.', ['(It works.)', 'It does!!!', 'Does it?', 'Yes.']],
    ['He said “no.” Then he went.', ['He said “no.”', 'Then he went.']],
    [' \n', []],
  ] as const) {
    it(`of ${JSON.stringify(text)} are ${sentences.length}`, async () => {
      const lexicon = await openEnglishLexicon();
      assert.deepEqual(splitSentences(text, lexicon.sentences, '‘’“”«»'), sentences);
    });
  }
});

describe('tokens of a sentence', () => {
  it('treat dashes and opening apostrophes by the release of NLTK', () => {
    const sentence = `From 0.5–0.9 they can't, 'cause "it" isn't.`;
    const start = ['they', 'ca', "n't", ','];
    const end = ['``', 'it', "''", 'is', "n't", '.'];
    assert.deepEqual(treebankTokens(sentence, '3.10'), ['From', '0.5', '–', '0.9', ...start, "'", 'cause', ...end]);
    assert.deepEqual(treebankTokens(sentence, '3.9'), ['From', '0.5–0.9', ...start, "'cause", ...end]);
  });
});
