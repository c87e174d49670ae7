// Small decoders as students of a study: that they learn, that rows and key decide what they answer, and that their choices are
// those of the scorer, which runs another graph.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TrialStudent } from '../../../activities/ports/trial-students.ts';
import { createModelRuntime } from '../../../adapters/models/runtime.ts';
import { openDecoderStudent } from '../../../adapters/students/decoder-student.ts';
import type { Sample, TaskName } from '../../../contracts/samples.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/trainers.ts';
import { taskNamed } from '../../../tasks/registry.ts';

const { signal } = new AbortController();

const trainer: EmbeddedTrainerConfig = {
  kind: 'embedded',
  model: 'scratch-math-1x32',
  method: { kind: 'full' },
  epochs: 12,
  batchSize: 2,
  learningRate: 0.006,
  schedule: 'cosine',
  warmupShare: 0.1,
  weightDecay: 0.1,
  clipNorm: 1,
  packing: false,
  checkpointEverySteps: 1000,
};

function samples(task: TaskName, slice: string, key: string, count: number): Sample[] {
  const { makeRecord, readRecord } = taskNamed(task);
  return Array.from({ length: count }, (_, index) => {
    const read = readRecord(makeRecord(slice, key, index));
    assert.ok(read.ok);
    const lineage = { origin: 'symbolic', source: slice, generator: slice, round: 0, fewShots: [] } as const;
    return { id: `${slice}:${index}`, task, ...read.body, lineage };
  });
}

const mean = (values: Float32Array | undefined) => values!.reduce((a, b) => a + b, 0) / values!.length;

