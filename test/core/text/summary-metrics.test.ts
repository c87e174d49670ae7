import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openEnglishLexicon } from '../../../adapters/lexicon/english-lexicon.ts';
import { addChrf, chrfScore, chrfSignature, chrfStatistics } from '../../../core/text/chrf.ts';
import { meteor, meteorOfTokens } from '../../../core/text/meteor.ts';
import { porterStem } from '../../../core/text/porter-stemmer.ts';
import { rougeL, rougeLsum } from '../../../core/text/rouge.ts';
import { wordTokens } from '../../../core/text/word-tokens.ts';

interface Golden {
  readonly corpus: {
    readonly nltk: string;
    readonly chrf: number;
    readonly 'chrf++': number;
    readonly signatures: Readonly<Record<string, string>>;
  };
  readonly items: readonly {
    readonly prediction: string;
    readonly reference: string;
    readonly 'rouge-l': number;
    readonly 'rouge-lsum': number;
    readonly 'rouge-l stemmed': number;
    readonly 'rouge-lsum stemmed': number;
    readonly meteor: number;
    readonly chrf: number;
    readonly 'chrf++': number;
    readonly tokens: readonly [string, string];
  }[];
}

function golden(release: string): Golden {
  return JSON.parse(readFileSync(`test/golden/text/summary-metrics-nltk-${release}.json`, 'utf8')) as Golden;
}

const near = (found: number, expected: number, where: unknown): void => {
  assert.ok(Math.abs(found - expected) < 1e-9, `${found} is not ${expected}: ${JSON.stringify(where)}`);
};

describe('ROUGE-L and ROUGE-Lsum', () => {
  const { items } = golden('3.10');

  it('are those of rouge-score on made-up summaries, with and without stems', () => {
    assert.ok(items.length > 60);
    for (const item of items) {
      const { prediction, reference } = item;
      near(rougeL(prediction, reference), item['rouge-l'], item);
      near(rougeLsum(prediction, reference), item['rouge-lsum'], item);
      near(rougeL(prediction, reference, porterStem), item['rouge-l stemmed'], item);
      near(rougeLsum(prediction, reference, porterStem), item['rouge-lsum stemmed'], item);
    }
  });

  it('differ where sentences change places: only the line is a sentence', () => {
    assert.equal(rougeL('alpha\nbeta', 'beta\nalpha'), 0.5);
    assert.equal(rougeLsum('alpha\nbeta', 'beta\nalpha'), 1);
    assert.equal(rougeLsum('alpha. beta.', 'beta. alpha.'), 0.5);
  });

  it('are 0 for texts without a token', () => {
    for (const [prediction, reference] of [
      ['', ''],
      ['…', 'word'],
      ['word', ' \n '],
    ] as const) {
      assert.deepEqual([rougeL(prediction, reference), rougeLsum(prediction, reference)], [0, 0]);
    }
  });
});

describe('chrF and chrF++', () => {
  const { items, corpus } = golden('3.10');

  for (const [name, wordOrder] of [
    ['chrf', 0],
    ['chrf++', 2],
  ] as const) {
    it(`${name} is that of sacrebleu, of items and of the corpus, and so is its signature`, () => {
      const all = items.map(({ prediction, reference }) => chrfStatistics(prediction, reference, { wordOrder }));
      for (const [index, item] of items.entries()) near(chrfScore(all[index]!), item[name], item);
      near(chrfScore(all.reduce(addChrf)), corpus[name], 'corpus');
      assert.equal(chrfSignature({ wordOrder }, 1), corpus.signatures[name]);
    });
  }

  it('takes the reference with the highest score, and needs one', () => {
    const order = { wordOrder: 0 } as const;
    const several = chrfStatistics('a warm tea', ['cold water', 'a warm tea', 'tea'], order);
    assert.equal(chrfScore(several), 100);
    assert.throws(() => chrfStatistics('a', [], order), { name: 'PermanentError', type: 'InvalidData' });
  });
});

describe('METEOR', () => {
  for (const release of ['3.9', '3.10'] as const) {
    it(`and the tokens that it is given are those of NLTK ${release} on made-up summaries`, async () => {
      const lexicon = await openEnglishLexicon(release);
      const { items, corpus } = golden(release);
      assert.ok(corpus.nltk.startsWith(`${release}.`));
      for (const item of items) {
        const texts = [item.prediction, item.reference];
        const tokens = texts.map((text) => wordTokens(text, lexicon.sentences, release).join(' '));
        assert.deepEqual(tokens, item.tokens);
        near(meteor(item.prediction, item.reference, lexicon), item.meteor, item);
      }
    });
  }

  it('is what the documentation of NLTK says of its own pair', async () => {
    const tokens = (text: string) => text.split(' ');
    const prediction = 'It is a guide to action which ensures that the military always obeys the commands of the party';
    const reference = 'It is a guide to action that ensures that the military will forever heed Party commands';
    const score = meteorOfTokens(tokens(prediction), tokens(reference), await openEnglishLexicon());
    assert.equal(score.toFixed(4), '0.6944');
  });

  it('knows a synonym only where the stem is a word', () => {
    const wordNet = { synonymsOf: (word: string) => new Set(word === 'car' ? ['auto'] : []) };
    assert.ok(meteorOfTokens(['cars'], ['autos'], wordNet) > 0);
    assert.equal(meteorOfTokens(['cars'], ['lorry'], wordNet), 0);
  });
});
