import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { BenchmarkRow } from '../../../core/text/decontamination.ts';
import {
  buildDecontaminationIndex,
  decontaminate,
  DEFAULT_DECONTAMINATION,
  findContamination,
} from '../../../core/text/decontamination.ts';

const MATH = '../shared/data/math';

const APPLES = 'Anna has three red apples and buys four green apples at the market; how many apples has she now?';
const BOILERPLATE =
  'The answer can be written as m over n where m and n are relatively prime positive integers; find m plus n';
const rows: BenchmarkRow[] = [
  { benchmark: 'exam', rowId: 'apples', text: APPLES },
  { benchmark: 'exam', rowId: 'circle', text: `A circle touches both legs of a right triangle. ${BOILERPLATE}` },
  { benchmark: 'quiz', rowId: 'short', text: 'What is 2 + 2?' },
];

function rowsOf(benchmark: string, texts: readonly string[]): BenchmarkRow[] {
  return texts.map((text, index) => ({ benchmark, rowId: String(index), text }));
}

describe('decontamination', () => {
  it('finds a copy in other typesetting, and says where from', () => {
    const found = findContamination(buildDecontaminationIndex(rows, []), `Q: ${APPLES.toUpperCase()} -- think first`);
    assert.deepEqual(found, {
      benchmark: 'exam',
      rowId: 'apples',
      ngram: 'anna has three red apples and buys four green apples',
      overlap: 1,
    });
  });

  it('finds a copy with a few words changed', () => {
    const changed = APPLES.replace('three', 'six').replace('market', 'shop');
    assert.equal(findContamination(buildDecontaminationIndex(rows, []), changed), null, 'no ten words in a row');
    const index = buildDecontaminationIndex(rows, [], { ...DEFAULT_DECONTAMINATION, n: 5 });
    assert.equal(findContamination(index, changed)?.overlap, 17 / 19);
  });

  it('does not drop a sample for a shared phrase alone, but counts it', () => {
    const index = buildDecontaminationIndex(rows, [], { ...DEFAULT_DECONTAMINATION, overlap: 0.8 });
    const text = `Two dice are rolled until their sum is odd. ${BOILERPLATE}`;
    assert.deepEqual(decontaminate(index, [text]), {
      results: [null],
      hits: [
        { benchmark: 'exam', sharing: 1, pointed: 1, confirmed: 0 },
        { benchmark: 'quiz', sharing: 0, pointed: 0, confirmed: 0 },
      ],
    });
  });

  it('confirms a phrase that is most of the shorter text', () => {
    // The closing line is 20 of the 29 words of the row "circle".
    const hit = findContamination(
      buildDecontaminationIndex(rows, []),
      `Roll two dice. ${'Other words follow. '.repeat(12)}${BOILERPLATE}`,
    );
    assert.equal(hit?.rowId, 'circle');
  });

  it('ignores n-grams that are common among the seeds, but still counts them', () => {
    const seeds = Array.from({ length: 8 }, (_, index) => `Problem number ${index} of the set. ${BOILERPLATE}`);
    const index = buildDecontaminationIndex(rows, seeds);
    assert.ok(index.common.size > 0);
    const { results, hits } = decontaminate(index, seeds);
    assert.deepEqual(results, Array<null>(8).fill(null));
    assert.deepEqual(hits[0], { benchmark: 'exam', sharing: 8, pointed: 0, confirmed: 0 });
  });

  it('finds an equal text however common or short it is', () => {
    const seeds = Array<string>(9).fill(APPLES);
    const index = buildDecontaminationIndex(rows, seeds);
    assert.equal(findContamination(index, APPLES)?.rowId, 'apples');
    assert.equal(findContamination(index, 'what is 2+2')?.rowId, 'short');
    assert.equal(findContamination(index, 'what is 2+3'), null);
  });

  it('does not read drawing code', () => {
    const drawing = `[asy] draw((0,0)--(1,0)--(1,1)--(0,1)--cycle); label("A",(0,0),S); [/asy]`;
    const index = buildDecontaminationIndex(rowsOf('b', [`Find the area. ${drawing}`]), []);
    assert.deepEqual(decontaminate(index, [`How long is the side? ${drawing}`]).hits[0]?.sharing, 0);
  });

  it('takes an empty text for what it is', () => {
    const index = buildDecontaminationIndex([...rows, ...rowsOf('blank', [' '])], ['']);
    assert.equal(findContamination(index, ''), null);
    assert.equal(findContamination(index, '...'), null);
  });

  it('refuses profiles that make no sense', () => {
    for (const change of [{ n: 0 }, { n: 2.5 }, { overlap: 0 }, { overlap: 1.1 }, { commonCount: -1 }]) {
      assert.throws(() => buildDecontaminationIndex([], [], { ...DEFAULT_DECONTAMINATION, ...change }), {
        name: 'PermanentError',
        type: 'InvalidConfig',
      });
    }
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
    const index = buildDecontaminationIndex(
      [
        ...math500.map(({ unique_id: rowId, problem: text }) => ({ benchmark: 'math500', rowId, text })),
        ...amc.map(({ id, problem: text }) => ({ benchmark: 'amc23', rowId: String(id), text })),
      ],
      train,
    );
    const { hits } = decontaminate(index, train);
    // 309 and 61: counted apart from this code, without drawings. What stays is the test's own templates.
    assert.deepEqual(hits.map(({ sharing }) => sharing), [309, 61]); // prettier-ignore
    assert.ok(hits[0]!.confirmed < 150, `${hits[0]!.confirmed} confirmed against math500`);
    assert.ok(hits[1]!.confirmed <= 1, `${hits[1]!.confirmed} confirmed against amc23`);
  });

  it('finds every GSM8K test question that is put among the training questions', () => {
    const questions = read<{ question: string }>('gsm8k-test.jsonl')
      .slice(0, 200)
      .map(({ question }) => question);
    const train = read<{ question: string }>('gsm8k-train.jsonl').map(({ question }) => question);
    const index = buildDecontaminationIndex(rowsOf('gsm8k', questions), train);
    const planted = questions.map((question) => `${question} Answer step by step.`);
    assert.ok(decontaminate(index, planted).results.every((result, row) => result?.rowId === String(row)));
  });
});