describe('a small decoder as a student', () => {
  let root: string;
  let student: TrialStudent;
  const cacheBefore = process.env['DIFFRACT_CACHE'];
  const pool = [...samples('math', 'ages', 'pool', 30), ...samples('math', 'comparison', 'pool', 30)];
  const benchmarks = new Map(['ages', 'comparison'].map((slice) => [slice, samples('math', slice, 'test', 40)]));
  const half = (part: 0 | 1) => Int32Array.from({ length: 30 }, (_, index) => 30 * part + index);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-decoder-student-'));
    process.env['DIFFRACT_CACHE'] = root;
    const config = { kind: 'decoder', name: 'decoder', learns: 'answers', trainer } as const;
    student = await openDecoderStudent(config, { pool, benchmarks, task: taskNamed('math') });
  });

  after(async () => {
    await student.close!();
    if (cacheBefore === undefined) delete process.env['DIFFRACT_CACHE'];
    else process.env['DIFFRACT_CACHE'] = cacheBefore;
    await rm(root, { recursive: true, force: true });
  });

  it('learns the kind of problem it is shown and not the other, either way round', async () => {
    const first = await student.run({ rows: half(0), key: 'a', signal });
    const second = await student.run({ rows: half(1), key: 'a', signal });
    assert.ok(mean(first.get('ages')) > mean(second.get('ages')) + 0.15);
    assert.ok(mean(second.get('comparison')) > mean(first.get('comparison')) + 0.15);
    assert.ok(mean(first.get('ages')) > student.chance!.get('ages')! + 0.15);
  });

  it('answers the same for the same rows and key, whoever was trained in between', async () => {
    const rows = half(0).subarray(0, 6);
    const once = await student.run({ rows, key: 'a', signal });
    await student.run({ rows: half(1).subarray(0, 6), key: 'a', signal });
    assert.deepEqual(await student.run({ rows, key: 'a', signal }), once);
    const all = half(0);
    assert.notDeepEqual(
      await student.run({ rows: all, key: 'b', signal }),
      await student.run({ rows: all, key: 'a', signal }),
    );
  });

  it('stops when it is told to, and the next student is not harmed', async () => {
    const rows = half(0).subarray(0, 6);
    const once = await student.run({ rows, key: 'a', signal });
    await assert.rejects(student.run({ rows, key: 'a', signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    assert.deepEqual(await student.run({ rows, key: 'a', signal }), once);
  });

  it('says what always the same operation scores', () => {
    const signs = benchmarks
      .get('ages')!
      .map(({ completion }) => [...completion.matchAll(/ ([-+*/])/g)].map(([, sign]) => sign!));
    const shares = ['+', '-', '*', '/'].map((sign) =>
      signs.reduce((sum, row) => sum + row.filter((one) => one === sign).length / row.length, 0),
    );
    assert.ok(Math.abs(student.chance!.get('ages')! - Math.max(...shares) / signs.length) < 1e-12);
  });

  it('chooses the label that the scorer finds likeliest, for a student that learned nothing', async () => {
    const rows = samples('nli', 'negation', 'test', 20);
    const model = 'scratch-nli-2x32';
    const untrained = { ...trainer, model, epochs: 1, learningRate: 1e-30, weightDecay: 0 };
    const asleep = await openDecoderStudent(
      { kind: 'decoder', name: 'asleep', learns: 'answers', trainer: untrained },
      { pool: rows, benchmarks: new Map([['negation', rows]]), task: taskNamed('nli') },
    );
    assert.equal(asleep.chance, undefined, 'what guessing is worth follows from the labels and the rule of scoring');
    const answers = (await asleep.run({ rows: Int32Array.of(0), key: 'a', signal })).get('negation')!;
    const runtime = createModelRuntime({ sessions: 1 });
    try {
      const scorer = await runtime.openScorer(model, null);
      const labels = ['yes', 'no'];
      const scores = await scorer.scoreLabels(
        rows.map(({ prompt }) => prompt),
        labels,
        signal,
      );
      const right = scores.map((row, index) => (labels[row.indexOf(Math.max(...row))] === rows[index]!.answer ? 1 : 0));
      assert.deepEqual([...answers], right);
      assert.ok(new Set(right).size === 2);
    } finally {
      await asleep.close!();
      await runtime.close();
    }
  });

  it('refuses a limit of length, which it would not keep', async () => {
    const limited = { ...trainer, maxLength: 64 };
    await assert.rejects(
      openDecoderStudent(
        { kind: 'decoder', name: 'limited', learns: 'answers', trainer: limited },
        { pool, benchmarks, task: taskNamed('math') },
      ),
      /Student limited: found a maxLength; expected none/,
    );
  });

  it('writes texts: on what it has learned nearly every token of the hypothesis, on other kinds far fewer', async () => {
    const [known, other] = [samples('nli', 'negation', 'pool', 16), samples('nli', 'order', 'pool', 16)];
    const settings = { ...trainer, model: 'scratch-nli-1x32', epochs: 60 };
    const writer = await openDecoderStudent(
      { kind: 'decoder', name: 'writer', learns: 'texts', trainer: settings },
      {
        pool: known,
        benchmarks: new Map([
          ['known', known],
          ['other', other],
        ]),
        task: taskNamed('nli'),
      },
    );
    try {
      const scores = await writer.run({ rows: Int32Array.from(known.keys()), key: 'a', signal });
      assert.ok(mean(scores.get('known')) > 0.9, `${mean(scores.get('known'))}`);
      assert.ok(mean(scores.get('other')) < 0.5, `${mean(scores.get('other'))}`);
    } finally {
      await writer.close!();
    }
  });

  it('refuses a method that is not full, and a benchmark without steps', async () => {
    const setup = { pool, benchmarks, task: taskNamed('math') };
    const lora = { ...trainer, method: { kind: 'lora', rank: 4, alpha: 8, layers: 1 } } as const;
    await assert.rejects(
      openDecoderStudent({ kind: 'decoder', name: 'x', learns: 'answers', trainer: lora }, setup),
      /method lora; expected method full/,
    );
    const bare = new Map([
      ['bare', benchmarks.get('ages')!.map((sample) => ({ ...sample, completion: `#### ${sample.answer}` }))],
    ]);
    await assert.rejects(
      openDecoderStudent({ kind: 'decoder', name: 'x', learns: 'answers', trainer }, { ...setup, benchmarks: bare }),
      /row 0 of bare without a step/,
    );
  });
});
