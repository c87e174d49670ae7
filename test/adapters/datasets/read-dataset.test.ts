// Formats, columns and errors of data sets on small files, and the row counts of the real ones.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { FileSource } from '../../../contracts/campaign.ts';
import { readJsonStream } from '../../../adapters/datasets/json-rows.ts';
import { readDataset } from '../../../adapters/datasets/read-dataset.ts';
import { taskNamed } from '../../../tasks/registry.ts';
import type { TaskName } from '../../../contracts/samples.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffract-datasets-'));
});
after(() => rm(folder, { recursive: true }));

type Shape = Pick<FileSource, 'format' | 'map'> & { where?: Record<string, string> };

async function read(path: string, { format, map, where = {} }: Shape) {
  const rows = [];
  for await (const row of readDataset({ kind: 'file', path, format, map, where, skip: 0 })) rows.push(row);
  return rows;
}

async function readText(name: string, content: string | Uint8Array, shape: Shape) {
  const path = join(folder, name);
  await writeFile(path, content);
  return read(path, shape);
}

async function readStream(bytes: AsyncIterable<Uint8Array>) {
  const rows = [];
  for await (const row of readJsonStream(bytes, 'stdin')) rows.push(row);
  return rows;
}

const questions = { question: 'q' };

describe('formats', () => {
  it('reads JSON lines with CRLF, a byte order mark, blank lines and U+2028 inside a text', async () => {
    const text = '\ufeff{"q":"one\u2028two","n":1}\r\n\r\n{"q":"three","n":2}';
    const rows = await readText('a.jsonl', text, { format: 'jsonl', map: { question: 'q', answer: 'n' } });
    assert.deepEqual(rows, [
      { row: 0, fields: { question: 'one\u2028two', answer: '1' } },
      { row: 1, fields: { question: 'three', answer: '2' } },
    ]);
  });

  it('reads a JSON array, an object keyed by id, and JSON lines that are called json', async () => {
    const shape = { format: 'json', map: questions } as const;
    const expected = [
      { row: 0, fields: { question: 'a' } },
      { row: 1, fields: { question: 'b' } },
    ];
    assert.deepEqual(await readText('array.json', '[\n {"q":"a"},\n {"q":"b"}]', shape), expected);
    assert.deepEqual(await readText('lines.json', '{"q":"a"}\n{"q":"b"}\n', shape), expected);
    const keyed = { format: 'json', map: { question: '{key}: {q}' } } as const;
    assert.deepEqual(
      (await readText('keyed.json', '{"x1":{"q":"a"},"x2":{"q":"b"}}', keyed)).map(({ fields }) => fields['question']),
      ['x1: a', 'x2: b'],
    );
  });

  it('reads CSV with commas, quotes and line breaks inside quotes', async () => {
    const rows = await readText('a.csv', 'q,n\r\n"a, ""b""\nc",1\r\nplain,2\r\n', { format: 'csv', map: questions });
    assert.deepEqual(
      rows.map(({ fields }) => fields['question']),
      ['a, "b"\nc', 'plain'],
    );
  });

  it('reads tabs without giving quotes a meaning', async () => {
    const rows = await readText('a.tsv', 'q\tn\r\nsay "hi\t1\r\n"\t2\r\n', { format: 'tsv', map: questions });
    assert.deepEqual(
      rows.map(({ fields }) => fields['question']),
      ['say "hi', '"'],
    );
  });

  it('reads Parquet in slices, nested columns included', async () => {
    const count = 5000;
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'q', data: Array.from({ length: count }, (_, row) => `question ${row}`), type: 'STRING' },
        { name: 'n', data: Array.from({ length: count }, (_, row) => BigInt(row)), type: 'INT64' },
        { name: 'more', data: Array.from({ length: count }, (_, row) => ({ list: [row, row + 1] })), type: 'JSON' },
      ],
    });
    const map = { question: 'q', answer: 'n', level: 'more.list.1' };
    const rows = await readText('a.parquet', new Uint8Array(buffer), { format: 'parquet', map });
    assert.equal(rows.length, count);
    assert.deepEqual(rows[4999], { row: 4999, fields: { question: 'question 4999', answer: '4999', level: '5000' } });
  });
});

describe('columns', () => {
  it('follows dotted paths, prefers a column of that very name, and fills templates', async () => {
    const text = '{"a":{"b":["x","y"]},"c.d":"whole","e":null}';
    const map = { question: '{a.b.0} and {a.b.1}', answer: 'c.d', level: 'e' };
    const [row] = await readText('paths.jsonl', text, { format: 'jsonl', map });
    assert.deepEqual(row?.fields, { question: 'x and y', answer: 'whole', level: '' });
  });

  it('keeps the rows whose column equals, under their number in the file', async () => {
    const text = '{"q":"a","s":1}\n{"q":"b","s":2}\n{"q":"c","s":2}\n';
    const rows = await readText('where.jsonl', text, { format: 'jsonl', map: questions, where: { s: '2' } });
    assert.deepEqual(
      rows.map(({ row }) => row),
      [1, 2],
    );
  });
});

