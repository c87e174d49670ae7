// diffract evaluate: the tables of a finished evaluation, what others published beside them, and the JSON document.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Evaluations, EvaluationView } from '../../adapters/temporal/evaluations.ts';
import { differencesText, evaluationText, gradingText, spentText } from '../../cli/evaluation-tables.ts';
import type { StudentScore } from '../../contracts/evaluation.ts';
import type { Estimate } from '../../contracts/scores.ts';
import { createWorld } from './fakes.ts';

const around = (value: number): Estimate => ({ value, interval: [value - 0.1, value + 0.1] });

function scored(student: string, benchmark: string, value: number, noAnswer = 0): StudentScore {
  return {
    student,
    benchmark,
    distribution: benchmark === 'held-out' ? 'in' : 'out',
    predictions: { kind: 'predictions', manifest: 'ab'.repeat(32), rows: 48, bytes: 1 },
    score: {
      n: 48,
      samples: 1,
      main: 'accuracy',
      metrics: { accuracy: around(value), 'no-answer': around(noAnswer) },
      groups: [],
      grader: 'diffract-nli/2',
      prompt: 'plain/1',
      merged: student === 'served' && benchmark === 'shifted' ? 3 : 0,
    },
  };
}

const view: EvaluationView = {
  context: { campaign: 'mine', task: 'nli', seed: 1, store: { kind: 'directory', path: '/s' }, prompts: {} },
  doing: 'finished',
  done: 4,
  total: 4,
  scores: [
    scored('base', 'shifted', 0.5),
    scored('base', 'held-out', 0.6),
    scored('served', 'shifted', 0.75, 0.25),
    scored('served', 'held-out', 0.7),
  ],
  comparisons: {
    base: {
      differences: {},
      means: { in: { benchmarks: 1, first: around(0.6), second: null, difference: null }, out: null },
    },
    served: {
      differences: { shifted: { accuracy: around(0.25) }, 'held-out': { accuracy: around(0.1) } },
      means: { in: { benchmarks: 1, first: around(0.6), second: around(0.7), difference: around(0.1) }, out: null },
    },
  },
  tokens: { requests: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, cost: 0 },
  state: 'completed',
  failure: null,
  trouble: null,
};

describe('the tables of an evaluation', () => {
  it('have a column a student, benchmarks in distribution first, and no line that says nothing', () => {
    const lines = evaluationText(view)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    assert.deepEqual(lines[0], ['Benchmark', 'side', 'n', 'metric', 'base', 'served']);
    assert.deepEqual(lines[1], [
      'held-out',
      'in',
      '48',
      'accuracy',
      '60.0 % (50.0 % to 70.0 %)',
      '70.0 % (60.0 % to 80.0 %)',
    ]);
    assert.deepEqual(lines.map(([first]) => first).slice(2), ['shifted', 'no-answer', 'mean of in']);
  });

  it('say how far every student is from the first', () => {
    assert.match(differencesText(view), /served - base/);
    assert.match(differencesText(view), /shifted +accuracy +\+25\.0 \(\+15\.0 to \+35\.0\)/);
    assert.match(differencesText(view), /mean of in +accuracy +\+10\.0/);
    assert.equal(differencesText({ ...view, scores: view.scores.slice(0, 2) }), '');
  });

  it('name graders and prompts, and what was merged', () => {
    const text = gradingText(view.scores);
    assert.match(text, /Graded by diffract-nli\/2\. Asked with: base plain\/1, served plain\/1\./);
    assert.match(text, /served on shifted: 3 answers of neutral or contradiction, merged into no/);
  });
});

it('what endpoints were asked is told with its cost, where there is a price', () => {
  const asked = { requests: 1, promptTokens: 1200, cachedTokens: 0, completionTokens: 34, cost: 0.5 };
  const prices = { version: 'p1', currency: 'EUR', models: {} };
  assert.equal(spentText(view.tokens, null), '');
  assert.equal(spentText(asked, prices), 'Endpoints: 1,234 tokens in 1 request, cost 0.5000 EUR.');
  assert.match(spentText({ ...asked, cost: null }, null), /cost unknown/);
});

describe('diffract evaluate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffract-evaluate-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'evaluation.yaml');
  writeFileSync(
    file,
    `name: mine
task: nli
seed: 1
store: ./store
students: [{ name: base, kind: constant, answer: "no" }]
benchmarks: [{ name: shifted, distribution: out, sources: [{ kind: symbolic, slices: [negation], count: 4 }] }]
published: [prismatic-nli]
`,
  );
  const world = (...views: readonly (EvaluationView | null)[]) => {
    const left = [...views];
    const evaluations: Evaluations = {
      start: () => Promise.resolve({ workflowId: 'evaluation-mine', adopted: false }),
      status: () => Promise.resolve(left.length > 1 ? left.shift()! : (left[0] ?? null)),
      close: () => Promise.resolve(),
    };
    return createWorld([], { connectEvaluations: () => Promise.resolve(evaluations) });
  };

  it('follows it to its end and prints the tables, the published one marked as such', async () => {
    const running = { ...view, state: 'running', trouble: 'the server is away' } as const;
    const { code, output, messages } = await world(null, running, view).run('evaluate', file);
    assert.equal(code, 0);
    assert.match(messages, /Evaluation mine started/);
    assert.match(messages, /Trying again: the server is away/);
    assert.match(output, /held-out/);
    assert.match(output, /Published, not measured here: Prismatic Synthesis, inference[\s\S]*92\.44[\s\S]*Source: /);
  });

  it('prints one JSON document with scores, comparisons and published tables apart', async () => {
    const { output } = await world(view).run('evaluate', file, '--json');
    const document = JSON.parse(output) as Record<string, unknown> & { published: { name: string }[] };
    assert.deepEqual(document['scores'], view.scores);
    assert.deepEqual(document['comparisons'], view.comparisons);
    assert.deepEqual(
      document.published.map(({ name }) => name),
      ['prismatic-nli'],
    );
  });

  it('answers 1 with the reason where it failed, and 2 for a file that is wrong', async () => {
    const failed = { ...view, state: 'failed', failure: 'the benchmark is broken', scores: [] } as const;
    const { code, output } = await world(failed).run('evaluate', file);
    assert.deepEqual([code, /mine failed: the benchmark is broken/.test(output)], [1, true]);
    const unknown = await world(view).run('evaluate', file, '--set', 'students.base.kind=oracle');
    assert.equal(unknown.code, 2);
  });
});
