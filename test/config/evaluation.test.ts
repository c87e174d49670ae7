// Evaluation files: the examples load, defaults fill in what is not said, and what cannot be done is refused with its line.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCampaign } from '../../config/load.ts';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import { taskNames } from '../../contracts/samples.ts';
import { publishedNames } from '../../core/published/tables.ts';
import { knowledgeOf } from '../../tasks/knowledge.ts';
import { taskNamed } from '../../tasks/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, '../shared/data');
const tasks = Object.fromEntries(taskNames.map((name) => [name, knowledgeOf(taskNamed(name))]));
const known = { tasks, published: publishedNames, environment: {} };

const folder = mkdtempSync(join(tmpdir(), 'diffract-evaluation-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'rows.jsonl'), '{}\n');

function load({ task = 'nli', students, benchmark = '', more = '' }: Readonly<Record<string, string>>) {
  const path = join(folder, 'evaluation.yaml');
  const map = task === 'math' ? '{ question: q, answer: a }' : '{ premise: p, hypothesis: h, label: l }';
  const evidence = '{ evidence: e, conclusion: c }';
  writeFileSync(
    path,
    `name: mine
task: ${task}
seed: 1
store: ./store
students: [${students ?? '{ name: base, kind: embedded }'}]
benchmarks:
  - name: held-out
    distribution: out
    sources: [{ kind: file, path: rows.jsonl, map: ${task === 'summarization' ? evidence : map} }]
    ${benchmark}
${more}
`,
  );
  return loadEvaluation(path, known).config;
}

const served = '{ name: served, kind: endpoint, endpoint: { url: "http://localhost:1/v1", model: m } }';

describe('an evaluation file', () => {
  it('is greedy with one answer a row, and draws several', () => {
    const [one] = load({}).benchmarks;
    assert.deepEqual(one?.answering, { samples: 1, sampling: { temperature: 0, topP: 1, maxTokens: 512 }, by: 'task' });
    const [many] = load({ students: served, benchmark: 'answering: { samples: 8 }' }).benchmarks;
    assert.deepEqual(many?.answering.sampling, { temperature: 0.6, topP: 0.95, maxTokens: 512 });
    const [set] = load({
      students: served,
      benchmark: 'answering: { samples: 2, sampling: { temperature: 1, maxTokens: 9 } }',
    }).benchmarks;
    assert.deepEqual(set?.answering.sampling, { temperature: 1, topP: 0.95, maxTokens: 9 });
  });

  it('knows its students by kind, with defaults', () => {
    const { students } = load({
      students: `{ name: base, kind: embedded }, ${served}, { name: no, kind: constant, answer: "no" }`,
    });
    assert.deepEqual(students[0], { name: 'base', kind: 'embedded', model: 'smollm2-135m-instruct', campaign: null });
    assert.equal(students[1]?.kind === 'endpoint' && students[1].prompt, 'template');
    assert.equal(students[2]?.kind === 'constant' && students[2].answer, 'no');
  });

  const refusals: readonly (readonly [string, Parameters<typeof load>[0], RegExp])[] = [
    [
      'two students of one name',
      { students: '{ name: a, kind: embedded }, { name: a, kind: constant, answer: x }' },
      /students\[1\]\.name: "a"/,
    ],
    ['an unknown kind of student', { students: '{ name: a, kind: oracle }' }, /line 5.*kind/],
    [
      'several greedy answers',
      { benchmark: 'answering: { samples: 4 }' },
      /line 10, benchmarks\[0\]\.answering\.samples: found 4.*greedily/,
    ],
    [
      'drawn answers of a greedy student',
      { benchmark: 'answering: { sampling: { temperature: 0.6 } }' },
      /answering\.sampling\.temperature: found 0\.6, expected 0.*greedily/,
    ],
    [
      'two servers of one model name, whose answers could not be told apart',
      { students: `${served}, ${served.replace('served', 'other').replace(':1/', ':2/')}` },
      /students\[1\]\.endpoint\.model: "m" is the model of served too/,
    ],
    [
      'labels of a served student',
      { students: served, benchmark: 'answering: { by: labels }' },
      /by: a student of kind endpoint writes/,
    ],
    ['labels of a task without them', { task: 'math', benchmark: 'answering: { by: labels }' }, /math has no labels/],
    [
      'an extract of a task without texts',
      { students: '{ name: floor, kind: extract }' },
      /nli has nothing to extract/,
    ],
    [
      'an endpoint without a server',
      { students: '{ name: s, kind: endpoint, endpoint: { model: m } }' },
      /neither url nor servers/,
    ],
    [
      'prices that leave a paid student out',
      { students: served, more: 'prices: { version: "1", models: {} }' },
      /no price for "m"/,
    ],
    [
      'a prompt that no task has',
      { more: 'prompts: { nli-labels: rows.jsonl }' },
      /no template of this task.*nli-label/,
    ],
    ['a published table that is not there', { more: 'published: [prismatic-nl]' }, /published\[0\].*prismatic-nli/],
  ];
  for (const [what, file, message] of refusals) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => load(file), { type: 'InvalidConfig', message });
    });
  }
});

it('a campaign whose student answers greedily is refused several answers a row', () => {
  const path = join(folder, 'campaign.yaml');
  const slices = '{ kind: symbolic, slices: [negation], count: 4 }';
  writeFileSync(
    path,
    `name: greedy
task: nli
seed: 1
store: ./store
seeds: [${slices}]
rounds: 0
student: { kind: embedded }
benchmarks: [{ name: b, distribution: out, sources: [${slices}], answering: { samples: 3 } }]
`,
  );
  assert.throws(() => loadCampaign(path, known), { type: 'InvalidConfig', message: /answering\.samples: found 3/ });
});

describe('the example', { skip: !existsSync(data) && `no ${data}` }, () => {
  for (const name of ['evaluate-nli', 'evaluate-medreview']) {
    it(`${name} loads in both sizes, the quick one with counts`, () => {
      const path = join(root, `examples/${name}.yaml`);
      const full = loadEvaluation(path, known).config;
      const quick = loadEvaluation(path, { ...known, size: 'quick' }).config;
      assert.deepEqual(
        quick.benchmarks.map((one) => one.name),
        full.benchmarks.map((one) => one.name),
      );
      for (const { sources } of quick.benchmarks) for (const { count = Infinity } of sources) assert.ok(count <= 16);
    });
  }

  it('evaluate-math names what is to be brought, and loads once it is', () => {
    const path = join(root, 'examples/evaluate-math.yaml');
    assert.throws(() => loadEvaluation(path, known), {
      type: 'InvalidConfig',
      message: /BENCHMARKS is not set; set it to the folder that holds math2\.jsonl/,
    });
    for (const file of ['math2.jsonl', 'gsm8k-platinum.jsonl']) writeFileSync(join(folder, file), '{"question":"q"}\n');
    const { benchmarks } = loadEvaluation(path, { ...known, environment: { BENCHMARKS: folder } }).config;
    assert.equal(benchmarks.length, 7);
  });
});
