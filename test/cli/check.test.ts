// diffract check looks around before a run would: data files, models, languages; and says what the file comes to.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { createWorld } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-check-'));
after(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'campaign.yaml');
const data = join(folder, 'seeds.jsonl');
const good = Array.from({ length: 60 }, (_, row) =>
  JSON.stringify({ question: `What is ${row} + 1?`, answer: row + 1 }),
);

const campaign = `
name: small
task: math
seed: 7
store: ./store
seeds: [{ kind: file, path: seeds.jsonl, map: { question: question, answer: answer }, skip: 10 }]
rounds: 1
generators:
  - kind: llm
    name: writer
    endpoint: { url: embedded, model: smollm2-135m-instruct }
    requests: 4
    fewShots: { count: 3, policy: sparse-cluster }
    solver: { attempts: 5, agreement: 4 }
selection: { accept: 8 }
budget: { softTokens: 5000 }
filters: { language: en }
`;

function check(...options: string[]) {
  return createWorld([], { readDataset }).run('check', path, ...options);
}

async function faultOf(lines: readonly string[], ...options: string[]): Promise<string> {
  writeFileSync(data, `${lines.join('\n')}\n`);
  const { code, output, messages } = await check(...options);
  assert.deepEqual([code, output], [2, ''], messages);
  return messages;
}

describe('diffract check', () => {
  writeFileSync(path, campaign);

  it('says what the file comes to, with the rows of its data files', async () => {
    writeFileSync(data, `${good.join('\n')}\n`);
    const { code, output, messages } = await check();
    assert.equal(code, 0, messages);
    for (const line of [
      /campaign\.yaml is good\.$/m,
      /seeds +50 of 60 rows$/m,
      /writer: 4 requests to smollm2-135m-instruct at embedded.*showing 3 of the pool \(sparse-cluster\); 5 answers to each.*4 must agree/,
      /filters .*language en, near duplicates dropped \(5 words/,
      /budget +pauses at 5,000 tokens$/m,
      /prices +none/,
    ])
      assert.match(output, line);
    assert.doesNotMatch(output, /Slices/);
  });

  const broken: readonly [name: string, lines: readonly string[], set: readonly string[], message: RegExp][] = [
    ['a column that is not there', good, ['seeds.0.map.question=qestion'], /seeds\[0\]: .*no column "qestion"/],
    [
      'a broken line behind the first ones',
      [...good, '{"question": oops'],
      [],
      /seeds\[0\]: .*seeds\.jsonl, line 61: found .*oops.*expected JSON/,
    ],
    ['rows that are no samples', ['{"question":"","answer":""}'], [], /none of the 1 rows of .* of the task math/],
    ['a skip that leaves nothing', good, ['seeds.0.skip=60'], /seeds\[0\]: skip 60 leaves nothing of its 60 rows/],
    ['a language that nobody knows', good, ['filters.language=xx'], /filters\.language: found "xx".*known are en, de/],
    [
      'a proxy that does not exist',
      good,
      ['sketch.proxy=smolm2-135m-instruct'],
      /sketch\.proxy: no model "smolm2-135m-instruct".*did you mean "smollm2-135m-instruct"/,
    ],
    [
      'an embedded model that does not exist',
      good,
      ['generators.writer.endpoint.model=tiny'],
      /writer: no model "tiny".*known here: smollm2-135m-instruct/,
    ],
  ];
  for (const [name, lines, set, message] of broken) {
    it(`refuses ${name}`, async () => {
      assert.match(await faultOf(lines, ...set.flatMap((one) => ['--set', one])), message);
    });
  }

  it('takes a repository of the hub that is not here yet, and says how to fetch it', async () => {
    writeFileSync(data, `${good.join('\n')}\n`);
    const { code, output } = await check('--set', 'sketch.proxy=org/name');
    assert.equal(code, 0);
    assert.match(output, /sketch\.proxy: not on this machine; fetch it: diffract models pull org\/name/);
  });

  it('shows all that the training program of the student is told, when asked', async () => {
    writeFileSync(data, `${good.join('\n')}\n`);
    const settings = [
      'student.kind=command',
      'student.model=org/model',
      'student.template=trl',
      'student.hardware=a GPU',
    ];
    const set = [...settings, 'student.settings.max_length=99'].flatMap((setting) => ['--set', setting]);
    const { code, output, messages } = await check('--trainer', ...set);
    assert.equal(code, 0, messages);
    assert.match(output, /student +command org\/model, trained by trl$/m);
    assert.match(output, /wants +a GPU$/m);
    assert.match(output, /started as\n {2}trl sft --config \S+config\.yaml\n/);
    assert.match(output, /^ {2}max_length: 99$/m);
    assert.doesNotMatch((await check(...set)).output, /started as/);
  });

  it('shows it while the data is missing too, and is not good all the same', async () => {
    const set = ['student.kind=command', 'student.model=org/model', 'student.template=trl', 'seeds.0.path=none.jsonl'];
    const options = set.flatMap((setting) => ['--set', setting]);
    const { code, output, messages } = await check('--trainer', ...options);
    assert.equal(code, 2);
    assert.match(output, /started as\n {2}trl sft --config \S+config\.yaml\n/);
    assert.match(messages, /seeds\[0\]\.path: no such file/);
    const json = await check('--trainer', '--json', ...options);
    assert.deepEqual(Object.keys(JSON.parse(json.output) as object), ['schemaVersion', 'trainer']);
    assert.equal((await check(...options)).output, '');
  });

  it('shows the object of the cluster too, without a secret in it', async () => {
    writeFileSync(data, `${good.join('\n')}\n`);
    const student = {
      kind: 'kubernetes',
      model: 'org/model',
      template: 'seq2seq',
      image: 'trainer:1',
      claim: 'trainings',
      sharedFolder: '/trainings',
      environment: { HF_TOKEN: 'env:HF_TOKEN' },
    };
    const { code, output, messages } = await check(
      '--trainer',
      '--set',
      `student=${JSON.stringify(student)}`,
      '--json',
    );
    assert.equal(code, 0, messages);
    const { trainer, missingVariables } = JSON.parse(output) as {
      trainer: { command: string[]; manifest: { kind: string } };
      missingVariables: string[];
    };
    assert.equal(trainer.manifest.kind, 'Job');
    assert.equal(trainer.command[1], '/mnt/diffract/diffract-training/run/program.py');
    assert.match(JSON.stringify(trainer.manifest), /"secretKeyRef":\{"name":"diffract","key":"HF_TOKEN"\}/);
    assert.deepEqual(missingVariables, ['HF_TOKEN']);
  });
});
