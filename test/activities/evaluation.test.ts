// Evaluating students that an endpoint serves, and those that need no model: what is asked, counted and graded.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinLedgers } from '../../activities/ledger.ts';
import { writeRows } from '../../activities/rows.ts';
import { createComparisonActivities } from '../../activities/scoring.ts';
import { localStudents, servedStudents } from '../../activities/student-answers.ts';
import { createEndpoints } from '../../adapters/llm/open-endpoint.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { AnsweringConfig, PriceTable } from '../../contracts/campaign.ts';
import type { EndpointStudent } from '../../contracts/evaluation.ts';
import type { Sample } from '../../contracts/samples.ts';
import { taskNamed } from '../../tasks/registry.ts';
import { startSeededChatServer } from '../helpers/seeded-chat-server.ts';
import { evaluate, evaluateJob, evaluationChunks } from './evaluating.ts';
import { makeTinyRuntime } from './models.ts';
import { scriptedModel, type Reply } from './scripted-model.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples } from './workplace.ts';

const eightSamples: AnsweringConfig = {
  samples: 8,
  sampling: { temperature: 0.6, topP: 0.95, maxTokens: 300 },
  by: 'task',
};
const prices: PriceTable = {
  version: 'p1',
  currency: 'EUR',
  models: { served: { input: 1, cached: 1, output: 2 } },
};

const student = (url = 'http://127.0.0.1:1/v1', prompt: EndpointStudent['prompt'] = 'template'): EndpointStudent => ({
  kind: 'endpoint',
  endpoint: { model: 'served', servers: [{ url, weight: 1 }], route: 'chat' },
  prompt,
});

/** Sums whose answer is three times the row's number. */
function sums(count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const record = {
      question: `What is 3 times ${index}?`,
      answer: String(3 * index),
      group: index < 8 ? 'easy' : 'hard',
    };
    const read = taskNamed('math').readRecord(record);
    assert.ok(read.ok);
    const lineage = { origin: 'import', source: 'tests', generator: 'sums', round: 0, fewShots: [] } as const;
    return { id: `sums/${index}`, task: 'math', ...read.body, lineage };
  });
}

function served(reply: Reply) {
  const model = scriptedModel(reply, { choices: true });
  return { ...model, openStudent: servedStudents({ ...model.ports, promptFiles }) };
}

