import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { BenchmarkRow } from '../../../core/text/decontamination-index.ts';
import { buildDecontaminationIndex, countCommonNgrams } from '../../../core/text/decontamination-index.ts';
import type { DecontaminationProfile } from '../../../core/text/decontamination-profiles.ts';
import { decontaminationProfiles, DEFAULT_DECONTAMINATION } from '../../../core/text/decontamination-profiles.ts';
import type { Contamination, Decontamination } from '../../../core/text/decontamination.ts';
import { openDecontamination } from '../../../core/text/decontamination.ts';

const MATH = '../shared/data/math';

const APPLES = 'Anna has three red apples and buys four green apples at the market; how many apples has she now?';
const BOILERPLATE =
  'The answer can be written as m over n where m and n are relatively prime positive integers; find m plus n';
const rows: BenchmarkRow[] = [
  { benchmark: 'exam', rowId: 'apples', text: APPLES },
  {
    benchmark: 'exam',
    rowId: 'circle',
    text: `A circle touches both legs and also the long hypotenuse of a right triangle. ${BOILERPLATE}`,
  },
  { benchmark: 'quiz', rowId: 'short', text: 'What is 2 + 2?' },
];

function rowsOf(benchmark: string, texts: readonly string[]): BenchmarkRow[] {
  return texts.map((text, index) => ({ benchmark, rowId: String(index), text }));
}

function opened(
  benchmarkRows: readonly BenchmarkRow[],
  { seeds = [], ...change }: Partial<DecontaminationProfile> & { readonly seeds?: readonly string[] } = {},
): Decontamination {
  const counter = countCommonNgrams(
    buildDecontaminationIndex(benchmarkRows, { ...DEFAULT_DECONTAMINATION, ...change }),
  );
  for (const text of seeds) counter.add(text);
  return openDecontamination(counter.finish());
}

function find(text: string, change: Parameters<typeof opened>[1] = {}): Contamination | null {
  return opened(rows, change).inspect(text);
}

