import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openEnglishLexicon } from '../../../adapters/lexicon/english-lexicon.ts';
import { porterStem } from '../../../core/text/porter-stemmer.ts';
import { readWordNet } from '../../../core/text/wordnet.ts';
import { lexiconWords } from '../../../scripts/golden/lexicon-words.ts';

const golden = JSON.parse(readFileSync('test/golden/text/lexicon.json', 'utf8')) as {
  readonly words: number;
  readonly stems: string;
  readonly synonyms: string;
  readonly shown: readonly [word: string, stem: string, synonyms: string][];
};

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

describe('the English lexicon, against NLTK', () => {
  const words = lexiconWords();

  it('stems all words alike', () => {
    assert.equal(words.length, golden.words);
    assert.ok(words.length > 100_000);
    for (const [word, stem] of golden.shown) assert.equal(porterStem(word), stem);
    assert.equal(digest(words.map((word) => `${word} ${porterStem(word)}`)), golden.stems);
  });

  it('has the same synonyms of all words, of base forms too', async () => {
    const { synonymsOf } = await openEnglishLexicon();
    const sorted = (word: string) => [...synonymsOf(word)].sort();
    for (const [word, , synonyms] of golden.shown) assert.equal(sorted(word).join(' '), synonyms, word);
    assert.equal(digest(words.map((word) => [word, ...sorted(word)].join(' '))), golden.synonyms);
  });

  it('refuses a table with a part of speech that it does not know', () => {
    assert.throws(() => readWordNet('= article\nthe\n'), { name: 'PermanentError', type: 'InvalidData' });
  });
});