describe('streaming', () => {
  it('gives the first row before it has looked at the second', async () => {
    const path = join(folder, 'lazy.jsonl');
    await writeFile(path, '{"q":"a"}\nbroken');
    const source: FileSource = { kind: 'file', path, format: 'jsonl', map: questions, where: {}, skip: 0 };
    const first = await readDataset(source)[Symbol.asyncIterator]().next();
    assert.deepEqual(first.value, { row: 0, fields: { question: 'a' } });
  });
});

describe('errors', () => {
  const refused = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error: Error & { type?: string }) => {
      assert.equal(error.type, 'InvalidData');
      assert.match(error.message, message);
      return true;
    });

  it('names the file that is not there', () =>
    refused(read(join(folder, 'none.csv'), { format: 'csv', map: questions }), /No data set at .*none\.csv/));

  it('names the column that is not there and those that are', async () => {
    await refused(
      readText('b.csv', 'x,y\n1,2\n', { format: 'csv', map: questions }),
      /b\.csv, line 2: no column "q".* x, y/,
    );
    const where = { split: 'test' };
    await refused(
      readText('c.jsonl', '{"q":"a"}', { format: 'jsonl', map: questions, where }),
      /no column "split" for where/,
    );
    const parquet = parquetWriteBuffer({ columnData: [{ name: 'x', data: ['a'], type: 'STRING' }] });
    const shape = { format: 'parquet', map: questions } as const;
    await refused(readText('d.parquet', new Uint8Array(parquet), shape), /no column "q".* the columns are x/);
  });

  it('names the line of a broken row', async () => {
    const jsonl = { format: 'jsonl', map: questions } as const;
    await refused(readText('e.jsonl', '{"q":"a"}\n{"q":\n', jsonl), /e\.jsonl, line 2: .*expected JSON/);
    await refused(readText('f.jsonl', '[1]\n', jsonl), /line 1: .*expected a JSON object/);
    await refused(readText('g.csv', 'q,n\na,1\nb\n', { format: 'csv', map: questions }), /g\.csv, line 3/);
    await refused(
      readText('h.tsv', 'q\tn\na\t1\nb\n', { format: 'tsv', map: questions }),
      /line 3: found 1 cells; expected 2/,
    );
    await refused(readText('i.csv', 'q,q\na,1\n', { format: 'csv', map: questions }), /"q" is there twice/);
  });

  it('refuses bytes that are not UTF-8, a broken Parquet file, and a list where a text is wanted', async () => {
    const bytes = new Uint8Array([0x7b, 0x22, 0x71, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d]);
    await refused(readText('j.jsonl', bytes, { format: 'jsonl', map: questions }), /line 1: .*not UTF-8/);
    const stream = async function* () {
      yield await Promise.resolve(new TextEncoder().encode('{"q":"a"}\r\n'));
      yield bytes;
    };
    await refused(readStream(stream()), /stdin, line 2: .*not UTF-8/);
    await refused(readText('k.parquet', 'no parquet', { format: 'parquet', map: questions }), /no whole Parquet file/);
    await refused(readText('l.jsonl', '{"q":["a"]}', { format: 'jsonl', map: questions }), /a list of 1; .*q\.0/);
  });
});

interface RealFile extends Shape {
  readonly file: string;
  readonly task: TaskName;
  readonly rows: number;
  readonly rejects?: Readonly<Record<string, number>>;
  readonly yes?: number;
  /** Pairs of equal texts that the annotators did not take for an entailment. */
  readonly denied?: number;
}

const pairs = { premise: 'sentence1', hypothesis: 'sentence2', label: 'gold_label' };
const named = { premise: 'premise', hypothesis: 'hypothesis', label: 'label' };
const counterfactual = { task: 'nli', format: 'tsv', map: pairs } as const;
const sick = { premise: 'sentence_A', hypothesis: 'sentence_B', label: 'entailment_label', group: 'SemEval_set' };

