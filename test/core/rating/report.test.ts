import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRatings, type SheetLine } from '../../../core/rating/rating-lines.ts';
import { ratingReport, type JudgeScore } from '../../../core/rating/report.ts';
import type { Rubric } from '../../../core/rating/rubric.ts';
import { keyOf, planSheets, type KeyLine } from '../../../core/rating/sheets.ts';
import { cohenKappa, krippendorffAlpha } from '../../../core/stats/agreement.ts';

const rubric: Rubric = {
  name: 'test',
  criteria: [
    {
      name: 'right',
      question: 'Is it right?',
      level: 'nominal',
      values: [
        { value: 0, label: 'no' },
        { value: 1, label: 'yes' },
      ],
    },
    {
      name: 'clear',
      question: 'Is it clear?',
      level: 'ordinal',
      values: [1, 2, 3, 4, 5].map((value) => ({ value, label: `${value}` })),
    },
    {
      name: 'kind',
      question: 'What is wrong?',
      level: 'nominal',
      values: [1, 2, 3].map((value) => ({ value, label: `kind ${value}` })),
    },
  ],
};

const items = Array.from({ length: 12 }, (_, at) => ({
  id: `i${at}`,
  prompt: '',
  reference: null,
  outputs: new Map([
    ['ours', ''],
    ['theirs', ''],
  ]),
}));
const key = keyOf(planSheets(items, { raters: ['ann', 'ben'], overlap: 1, seed: 1 }));

/** Ours is clearer by 2 than theirs; ben is one below ann on every third item. */
function clarity({ rater, item, system }: KeyLine): number {
  const at = Number(item.slice(1));
  return (system === 'ours' ? 4 : 2) + (at % 2) - (rater === 'ben' && at % 3 === 0 ? 1 : 0);
}

function filled(change: (columns: Record<string, unknown>, line: KeyLine) => void = () => undefined): SheetLine[] {
  return key.map((line, at) => {
    const { rater, item, output, system } = line;
    const columns = {
      rater,
      item,
      output,
      right: system === 'ours' ? '1' : '0',
      clear: ` ${clarity(line)} `,
      kind: '2',
    };
    change(columns, line);
    return { file: `${rater}.csv`, line: at + 2, columns };
  });
}

describe('what raters say', () => {
  const report = ratingReport(readRatings(filled(), rubric, key), rubric, { judge: null, seed: 1 });
  const [right, clear, kind] = report.criteria;

  it('is unblinded and counted', () => {
    assert.deepEqual(
      [report.raters, report.systems],
      [
        ['ann', 'ben'],
        ['ours', 'theirs'],
      ],
    );
    assert.deepEqual([report.items, report.ratings], [12, 48]);
  });

  it('gives agreement over outputs, by the level of each criterion', () => {
    const outputs = key.filter(({ rater }) => rater === 'ann');
    const [ann, ben] = ['ann', 'ben'].map((rater) => outputs.map((line) => clarity({ ...line, rater })));
    assert.ok(Math.abs(clear!.alpha! - krippendorffAlpha([ann!, ben!], 'ordinal')) < 1e-12);
    const kappa = cohenKappa(ann!, ben!, { weights: 'quadratic', categories: [1, 2, 3, 4, 5] });
    assert.ok(kappa > 0.7 && kappa < 1, `${kappa}`);
    assert.deepEqual(clear!.pairs, [{ raters: ['ann', 'ben'], outputs: 24, kappa }]);
    assert.deepEqual([right!.alpha, right!.ratedTwice, right!.pairs[0]!.kappa], [1, 24, 1]);
    assert.equal(kind!.alpha, null);
  });

  it('gives means with intervals, and differences of the same items', () => {
    const [ours, theirs] = clear!.systems;
    // Ann 4.5; ben less by one on 4 of 12.
    assert.ok(Math.abs(ours!.mean - (4.5 - 1 / 6)) < 1e-12 && Math.abs(theirs!.mean - (2.5 - 1 / 6)) < 1e-12);
    assert.ok(ours!.low < ours!.mean && ours!.mean < ours!.high);
    const [difference] = clear!.differences;
    assert.deepEqual(difference, {
      ...{ first: 'ours', second: 'theirs', items: 12 },
      ...{ difference: 2, low: 2, high: 2, confidence: 0.95 },
    });
    assert.deepEqual([right!.systems[0]!.mean, right!.systems[1]!.mean], [1, 0]);
    assert.deepEqual([kind!.systems, kind!.differences], [[], []]);
  });

  it('is compared with a judge, who may rank as people do or the other way round', () => {
    const judge = (sign: number): JudgeScore[] =>
      key
        .filter(({ rater }) => rater === 'ann')
        .map((line) => ({
          ...line,
          values: new Map([['clear', sign * (clarity(line) + clarity({ ...line, rater: 'ben' }))]]),
        }));
    for (const sign of [1, -1]) {
      const with_ = ratingReport(readRatings(filled(), rubric, key), rubric, { judge: judge(sign), seed: 1 });
      const { judge: agreement } = with_.criteria[1]!;
      assert.equal(agreement!.outputs, 24);
      assert.ok(Math.abs(agreement!.spearman!.value - sign) < 1e-12);
      assert.ok(Math.abs(agreement!.kendall!.value - sign) < 1e-12);
      assert.deepEqual([agreement!.spearman!.low, agreement!.spearman!.high].map(Math.round), [sign, sign]);
      assert.deepEqual(with_.criteria[0]!.judge, { outputs: 0, spearman: null, kendall: null });
    }
  });

  it('may come from some raters only', () => {
    const ofAnn = filled().filter(({ file }) => file === 'ann.csv');
    const alone = ratingReport(readRatings(ofAnn, rubric, key), rubric, { judge: null, seed: 1 });
    assert.deepEqual([alone.raters, alone.criteria[1]!.alpha, alone.criteria[1]!.pairs], [['ann'], null, []]);
    assert.equal(alone.criteria[1]!.systems.length, 2);
  });
});

