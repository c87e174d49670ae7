// Compares our summary metrics with the reference packages on pairs made of the conclusions of reviews.
//
//     node --import tsx scripts/golden/summary-metrics-parity.ts pairs 1000 PAIRS.jsonl val_v2.json test_before_cutoff_v2.json ...
//     python scripts/golden/summary_metrics.py PAIRS.jsonl VALUES.jsonl
//     node --import tsx scripts/golden/summary-metrics-parity.ts compare PAIRS.jsonl VALUES.jsonl

import { readFileSync, writeFileSync } from 'node:fs';
import { openEnglishLexicon } from '../../adapters/lexicon/english-lexicon.ts';
import { itemAt } from '../../core/item-at.ts';
import { uniforms } from '../../core/random/philox.ts';
import { addChrf, chrfScore, chrfStatistics } from '../../core/text/chrf.ts';
import { meteorOfTokens } from '../../core/text/meteor.ts';
import { porterStem } from '../../core/text/porter-stemmer.ts';
import { rougeL, rougeLsum } from '../../core/text/rouge.ts';
import { wordTokens } from '../../core/text/word-tokens.ts';

interface Review {
  readonly abstract: string;
  readonly conclusion: string;
}

interface Pair {
  readonly prediction: string;
  readonly reference: string;
}

type Values = Readonly<Record<string, number>> & { readonly tokens: readonly [string, string] };
type Corpus = Readonly<Record<string, number>> & { readonly nltk: string };

/** Put before words of some predictions. */
const odd = [
  '\u2010',
  '\u2013',
  '(',
  '"',
  "'",
  '“',
  '‘',
  '”',
  "don't ",
  "'tis ",
  'cannot ',
  'e.g. ',
  'Dr. ',
  'J. ',
  '≥',
  'µ',
  'İ',
  'ß',
  '😀',
  '\ufeff',
  '\u0085',
  '--',
  '…',
  '... ',
  '!!! ',
  '3.5% ',
  '$',
  '.) ',
  '." ',
  '\n',
  '\n\n',
  '²',
  'β-',
  'et al. ',
  'vs. ',
  'U.S. ',
  'No. 5 ',
  'gonna ',
  "we'll ",
  "the dogs' ",
  '`` ',
  "''",
  '\u0301',
];

const [step, first = '', second = '', ...reviews] = process.argv.slice(2);
if (step === 'pairs') {
  const pairs = pairsOf(
    reviews.flatMap((file) => readLines<Review>(file)),
    Number(first),
  );
  writeFileSync(second, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
} else if (step === 'compare') await compare(readLines<Pair>(first), readLines(second));
else throw new Error('The first argument is pairs or compare.');

function readLines<Line>(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Extracts, other rows' conclusions, conclusions with words moved, lost, doubled or inflected, and odd characters. */
function pairsOf(rows: readonly Review[], count: number): Pair[] {
  const random = uniforms('summary metrics parity');
  const pick = <Item>(items: readonly Item[]): Item => itemAt(items, Math.floor(random.next() * items.length));
  return Array.from({ length: count }, (_, index) => {
    const { abstract, conclusion: reference } = pick(rows);
    const sentences = abstract.split(/(?<=[.!?])\s+/);
    const start = Math.floor(random.next() * sentences.length);
    const made = [
      () => sentences.slice(start, start + 3).join(' '),
      () => sentences.slice(-3).join('\n'),
      () => pick(rows).conclusion,
      () =>
        reference
          .split(' ')
          .filter(() => random.next() > 0.2)
          .map((word) => pick([word, word, `${word}s`, word.replace(/e?$/, 'ing'), `${word} ${word}`]))
          .join(' '),
      () =>
        sentencesOf(reference)
          .sort(() => random.next() - 0.5)
          .join('\n'),
      () =>
        reference
          .split(' ')
          .map((word) => (random.next() < 0.2 ? pick(odd) + word : word))
          .join(pick([' ', ' ', '\r\n', '\u2028', '\u00a0', '\t'])),
      () =>
        pick([
          '',
          ' ',
          '.',
          '...',
          reference,
          reference.toUpperCase(),
          'No.',
          '\u2010',
          '😀 😀',
          reference.slice(0, 7),
        ]),
    ];
    const prediction = itemAt(made, index % made.length)();
    // Sides change places, so that references are odd too.
    return index % 5 === 0 ? { prediction: reference, reference: prediction } : { prediction, reference };
  });
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?]) /);
}

async function compare(pairs: readonly Pair[], lines: readonly unknown[]): Promise<void> {
  const corpus = lines.at(-1) as Corpus;
  const values = lines.slice(0, -1) as Values[];
  const lexicon = await openEnglishLexicon(corpus.nltk.startsWith('3.9') ? '3.9' : '3.10');
  const largest = new Map<string, number>();
  const see = (name: string, ours: number, theirs: number, where: unknown) => {
    const apart = Math.abs(ours - theirs);
    largest.set(name, Math.max(largest.get(name) ?? 0, apart));
    if (apart > 1e-6) console.log(name, ours, theirs, JSON.stringify(where));
  };
  const sums = new Map<string, Float64Array>();
  for (const [index, pair] of pairs.entries()) {
    const expected = itemAt(values, index);
    const [prediction, reference] = [pair.prediction, pair.reference];
    const tokens = [prediction, reference].map((text) => wordTokens(text, lexicon.sentences, lexicon.release));
    for (const [side, found] of tokens.entries()) {
      const apart = found.join(' ') === expected.tokens[side] ? 0 : 1;
      see('texts with other tokens', apart, 0, [found.join(' '), expected.tokens[side]]);
    }
    const ours: Record<string, number> = {
      'rouge-l': rougeL(prediction, reference),
      'rouge-lsum': rougeLsum(prediction, reference),
      'rouge-l stemmed': rougeL(prediction, reference, porterStem),
      'rouge-lsum stemmed': rougeLsum(prediction, reference, porterStem),
      meteor: meteorOfTokens(itemAt(tokens, 0), itemAt(tokens, 1), lexicon),
    };
    for (const [name, wordOrder] of [
      ['chrf', 0],
      ['chrf++', 2],
    ] as const) {
      const statistics = chrfStatistics(prediction, reference, { wordOrder });
      ours[name] = chrfScore(statistics);
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? statistics : addChrf(sum, statistics));
    }
    for (const [name, value] of Object.entries(ours)) see(name, value, expected[name] ?? NaN, pair);
  }
  for (const [name, sum] of sums) see(`${name} of the corpus`, chrfScore(sum), corpus[name] ?? NaN, name);
  console.log(`${pairs.length} pairs, NLTK ${corpus.nltk}; largest difference:`);
  for (const [name, apart] of largest) console.log(`  ${name.padEnd(24)} ${apart}`);
}