describe('a student behind an endpoint', () => {
  it('is asked k times a row with the template, and scored as the samples say', async (test) => {
    const place = await makeWorkplace(test, 'math');
    const samples = await writeRows(place.store, 'samples', sums(20));
    const asked = served(({ messages }) => {
      const number = Number(/times (\d+)/.exec(messages.at(-1)!.content)?.[1]);
      if (number % 4 === 0) return { content: 'I would rather not say' };
      return { content: `Easy. \\boxed{${number % 4 === 1 ? 0 : 3 * number}}` };
    });
    const job = evaluateJob(place, { samples, student: student(), answering: eightSamples, prices });
    const { summary, output } = await evaluate(place, asked.openStudent, job);
    const { score, tokens } = summary;
    assert.deepEqual([score!.n, score!.samples, score!.main], [20, 8, 'pass@1']);
    assert.match(score!.grader, /^diffract-math\/\d+\/qwen$/);
    assert.match(score!.prompt, /^math-solution\/\d+$/);
    assert.deepEqual(
      ['pass@1', 'pass@8', 'maj@8', 'no-answer', 'pass@1-deviation'].map((name) => score!.metrics[name]?.value),
      [0.5, 0.5, 0.5, 0.25, 0],
    );
    assert.deepEqual(
      score!.groups.map(({ group, n }) => [group, n]),
      [
        ['hard', 12],
        ['easy', 8],
      ],
    );
    assert.equal(tokens.requests, 160);
    assert.ok(tokens.cost! > 0);
    const [first] = await rowsOf(place.store, 'predictions', output);
    assert.equal(first?.responses.length, 8);
    assert.equal(first.responses[0], 'I would rather not say');
    assert.deepEqual(first.stated, Array(8).fill(''));
    assert.match(asked.asked[0]!.messages.at(-1)!.content, /\\boxed\{\}/);
    assert.equal(asked.asked[0]!.sampling.temperature, 0.6);
  });

  it('is asked nothing again by another benchmark run of the same rows, and anew for more samples alone', async (test) => {
    const place = await makeWorkplace(test, 'math');
    const samples = await writeRows(place.store, 'samples', sums(16));
    const asked = served(() => ({ content: '\\boxed{0}' }));
    const job = evaluateJob(place, { samples, student: student(), answering: { ...eightSamples, samples: 4 } });
    const first = await evaluate(place, asked.openStudent, job);
    const choices = () => asked.choices.reduce((sum, count) => sum + count, 0);
    assert.equal(choices(), 64);
    const chunks = evaluationChunks(place, asked.openStudent);
    assert.notEqual((await chunks.planChunks(job)).finished, null);
    const second = await evaluate(place, asked.openStudent, { ...job, answering: { ...eightSamples, samples: 6 } });
    assert.equal(choices(), 96, 'two more answers a row, the four that are known are not asked again');
    const both = [first, second].map(({ summary }) => summary.ledger!);
    assert.equal((await joinLedgers(place.store, both)).tokens.requests, 96);
  });

  it('that answers garbage is scored with nothing but answers that could not be read', async (test) => {
    const place = await makeWorkplace(test);
    const samples = await writeRows(place.store, 'samples', symbolicSamples(12, ['voice', 'negation']));
    const asked = served(({ seed }) => ({ content: seed % 2 === 0 ? '�'.repeat(40) : '{"label": [' }));
    const { summary } = await evaluate(place, asked.openStudent, evaluateJob(place, { samples, student: student() }));
    const { accuracy, 'no-answer': none, 'macro-f1': macro } = summary.score!.metrics;
    assert.deepEqual([accuracy?.value, none?.value, macro?.value], [0, 1, 0]);
  });

  it('that says neutral or contradiction has them merged into no, and told', async (test) => {
    const place = await makeWorkplace(test);
    const rows = symbolicSamples(12, ['voice', 'negation']);
    const samples = await writeRows(place.store, 'samples', rows);
    const asked = served(({ messages }) => {
      const hypothesis = /Hypothesis: (.*)/.exec(messages.at(-1)!.content)?.[1] ?? '';
      const row = rows.find(({ prompt }) => prompt.includes(`Hypothesis: ${hypothesis}\n`))!;
      return { content: row.answer === 'yes' ? 'Answer: entailment' : 'Answer: neutral' };
    });
    const { summary } = await evaluate(place, asked.openStudent, evaluateJob(place, { samples, student: student() }));
    const { metrics, merged } = summary.score!;
    assert.equal(metrics['accuracy']?.value, 1);
    assert.equal(merged, rows.filter(({ answer }) => answer === 'no').length);
    assert.ok(merged > 0);
  });

  it('is shown the bare prompt where it was trained on it', async (test) => {
    const place = await makeWorkplace(test);
    const rows = symbolicSamples(2, ['voice']);
    const samples = await writeRows(place.store, 'samples', rows);
    const asked = served(() => ({ content: 'yes' }));
    const plain = student('http://127.0.0.1:1/v1', 'plain');
    const { summary } = await evaluate(place, asked.openStudent, evaluateJob(place, { samples, student: plain }));
    assert.deepEqual(asked.asked[0]!.messages, [{ role: 'user', content: rows[0]!.prompt }]);
    assert.equal(summary.score!.prompt, 'plain/1');
  });

  it('cannot choose labels', async (test) => {
    const place = await makeWorkplace(test);
    const samples = await writeRows(place.store, 'samples', symbolicSamples(2, ['voice']));
    const job = evaluateJob(place, { samples, student: student(), answering: { ...eightSamples, by: 'labels' } });
    await assert.rejects(evaluate(place, served(() => ({})).openStudent, job), {
      type: 'InvalidConfig',
      message: /by/,
    });
  });
});

describe('a student endpoint that dies at half', () => {
  it('is waited for, and no answer is paid or counted twice', async (test) => {
    const place = await makeWorkplace(test, 'math');
    const samples = await writeRows(place.store, 'samples', sums(48));
    const answer = ({ messages, choice }: { messages: readonly { content: string }[]; choice: number }) =>
      `\\boxed{${3 * Number(/times (\d+)/.exec(messages.at(-1)!.content)?.[1]) + (choice % 2)}}`;
    const settings = { seed: 'student', answer, drawnBy: 'request' } as const;
    const alive = await startSeededChatServer(settings);
    const port = Number(new URL(alive.url).port);
    const openStudent = () => {
      const openEndpoint = createEndpoints({ embeddedModelFile: () => Promise.reject(new Error('none')) });
      return servedStudents({ openEndpoint, requestHash, promptFiles });
    };
    const job = evaluateJob(place, {
      samples,
      student: student(alive.url),
      answering: { ...eightSamples, samples: 2 },
      prices,
    });
    const chunks = evaluationChunks(place, openStudent());
    const { chunks: count } = await chunks.planChunks(job);
    assert.equal(count, 3);
    await asActivity(() => chunks.runChunk({ job, chunk: 0 }));
    await alive.close();
    await assert.rejects(
      asActivity(() => evaluationChunks(place, openStudent()).runChunk({ job, chunk: 1 })),
      { name: 'TransientError' },
    );
    // Up again in the middle of the night, and a fault in every eighth answer.
    const shares = { throttled: 0.04, error: 0.04, truncated: 0.04 };
    const revived = await startSeededChatServer({ ...settings, shares, retryAfterMilliseconds: 50 }, port);
    test.after(() => revived.close());
    const { summary } = await evaluate(place, openStudent(), job);
    assert.deepEqual([summary.score!.n, summary.score!.samples], [48, 2]);
    assert.equal(summary.tokens.requests, 96, 'one request an answer, whoever answered it');
    assert.equal(revived.accounting().repeated.requests, 0);
    const { metrics } = summary.score!;
    assert.deepEqual([metrics['pass@2']?.value, metrics['no-answer']?.value], [1, 0]);
  });
});