describe('ratings that are wrong', () => {
  const first = key[0]!;
  const cases: [string, (lines: SheetLine[]) => SheetLine[], RegExp][] = [
    [
      'an empty cell',
      (lines) => changed(lines, { clear: '' }),
      /ann.csv, line 2: clear is empty; expected 1, 2, 3, 4, 5/,
    ],
    ['a value out of range', (lines) => changed(lines, { clear: '6' }), /ann.csv, line 2: clear is "6"; expected 1, 2/],
    [
      'a word for a value',
      (lines) => changed(lines, { right: 'yes' }),
      /ann.csv, line 2: right is "yes"; expected 0, 1/,
    ],
    [
      'an item that the rater never got',
      (lines) => changed(lines, { item: 'x9' }),
      /line 2: the key gives no item "x9" to ann/,
    ],
    [
      'an unknown letter',
      (lines) => changed(lines, { output: 'C' }),
      /line 2: item i\d+ has no output "C"; expected A, B/,
    ],
    [
      'an unknown rater',
      (lines) => changed(lines, { rater: 'eve' }),
      /line 2: the key has no rater "eve"; expected ann, ben/,
    ],
    [
      'a line twice',
      (lines) => [...lines, { ...lines[0]!, line: 99 }],
      /line 99: rater ann, .* was rated before, at ann.csv, line 2/,
    ],
    ['a line too few', (lines) => lines.slice(1), /ann.csv: there is no line for rater ann, item i\d+, output A/],
  ];
  function changed([line, ...others]: SheetLine[], columns: Record<string, unknown>): SheetLine[] {
    return [{ ...line!, columns: { ...line!.columns, ...columns } }, ...others];
  }

  for (const [what, change, message] of cases) {
    it(`are refused for ${what}, with the line`, () => {
      assert.equal(first.rater, 'ann');
      assert.throws(() => readRatings(change(filled()), rubric, key), { type: 'InvalidData', message });
    });
  }

  it('are told all at once, up to twenty', () => {
    const lines = filled((columns) => (columns['clear'] = 'x'));
    assert.throws(
      () => readRatings(lines, rubric, key),
      /^PermanentError: 48 problems in the ratings:\n(.*\n){20}\.\.\. and 28 more$/,
    );
  });
});