describe('decontamination', () => {
  it('finds a copy in other typesetting, and says where from', () => {
    assert.deepEqual(find(`Q: ${APPLES.toUpperCase()} -- think first`), {
      benchmark: 'exam',
      rowId: 'apples',
      kind: 'copy',
      ngram: 'anna has three red apples and buys four green apples',
      overlap: 1,
    });
  });

  it('finds a copy with a few words changed', () => {
    const changed = APPLES.replace('red', 'ripe').replace('market', 'shop');
    assert.equal(find(changed), null, 'no ten words in a row');
    const found = find(changed, { ngram: 5 });
    assert.equal(found?.overlap, 17 / 19);
    assert.equal(found.kind, 'copy');
  });

  it('does not drop a sample for a shared phrase alone, but counts it', () => {
    const exam = opened(rows, { overlap: 0.8 });
    assert.equal(exam.inspect(`Two dice are rolled until their sum is odd. ${BOILERPLATE}`), null);
    assert.deepEqual(exam.hits(), [
      { benchmark: 'exam', sharing: 1, pointed: 1, confirmed: 0 },
      { benchmark: 'quiz', sharing: 0, pointed: 0, confirmed: 0 },
    ]);
  });

  it('confirms a phrase that is most of the shorter text', () => {
    // The closing line is 22 of the 36 words of the row "circle".
    const hit = find(`Roll two dice. ${'Other words follow. '.repeat(12)}${BOILERPLATE}`);
    assert.equal(hit?.rowId, 'circle');
  });

  it('ignores n-grams that are common among the seeds, but still counts them', () => {
    const seeds = Array.from({ length: 8 }, (_, index) => `Problem number ${index} of the set. ${BOILERPLATE}`);
    const exam = opened(rows, { seeds });
    assert.deepEqual(seeds.map((seed) => exam.inspect(seed)), Array<null>(8).fill(null)); // prettier-ignore
    assert.deepEqual(exam.hits()[0], { benchmark: 'exam', sharing: 8, pointed: 0, confirmed: 0 });
    assert.equal(opened(rows, { seeds: seeds.slice(0, 5) }).inspect(seeds[0]!)?.rowId, 'circle', 'five are not common');
  });

  it('counts a text that repeats an n-gram once', () => {
    const seeds = [Array<string>(9).fill(BOILERPLATE).join(' ')];
    assert.equal(opened(rows, { seeds }).inspect(rows[1]!.text)?.rowId, 'circle');
  });

  it('finds an equal text however common or short it is', () => {
    const exam = opened(rows, { seeds: Array<string>(9).fill(APPLES) });
    assert.equal(exam.inspect(APPLES)?.rowId, 'apples');
    assert.deepEqual(exam.inspect('what is 2+2')?.ngram, 'what is 2 2');
    assert.equal(exam.inspect('what is 2+3'), null);
  });

  it('finds an item however often it leaked, with another text before it, after it, or with other numbers', () => {
    const filler = Array.from({ length: 2000 }, (_, index) => `Row ${index} of the others tells of something else.`);
    const leaks = {
      before: (copy: number) => `Question ${copy}: ${APPLES}`,
      after: (copy: number) => `${APPLES} Answer in ${copy} words.`,
      renumbered: (copy: number) => APPLES.replace('three', String(copy + 20)).replace('four', String(copy + 5)),
    };
    for (const [name, leak] of Object.entries(leaks)) {
      for (const copies of [5, 6, 300]) {
        const leaked = Array.from({ length: copies }, (_, copy) => leak(copy));
        const exam = opened(rows, { seeds: [...leaked, ...filler] });
        const found = leaked.filter((text) => exam.inspect(text)?.rowId === 'apples');
        assert.equal(found.length, copies, `${copies} ${name}`);
      }
    }
  });

  it('asks for as much of a row as the profile says, where all that is shared is common', () => {
    const seeds = Array.from({ length: 8 }, (_, index) => `Problem number ${index} of the set. ${BOILERPLATE}`);
    const judged = `Two dice roll. ${BOILERPLATE}`;
    // The closing line has 13 of the 27 n-grams of the row "circle".
    assert.equal(opened(rows, { seeds, cover: 13.5 / 27 }).inspect(judged), null);
    assert.deepEqual(opened(rows, { seeds, cover: 12.5 / 27 }).inspect(judged)?.rowId, 'circle');
    const repeated = `${BOILERPLATE}. `.repeat(3);
    assert.equal(opened(rows, { seeds }).inspect(repeated), null, 'an n-gram counts once');
  });

  it('does not read drawing code', () => {
    const drawing = `[asy] draw((0,0)--(1,0)--(1,1)--(0,1)--cycle); label("A",(0,0),S); [/asy]`;
    const exam = opened(rowsOf('b', [`Find the area. ${drawing}`]));
    exam.inspect(`How long is the side? ${drawing}`);
    assert.equal(exam.hits()[0]?.sharing, 0);
  });

  it('takes an empty text for what it is', () => {
    const exam = opened([...rows, ...rowsOf('blank', [' '])], { seeds: [''] });
    assert.equal(exam.inspect(''), null);
    assert.equal(exam.inspect('...'), null);
  });

  it('names the first row of equal ones', () => {
    const twins = rowsOf('twins', [APPLES, APPLES]);
    assert.equal(opened(twins).inspect(`${APPLES} Think.`)?.rowId, '0');
  });

  it('refuses profiles that make no sense', () => {
    const changes = [
      { ngram: 0 },
      { ngram: 2.5 },
      { overlap: 0 },
      { overlap: 1.1 },
      { renumberedOverlap: 0 },
      { cover: 0 },
    ];
    for (const change of [...changes, { commonCount: -1 }, { commonShare: Number.NaN }]) {
      assert.throws(() => opened([], change), { name: 'PermanentError', type: 'InvalidConfig' });
    }
  });
});