describe('students without a model', () => {
  it('give the floor of summaries and the same answer to everything, and are compared', async (test) => {
    const place = await makeWorkplace(test, 'summarization');
    const { models } = await makeTinyRuntime(test, place.folder);
    const rows = Array.from({ length: 6 }, (_, index): Sample => {
      const evidence = `Objectives: To see ${index}. Main results: We found ${index} trials. Sleep improved a little. Harms were rare.`;
      const read = taskNamed('summarization').readRecord({ evidence, conclusion: 'Sleep improved a little.' });
      assert.ok(read.ok);
      const lineage = { origin: 'import', source: 'tests', generator: 'reviews', round: 0, fewShots: [] } as const;
      return { id: `reviews/${index}`, task: 'summarization', ...read.body, lineage };
    });
    const samples = await writeRows(place.store, 'samples', rows);
    const graded = (one: { kind: 'extract' } | { kind: 'constant'; answer: string }) =>
      evaluate(place, localStudents(models), evaluateJob(place, { samples, student: one }));
    const [floor, same] = [
      await graded({ kind: 'extract' }),
      await graded({ kind: 'constant', answer: 'Sleep improved a little.' }),
    ];
    const renamed = { kind: 'extract', name: 'another name' } as const;
    const { finished } = await evaluationChunks(place, localStudents(models)).planChunks(
      evaluateJob(place, { samples, student: renamed }),
    );
    assert.notEqual(finished, null, 'what a file calls it decides no answer');
    const [first] = await rowsOf(place.store, 'predictions', floor.output);
    assert.deepEqual(first?.responses, ['To see 0. Sleep improved a little. Harms were rare.']);
    assert.deepEqual(Object.keys(floor.summary.score!.metrics), [
      'rouge-l',
      'meteor',
      'chrf',
      'chrf-corpus',
      'no-answer',
    ]);
    assert.equal(floor.summary.score!.main, 'rouge-l');
    // Four words of ten, in order.
    assert.ok(Math.abs(floor.summary.score!.metrics['rouge-l']!.value - (2 * 4) / 14) < 1e-12);
    assert.deepEqual(
      ['rouge-l', 'chrf-corpus'].map((name) => same.summary.score!.metrics[name]?.value),
      [1, 100],
    );
    const { compareStudents } = createComparisonActivities(place.openStore);
    const { differences } = await compareStudents({
      context: place.context,
      benchmarks: [
        {
          benchmark: 'reviews',
          distribution: 'in',
          first: floor.output as TableRef<'predictions'>,
          second: same.output as TableRef<'predictions'>,
        },
      ],
    });
    assert.ok(differences['reviews']!['rouge-l']!.value > 0.4);
    await assert.rejects(evaluate(place, localStudents(models), evaluateJob(place, { samples, student: student() })), {
      type: 'InvalidConfig',
      message: /worker/,
    });
  });

  it('are refused by tasks that have nothing to extract, and greedy ones where several answers are asked for', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const samples = await writeRows(place.store, 'samples', symbolicSamples(2, ['voice']));
    const refused = (job: Parameters<typeof evaluateJob>[1], message: RegExp) =>
      assert.rejects(evaluate(place, localStudents(models), evaluateJob(place, job)), {
        type: 'InvalidConfig',
        message,
      });
    await refused({ samples, student: { kind: 'extract' } }, /nothing to extract/);
    const embedded = { kind: 'embedded', model, checkpoint: null } as const;
    await refused({ samples, student: embedded, answering: eightSamples }, /greedily/);
  });

  it('differ from others only on the same rows', async (test) => {
    const place = await makeWorkplace(test);
    const { models } = await makeTinyRuntime(test, place.folder);
    const tableOf = async (count: number) => {
      const samples = await writeRows(place.store, 'samples', symbolicSamples(count, ['voice']));
      const job = evaluateJob(place, { samples, student: { kind: 'constant', answer: 'no' } });
      return (await evaluate(place, localStudents(models), job)).output as TableRef<'predictions'>;
    };
    const benchmarks = [
      { benchmark: 'b', distribution: 'in', first: await tableOf(4), second: await tableOf(5) },
    ] as const;
    const { compareStudents } = createComparisonActivities(place.openStore);
    await assert.rejects(compareStudents({ context: place.context, benchmarks }), {
      type: 'InvalidData',
      message: /different rows \(4 and 5, the first that differs is 4\)/,
    });
  });
});
