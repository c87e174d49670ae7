// diffract metrics: rows in, values of the corpus and of every item out, and one clear message for a bad line.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readJsonStream } from '../../adapters/datasets/json-rows.ts';
import { createWorld } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-metrics-'));

function fileOf(name: string, ...rows: unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return file;
}

interface Document {
  readonly n: number;
  readonly corpus: Readonly<Record<string, number>>;
  readonly intervals: Readonly<Record<string, readonly [number, number]>>;
  readonly metrics: Readonly<Record<string, { signature: string; scale: number }>>;
  readonly items: readonly Readonly<Record<string, number>>[];
}

async function scored(...commandLine: string[]): Promise<Document> {
  const { code, output, messages } = await createWorld([]).run('metrics', ...commandLine, '--json');
  assert.equal(code, 0, messages);
  return JSON.parse(output) as Document;
}

const good = { prediction: 'Warm tea may help.', reference: 'Warm tea helps.' };
const poor = { prediction: 'Nobody knows.', reference: 'Singing was not studied in children at all.' };

describe('diffract metrics', () => {
  it('prints the corpus, its intervals and every item', async () => {
    const file = fileOf('a.jsonl', { id: 7, ...good }, '', poor);
    const names = ['rouge-l', 'rouge-lsum', 'meteor', 'chrf', 'chrf++'];
    const { n, corpus, intervals, metrics, items } = await scored(names.join(','), file);
    assert.equal(n, 2);
    assert.equal(items[0]?.['id'], 7);
    assert.equal('id' in (items[1] ?? {}), false);
    for (const name of names) {
      const [first = NaN, second = NaN] = items.map((item) => item[name]);
      const [low, high] = intervals[name] ?? [NaN, NaN];
      assert.deepEqual([low, high], [second, first], name);
      const mean = (first + second) / 2;
      if (name.startsWith('chrf')) assert.notEqual(corpus[name], mean);
      else assert.equal(corpus[name], mean);
      assert.equal(metrics[name]?.scale, name.startsWith('chrf') ? 100 : 1);
    }
    assert.equal(metrics['chrf++']?.signature, 'nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0');
    assert.match(metrics['rouge-l']?.signature ?? '', /nostem/);
  });

  it('gives the same intervals for the same seed and number of draws, others for others', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => ({ ...good, prediction: 'warm tea '.repeat(1 + (at % 5)) }));
    const file = fileOf('b.jsonl', ...rows);
    const intervals = async (...options: string[]) => (await scored('rouge-l', file, ...options)).intervals['rouge-l'];
    assert.deepEqual(await intervals(), await intervals());
    assert.notDeepEqual(await intervals(), await intervals('--seed', 'other'));
    assert.notDeepEqual(await intervals(), await intervals('--draws', '20'));
  });

  it('takes the best of several references, and says how many there are', async () => {
    const file = fileOf('c.jsonl', { prediction: 'warm tea', reference: ['cold water', 'warm tea'] }, good);
    const { items, metrics } = await scored('rouge-l,chrf', file);
    assert.deepEqual([items[0]?.['rouge-l'], items[0]?.['chrf']], [1, 100]);
    assert.match(metrics['chrf']?.signature ?? '', /^nrefs:var/);
  });

  it('compares stems, and cuts tokens as an older NLTK, where it is asked to', async () => {
    const stems = fileOf('d.jsonl', { prediction: 'it was helping', reference: 'it was helped' });
    assert.ok((await scored('rouge-l', stems, '--stem')).corpus['rouge-l'] === 1);
    assert.ok((await scored('rouge-l', stems)).corpus['rouge-l'] !== 1);
    const dashes = fileOf('e.jsonl', { prediction: 'aged 7–12', reference: 'aged 7' });
    const older = await scored('meteor', dashes, '--nltk', '3.9');
    assert.notEqual(older.corpus['meteor'], (await scored('meteor', dashes)).corpus['meteor']);
    assert.match(older.metrics['meteor']?.signature ?? '', /nltk-3.9$/);
  });

  it('compares with a second system on the same rows', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => ({
      ...good,
      prediction: `warm tea helps ${'too '.repeat(at % 4)}`,
    }));
    const first = fileOf('h.jsonl', ...rows);
    const second = fileOf('i.jsonl', ...rows.map((row) => ({ ...row, prediction: 'nothing helps' })));
    const compared = async (a: string, b: string) => {
      const { code, output } = await createWorld([]).run('metrics', 'rouge-l,chrf', a, '--against', b, '--json');
      assert.equal(code, 0);
      return (JSON.parse(output) as { differences: Record<string, Record<string, number>> }).differences;
    };
    for (const [name, found] of Object.entries(await compared(first, second))) {
      const { difference = 0, low = 0, high = 0, pValue } = found;
      const apart = (await scored(name, first)).corpus[name]! - (await scored(name, second)).corpus[name]!;
      assert.ok(Math.abs(difference - apart) < 1e-9);
      assert.ok(0 < low && low < difference && difference < high);
      assert.ok(pValue === 1 / 1001);
    }
    const same = (await compared(first, first))['chrf'];
    assert.deepEqual([same?.['difference'], same?.['low'], same?.['high'], same?.['pValue']], [0, 0, 0, 1]);
    const shorter = fileOf('j.jsonl', ...rows.slice(1));
    const { code, messages } = await createWorld([]).run('metrics', 'chrf', first, '--against', shorter);
    assert.deepEqual([code, /24 rows, expected 25/.test(messages)], [1, true]);
  });

  it('prints a table for people, from stdin too', async () => {
    const input = async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(JSON.stringify(good));
    };
    const world = createWorld([], { readStandardInput: () => readJsonStream(input(), 'stdin') });
    const { output } = await world.run('metrics', 'chrf,rouge-l');
    assert.match(output, /^1 item\n[\s\S]*rouge-l +0\.5714[\s\S]*chrf +\d+\.\d\d/);
  });

  for (const [what, row, message] of [
    ['a missing prediction', { reference: 'a' }, /line 2: expected a text in the column prediction, which has none/],
    ['a reference that is a number', { prediction: 'a', reference: 3 }, /line 2: expected a text or a list .* is 3/],
    ['no reference at all', { prediction: 'a', reference: [] }, /line 2: expected a text or a list of texts/],
    ['a line that is no JSON', '{"prediction": ', /line 2: found/],
  ] as const) {
    it(`names the line of ${what}`, async () => {
      const { code, output, messages } = await createWorld([]).run('metrics', 'chrf', fileOf('f.jsonl', good, row));
      assert.deepEqual([code, output], [1, '']);
      assert.match(messages, message);
    });
  }

  it('refuses names that it does not know, options that fit no metric, and an empty file', async () => {
    const run = (...commandLine: string[]) => createWorld([]).run('metrics', ...commandLine);
    const wrong = await run('chrf,bleu', 'a.jsonl');
    assert.equal(wrong.code, 2);
    assert.match(wrong.messages, /"bleu" is no metric; expected rouge-l, rouge-lsum, meteor, chrf, chrf\+\+/);
    assert.equal((await run('chrf', 'a.jsonl', '--stem')).code, 2);
    assert.equal((await run('chrf', 'a.jsonl', '--nltk', '3.9')).code, 2);
    assert.match((await run('chrf', fileOf('g.jsonl'))).messages, /holds no rows/);
  });
});