const realFiles: readonly RealFile[] = [
  { file: 'nli/mnli-dev.csv', task: 'nli', format: 'csv', map: named, rows: 19_647, yes: 6_998, denied: 1 },
  { file: 'nli/snli-dev.csv', task: 'nli', format: 'csv', map: named, rows: 9_831, yes: 3_325 },
  { file: 'nli/snli-hard.jsonl', task: 'nli', format: 'jsonl', map: pairs, rows: 3_261, yes: 1_058 },
  { file: 'nli/sick.tsv', task: 'nli', format: 'tsv', map: sick, rows: 9_840, yes: 2_821 },
  { file: 'nli/sick.tsv', task: 'nli', format: 'tsv', map: sick, where: { SemEval_set: 'TEST' }, rows: 4_906 },
  {
    file: 'nli/med.tsv',
    task: 'nli',
    format: 'tsv',
    map: { ...pairs, group: 'genre' },
    rows: 5_382,
    yes: 2_705,
    denied: 4,
  },
  {
    file: 'nli/breaking-nli.jsonl',
    task: 'nli',
    format: 'jsonl',
    map: { ...pairs, group: 'category' },
    rows: 8_193,
    yes: 982,
  },
  { file: 'nli/pmonli.jsonl', task: 'nli', format: 'jsonl', map: pairs, rows: 1_476, yes: 738 },
  { file: 'nli/nmonli_train.jsonl', task: 'nli', format: 'jsonl', map: pairs, rows: 1_002, yes: 501 },
  { file: 'nli/nmonli_test.jsonl', task: 'nli', format: 'jsonl', map: pairs, rows: 200, yes: 100 },
  {
    file: 'nli/hans-regenerated.jsonl',
    task: 'nli',
    format: 'jsonl',
    map: { ...named, label: 'gold_label' },
    rows: 3_000,
    yes: 1_500,
  },
  { ...counterfactual, file: 'nli/counterfactual/original_test.tsv', rows: 400 },
  { ...counterfactual, file: 'nli/counterfactual/revised_premise_test.tsv', rows: 800 },
  { ...counterfactual, file: 'nli/counterfactual/revised_hypothesis_train.tsv', rows: 3_332 },
  {
    file: 'math/gsm8k-train.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'question', answer: 'answer' },
    rows: 7_473,
  },
  {
    file: 'math/gsm8k-test.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'question', answer: 'answer' },
    rows: 1_319,
  },
  {
    file: 'math/math-train-answers.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'problem', answer: 'answer', level: 'level' },
    rows: 7_498,
    rejects: { 'missing-answer': 2 },
  },
  {
    file: 'math/math-test.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'problem', answer: 'solution', group: 'type' },
    rows: 5_000,
  },
  {
    file: 'math/math500.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'problem', answer: 'answer', solution: 'solution', level: 'level' },
    rows: 500,
  },
  {
    file: 'math/svamp.json',
    task: 'math',
    format: 'json',
    map: { question: '{Body} {Question}', answer: 'Answer', group: 'Type' },
    rows: 1_000,
  },
  {
    file: 'math/multiarith.json',
    task: 'math',
    format: 'json',
    map: { question: 'sQuestion', answer: 'lSolutions.0' },
    rows: 600,
  },
  {
    file: 'math/aime24.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'problem', answer: 'expected_answer' },
    rows: 30,
  },
  {
    file: 'math/amc23.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'question', answer: 'answer' },
    rows: 40,
  },
  {
    file: 'math/minerva-math.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'problem', answer: 'solution' },
    rows: 272,
  },
  {
    file: 'math/olympiadbench.jsonl',
    task: 'math',
    format: 'jsonl',
    map: { question: 'question', answer: 'final_answer.0' },
    rows: 675,
  },
];

describe('real files', () => {
  for (const { file, task, rows, rejects = {}, yes, denied = 0, ...shape } of realFiles) {
    const path = join(import.meta.dirname, '../../../../shared/data', file);
    const skip = existsSync(path) ? false : `no ${path}`;
    it(
      `reads ${rows} rows of ${file}${shape.where ? ` where ${JSON.stringify(shape.where)}` : ''}`,
      { skip },
      async () => {
        const records = await read(path, shape);
        assert.equal(records.length, rows);
        const results = records.map(({ fields }) => taskNamed(task).readRecord(fields));
        const reasons: Record<string, number> = {};
        for (const result of results) if (!result.ok) reasons[result.reason] = (reasons[result.reason] ?? 0) + 1;
        assert.deepEqual(reasons, rejects);
        if (yes !== undefined)
          assert.equal(results.filter((result) => result.ok && result.body.answer === 'yes').length, yes);
        const verdicts = results.flatMap((result) =>
          result.ok ? [taskNamed(task).checkConsistency(result.body)] : [],
        );
        const against = verdicts.flatMap((verdict) => (verdict.kept ? [] : [verdict.reason]));
        assert.deepEqual(against, new Array(denied).fill('denies-itself'));
      },
    );
  }
});
