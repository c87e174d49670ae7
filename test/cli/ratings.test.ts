// diffract ratings: sheets out, filled sheets in.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { stringify } from 'yaml';
import { createWorld } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-ratings-'));
const run = (...commandLine: string[]) => createWorld([]).run('ratings', ...commandLine);

function fileOf(name: string, rows: readonly object[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

function answers(system: string, ids: readonly string[] = ['a', 'b', 'c', 'd'], more: object = {}): object[] {
  return ids.map((id) => ({
    id,
    prompt: `Summarise ${id}, "briefly".`,
    prediction: `${system}: ${id}`,
    reference: 'R',
    ...more,
  }));
}

const ours = fileOf('ours.jsonl', answers('ours'));
const theirs = fileOf('theirs.jsonl', answers('theirs'));
const systems = ['--systems', `ours=${ours},theirs=${theirs}`];

interface Key {
  readonly outputs: {
    readonly rater: string;
    readonly item: string;
    readonly output: string;
    readonly system: string;
  }[];
}

describe('diffract ratings sheets', () => {
  it('writes a table and a page a rater, and a key outside of the folder', async () => {
    const out = join(folder, 'plain');
    const { code, output } = await run('sheets', out, ...systems, '--raters', 'ann,ben', '--json');
    assert.equal(code, 0);
    const { key, items } = JSON.parse(output) as { key: string; items: object };
    assert.deepEqual([key, items], [join(folder, 'plain-key.json'), { ann: 4, ben: 4 }]);
    assert.deepEqual(readdirSync(out).sort(), ['ann.csv', 'ann.html', 'ben.csv', 'ben.html']);
    const rows = parse<Record<string, string>>(readFileSync(join(out, 'ann.csv'), 'utf8'), { columns: true });
    assert.equal(rows.length, 8);
    assert.match(rows[0]!['prompt']!, /^Summarise [abcd], "briefly"\.$/);
    assert.equal('reference' in rows[0]!, false);
    const { outputs } = JSON.parse(readFileSync(key, 'utf8')) as Key;
    for (const row of rows) {
      const { system } = outputs.find(({ rater, item, output: letter }) => {
        return rater === 'ann' && item === row['item'] && letter === row['output'];
      })!;
      assert.equal(row['text'], `${system}: ${row['item']!}`);
    }
  });

  it('draws items, deals them out and shows references where it is asked to', async () => {
    const out = join(folder, 'drawn');
    const drawn = ['--items', '3', '--overlap', '0', '--reference', '--seed', '5'];
    const { output } = await run('sheets', out, ...systems, '--raters', '3', ...drawn, '--json');
    assert.deepEqual((JSON.parse(output) as { items: object }).items, { 'rater-1': 1, 'rater-2': 1, 'rater-3': 1 });
    assert.match(
      readFileSync(join(out, 'rater-1.csv'), 'utf8'),
      /^rater,item,output,prompt,reference,text,key_result,/,
    );
  });

  it('takes a rubric of your own', async () => {
    const rubric = join(folder, 'rubric.yaml');
    const values = [1, 2, 3].map((value) => ({ value, label: `${value}` }));
    writeFileSync(
      rubric,
      stringify({ name: 'mine', criteria: [{ name: 'fluency', question: 'Fluent?', level: 'ordinal', values }] }),
    );
    const out = join(folder, 'own');
    assert.equal((await run('sheets', out, ...systems, '--raters', 'ann', '--rubric', rubric)).code, 0);
    assert.match(readFileSync(join(out, 'ann.csv'), 'utf8'), /^rater,item,output,prompt,text,fluency,comment\r\n/);
    writeFileSync(
      rubric,
      stringify({ name: 'mine', criteria: [{ name: 'Fluency', question: 'Fluent?', level: 'ordinal', values }] }),
    );
    const { code, messages } = await run(
      'sheets',
      join(folder, 'wrong'),
      ...systems,
      '--raters',
      'ann',
      '--rubric',
      rubric,
    );
    assert.equal(code, 2);
    assert.match(messages, /criteria\.0\.name|criteria\[0\]\.name/);
  });

  const bad: [string, readonly string[], number, RegExp][] = [
    ['one system', ['--systems', `ours=${ours}`], 2, /names one system; expected at least two/],
    ['more items than there are', [...systems, '--items', '9'], 2, /there are 4 items only/],
    ['an overlap that is no share', [...systems, '--overlap', '2'], 2, /Expected a share/],
    [
      'a key among the sheets',
      [...systems, '--key', join(folder, 'bad', 'key.json')],
      2,
      /inside the folder that raters get/,
    ],
    [
      'a key among the sheets whose name begins with dots',
      [...systems, '--key', join(folder, 'bad', '..key.json')],
      2,
      /inside the folder that raters get/,
    ],
    ['a file that is not there', ['--systems', `ours=${ours},theirs=${join(folder, 'no.jsonl')}`], 1, /no\.jsonl/],
  ];
  for (const [what, options, expected, message] of bad) {
    it(`refuses ${what}`, async () => {
      const { code, messages } = await run('sheets', join(folder, 'bad'), '--raters', 'ann', ...options);
      assert.match(messages, message);
      assert.equal(code, expected);
      assert.equal(existsSync(join(folder, 'bad')), false);
    });
  }

  it('refuses to write over sheets that may be filled in', async () => {
    const out = join(folder, 'once');
    assert.equal((await run('sheets', out, ...systems, '--raters', 'ann')).code, 0);
    const { code, messages } = await run('sheets', out, ...systems, '--raters', 'ann');
    assert.match(messages, /Something lies at .*once already/);
    assert.equal(code, 2);
  });

  const files: [string, object[], RegExp][] = [
    ['without a prediction', [{ id: 'a', prompt: 'p' }], /line 1: expected the columns id, prompt and prediction/],
    ['with an id twice', [...answers('x', ['a', 'a'])], /line 2: the id a stands in line 1 too/],
    ['with an id less', answers('x', ['a', 'b', 'c']), /no row with the id d, which .*ours.jsonl has/],
    ['with an id more', answers('x', ['a', 'b', 'c', 'd', 'e']), /no row with the id e, which .*x\.jsonl has/],
    [
      'with another prompt',
      answers('x', undefined, { prompt: 'other' }),
      /line 1: id a has another prompt than in .*ours/,
    ],
  ];
  for (const [what, rows, message] of files) {
    it(`refuses answers ${what}`, async () => {
      const named = ['--systems', `ours=${ours},x=${fileOf('x.jsonl', rows)}`];
      const { code, messages } = await run('sheets', join(folder, 'bad'), ...named, '--raters', 'ann');
      assert.match(messages, message);
      assert.equal(code, 1);
    });
  }
});

describe('diffract ratings score', () => {
  const out = join(folder, 'scored');
  const key = join(folder, 'scored-key.json');
  const made = run('sheets', out, ...systems, '--raters', 'ann,ben');

  /** Ours gets the best of every scale, theirs the worst; ben doubts the coherence of ours on item a. */
  async function fill(rater: string): Promise<string> {
    await made;
    const { outputs } = JSON.parse(readFileSync(key, 'utf8')) as Key;
    const rows = outputs.flatMap((line) => {
      if (line.rater !== rater) return [];
      const good = line.system === 'ours';
      const { item, output } = line;
      const coherence = good ? (rater === 'ben' && item === 'a' ? 4 : 5) : 1;
      return [
        [
          rater,
          item,
          output,
          good ? 1 : 0,
          ...Array.from({ length: 5 }, () => (good ? 2 : 0)),
          coherence,
          'fine, "really"',
        ],
      ];
    });
    const file = join(folder, `ratings-${rater}.csv`);
    const head = 'rater,item,output,key_result,population,intervention,outcome,omissions,errors,coherence,comment';
    const cell = (value: string | number) =>
      typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""')}"`;
    writeFileSync(file, [head, ...rows.map((row) => row.map(cell).join(','))].join('\n'));
    return file;
  }

  it('prints agreement, means and differences', async () => {
    const { code, output } = await run('score', key, await fill('ann'), await fill('ben'));
    assert.equal(code, 0);
    assert.match(output, /16 ratings of 4 items and 2 systems by ann, ben/);
    assert.match(output, /key_result: alpha 1.00 \(nominal, 8 outputs rated twice\); kappa ann-ben 1.00 \(8\)/);
    assert.match(output, /coherence: alpha 0\.\d\d \(ordinal, 8 outputs rated twice\)/);
    assert.match(output, /ours less theirs +3\.88/);
  });

  it('compares a judge with people', async () => {
    const judged = ['ours', 'theirs'].flatMap((system) =>
      ['a', 'b', 'c', 'd'].map((id) => ({ id, system, coherence: system === 'ours' ? 9 : 3 })),
    );
    const judge = fileOf('judge.jsonl', [...judged, { id: 'z', system: 'ours', coherence: 1 }]);
    const { output } = await run('score', key, await fill('ann'), await fill('ben'), '--judge', judge, '--json');
    const report = JSON.parse(output) as {
      criteria: { name: string; judge: { outputs: number; spearman: { value: number } | null } }[];
    };
    const { judge: found } = report.criteria.find(({ name }) => name === 'coherence')!;
    assert.equal(found.outputs, 8);
    assert.ok(found.spearman!.value > 0.9, `${found.spearman!.value}`);
    assert.equal(report.criteria[0]!.judge.spearman, null);
  });

  it('says what is wrong with a sheet, by line', async () => {
    const file = await fill('ann');
    writeFileSync(file, readFileSync(file, 'utf8').replace('2,2,2,2,2', '2,7,2,,2'));
    const { code, messages } = await run('score', key, file);
    assert.equal(code, 1);
    assert.match(
      messages,
      /2 problems in the ratings:\n.*ratings-ann.csv, line \d: intervention is "7"; expected 0, 1, 2\n.*omissions is empty/,
    );
  });

  it('refuses a judge that says nothing of these sheets, or no number', async () => {
    const sheet = await fill('ann');
    const strange = await run(
      'score',
      key,
      sheet,
      '--judge',
      fileOf('j.jsonl', [{ id: 'z', system: 'ours', coherence: 1 }]),
    );
    assert.match(strange.messages, /no row names an id and a system of the sheets/);
    const worded = await run(
      'score',
      key,
      sheet,
      '--judge',
      fileOf('j.jsonl', [{ id: 'a', system: 'ours', coherence: 'good' }]),
    );
    assert.match(worded.messages, /line 1: coherence is "good"; expected a number/);
    assert.deepEqual([strange.code, worded.code], [1, 1]);
  });

  it('refuses sheets without any row', async () => {
    await made;
    const empty = join(folder, 'empty.csv');
    writeFileSync(empty, 'rater,item,output,key_result\n');
    const { code, output, messages } = await run('score', key, empty);
    assert.deepEqual([code, output], [1, '']);
    assert.match(messages, /The sheets hold no rows/);
  });

  it('refuses what is no key', async () => {
    const { code, messages } = await run('score', fileOf('no-key.json', [{ a: 1 }]), await fill('ann'));
    assert.match(messages, /no-key\.json/);
    assert.equal(code, 2);
  });
});