describe('a sample with other numbers', () => {
  const shop =
    'A shop sells pens for $1.50 each and notebooks for $3 each. Maria buys 4 pens and 12 notebooks. How much does she pay?';
  const exam = (change: Partial<DecontaminationProfile> = {}) => opened(rowsOf('shop', [shop]), change);

  it('is named re-numbered, although no ten words in a row are left', () => {
    const renumbered = shop.replace('1.50', '2').replace('$3', '$7.25').replace('4', 'six').replace('12', '1,010');
    const found = exam().inspect(renumbered);
    assert.equal(found?.kind, 'renumbered');
    assert.equal(found.ngram, 'a shop sells pens for 0 each and notebooks for');
    assert.equal(found.overlap, 1);
  });

  it('is a copy when all numbers are still there', () => {
    assert.equal(exam().inspect(shop.replace('4', 'four'))?.kind, 'copy');
    assert.equal(exam().inspect(shop.replace('Maria', 'Paul').replace('she', 'he'))?.kind, 'copy');
  });

  it('and with much other text is partial, which only the profile qwen counts', () => {
    const other = 'A shop sells pens for $9 each and notebooks for $8 each. Maria buys 5 of both. Is she glad?';
    assert.equal(exam({ kinds: ['copy', 'renumbered', 'partial'] }).inspect(other)?.kind, 'partial');
    assert.equal(exam().inspect(other), null);
    const counting = Object.entries(decontaminationProfiles).filter(([, { kinds }]) =>
      kinds.some((k) => k === 'partial'),
    );
    assert.deepEqual(counting.map(([name]) => name), ['qwen']); // prettier-ignore
  });

  it('passes where a profile does not count re-numbered ones', () => {
    const renumbered = shop.replace('12', '13');
    assert.equal(exam().inspect(renumbered)?.kind, 'renumbered');
    assert.equal(exam({ kinds: ['copy'] }).inspect(renumbered), null);
  });

  it('is found although one of its phrases is common with any number', () => {
    const seeds = Array.from(
      { length: 9 },
      (_, index) => `A shop sells pens for ${index} each and notebooks for less.`,
    );
    assert.equal(opened(rowsOf('shop', [shop]), { seeds }).inspect(shop.replace('12', '99'))?.kind, 'renumbered');
  });
});

describe('decontamination of MATH train', { skip: existsSync(MATH) ? false : `missing ${MATH}` }, () => {
  function read<Row>(file: string): Row[] {
    const lines = readFileSync(`${MATH}/${file}`, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Row);
  }

  it('drops few of the hundreds that a bare 10-gram rule would drop', () => {
    const train = read<{ problem: string }>('math-train-answers.jsonl').map(({ problem }) => problem);
    const math500 = read<{ problem: string; unique_id: string }>('math500.jsonl');
    const amc = read<{ problem: string; id: number }>('amc23.jsonl');
    const exams = opened(
      [
        ...math500.map(({ unique_id: rowId, problem: text }) => ({ benchmark: 'math500', rowId, text })),
        ...amc.map(({ id, problem: text }) => ({ benchmark: 'amc23', rowId: String(id), text })),
      ],
      { seeds: train },
    );
    const kinds = train.map((problem) => exams.inspect(problem)?.kind ?? 'none');
    // 309 and 61: counted apart from this code, without drawings. What stays is the test's own templates.
    const hits = exams.hits();
    assert.deepEqual(hits.map(({ sharing }) => sharing), [309, 61]); // prettier-ignore
    assert.ok(hits[0]!.confirmed < 150, `${hits[0]!.confirmed} confirmed against math500`);
    assert.ok(hits[1]!.confirmed <= 1, `${hits[1]!.confirmed} confirmed against amc23`);
    const copies = kinds.filter((kind) => kind === 'copy').length;
    assert.ok(copies > 0 && copies < 60, `${copies} copies`);
  });

  it('finds every GSM8K test question that is put among the training questions', () => {
    const questions = read<{ question: string }>('gsm8k-test.jsonl')
      .slice(0, 200)
      .map(({ question }) => question);
    const train = read<{ question: string }>('gsm8k-train.jsonl').map(({ question }) => question);
    const exam = opened(rowsOf('gsm8k', questions), { seeds: train });
    questions.forEach((question, row) => {
      const found = exam.inspect(`${question} Answer step by step.`);
      assert.deepEqual([found?.rowId, found?.kind], [String(row), 'copy']);
    });
  });
});
