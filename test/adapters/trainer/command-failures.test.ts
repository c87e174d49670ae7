// How a run of an external trainer may fail, and what is said and kept then.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configOf, ended, isAlive, pollUntil, scriptedRuns } from '../../helpers/scripted-runs.ts';
import type { ScriptedRuns } from '../../helpers/scripted-runs.ts';

let runs: ScriptedRuns;
before(async () => {
  runs = await scriptedRuns();
});
after(() => runs.remove());

const outputOf = (runKey: string): string => join(runs.workFolder, runKey, 'output');

describe('a training whose loss stops being a number', () => {
  it('is ended at the second such loss, and the checkpoint from before is kept', async () => {
    const run = await runs.start('nan', configOf('nan:12', {}, ['--step-ms=150']));
    const { failure, transient, step } = await pollUntil(run, ended);
    assert.match(failure!, /training diverged: from step 12 of 20 on the loss is no number.*output\/checkpoint-10\./);
    assert.equal(transient, undefined);
    assert.ok(step < 20, `it was let run to step ${step}`);
    assert.ok(existsSync(join(outputOf('nan'), 'checkpoint-10', 'model.safetensors')));
    assert.equal((await runs.startsOf('nan')).length, 1);
  });

  it('goes on from before it when it is started again', async () => {
    const run = await runs.start('nan', configOf('success'));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.match((await runs.startsOf('nan'))[1]!.options['resume']!, /checkpoint-10$/);
  });

  for (const report of ['factory', 'state', 'printed']) {
    it(`is no success though it exits with 0 and leaves weights, as told by: ${report}`, async () => {
      const run = await runs.start(`nan-${report}`, configOf('nan:18', {}, ['--step-ms=0', `--report=${report}`]));
      const { failure } = await pollUntil(run, ended);
      assert.match(failure!, /from step 18.* on .*loss is no number/);
      await assert.rejects(run.collect(), { type: 'TrainingFailed' });
    });
  }
});

describe('a training that fills the disk', () => {
  it('fails at once, says so, and keeps the checkpoints that are whole', async () => {
    const run = await runs.start('full', configOf('full:8'));
    const { failure, transient } = await pollUntil(run, ended);
    assert.match(failure!, /attempt 1 of 3 exited with 1: the disk is full; make room.*no space left on device/s);
    assert.equal(transient, undefined);
    assert.ok(existsSync(join(outputOf('full'), 'checkpoint-5', 'model.safetensors')));
    assert.equal((await runs.startsOf('full')).length, 1);
  });
});

describe('what an exit means', () => {
  const cases: [name: string, code: number, says: string, tries: number, failure: RegExp, transient?: true][] = [
    ['no memory', 1, 'torch.OutOfMemoryError: CUDA out of memory. Tried', 1, /1 of 2 .*accelerator is out of memory/],
    [
      'a wrong value',
      1,
      'Traceback\nValueError: no such column',
      1,
      /1 of 2 exited with 1: ValueError: no such column/,
    ],
    ['wrong usage', 2, 'usage: trl [-h]', 1, /1 of 2 exited with 2: its arguments are wrong/],
    ['lost devices', 1, 'RuntimeError: NCCL error: unhandled system error', 2, /2 of 2 .*lost each other \(NCCL\)/],
    ['a broken memory', 1, 'CUDA error: uncorrectable ECC error', 2, /2 of 2 .*memory of an accelerator failed/],
    ['a broken connection', 1, 'Connection reset by peer\nValueError: bad', 2, /2 of 2 .*a connection broke/, true],
    ['a busy server', 1, '429 Client Error: Too Many Requests for url', 2, /2 of 2 .*refused for now/, true],
    ['a server in trouble', 1, 'HTTP Error 503 thrown while requesting', 2, /2 of 2 .*refused for now/, true],
    ['a code that asks for it', 75, 'KeyError: "x"', 2, /2 of 2 exited with 75: a code that asks/, true],
    ['a kill that a program reports', 137, 'Killed', 2, /2 of 2 exited with 137\./],
    ['something unknown', 3, 'RuntimeError: strange', 2, /2 of 2 exited with 3\. The end/],
  ];
  for (const [name, code, says, tries, failure, transient] of cases) {
    it(`${name}: ${tries === 1 ? 'no other try helps' : 'another try may help'}`, async () => {
      const runKey = name.replaceAll(' ', '-');
      const options = [`--says=${says}`, '--step-ms=0'];
      const run = await runs.start(runKey, configOf(`exit:${code}`, { attempts: 2 }, options));
      const progress = await pollUntil(run, ended);
      assert.match(progress.failure!, failure);
      assert.equal(progress.transient, transient);
      const starts = await runs.startsOf(runKey);
      assert.equal(starts.length, tries);
      if (tries > 1) assert.match(starts[1]!.options['resume']!, /checkpoint-5$/);
    });
  }

  it('does not show a secret, nor a line without end', async () => {
    process.env['DIFFRACT_TEST_SECRET'] = 'hf_very-secret';
    const more = { attempts: 1, environment: { SECRET: 'env:DIFFRACT_TEST_SECRET' } };
    const says = `ValueError: hf_very-secret is refused ${'x'.repeat(9000)}`;
    const run = await runs.start('leak', configOf('exit:1', more, [`--says=${says}`, '--step-ms=0']));
    const { failure } = await pollUntil(run, ended);
    assert.match(failure!, /1 of 1 exited with 1: ValueError: \[secret\] is refused x/);
    assert.doesNotMatch(failure!, /hf_very-secret/);
    assert.ok(failure!.length < 2000, `${failure!.length} characters`);
  });

  it('is not read from what an earlier attempt printed', async () => {
    const plan = configOf('exit:33,crash:9', { attempts: 3 }, ['--says=ValueError: of the first attempt']);
    const run = await runs.start('own-log', plan);
    assert.match((await pollUntil(run, ended)).failure!, /attempt 3 of 3 exited with 3\./);
  });
});

describe('an outage', () => {
  const outage = configOf('exit:75', { attempts: 1 }, ['--step-ms=0']);
  const originOf = (attempt: number): string =>
    join(runs.workFolder, 'outage', 'attempts', String(attempt), 'attempt.json');
  const sinceOf = async (attempt: number): Promise<number | null> =>
    (JSON.parse(await readFile(originOf(attempt), 'utf8')) as { waitingSince: number | null }).waitingSince;

  it('is waited out, counted from its beginning while no newer checkpoint comes', async () => {
    const { failure, transient } = await pollUntil(await runs.start('outage', outage), ended);
    assert.match(
      failure!,
      /1 of 1 exited with 75: a code that asks for another try\. It is going to be started again\./,
    );
    assert.equal(transient, true);
    // The second one has a checkpoint that the first had not.
    for (const attempt of [2, 3, 4]) {
      const again = await pollUntil(await runs.start('outage', outage), ended);
      assert.equal(again.transient, true, `attempt ${attempt}`);
    }
    assert.deepEqual([await sinceOf(1), await sinceOf(2)], [null, null]);
    assert.equal(typeof (await sinceOf(3)), 'number');
    assert.equal(await sinceOf(4), await sinceOf(3));
  });

  it('is a failure after a day, and waited out again when the run is started after that', async () => {
    const origin = JSON.parse(await readFile(originOf(4), 'utf8')) as object;
    const { mtimeMs } = await stat(join(runs.workFolder, 'outage', 'attempts', '4', 'lease.json'));
    // A day before the fourth attempt began: it is not over yet, the fifth one begins after it.
    const waitingSince = mtimeMs - 24 * 60 * 60 * 1000;
    await writeFile(originOf(4), JSON.stringify({ ...origin, waitingSince }));
    const last = await pollUntil(await runs.start('outage', outage), ended);
    assert.match(last.failure!, /It has been like that for a day, with no newer checkpoint\./);
    assert.equal(last.transient, undefined);
    const afterwards = await pollUntil(await runs.start('outage', outage), ended);
    assert.equal(afterwards.transient, true);
    assert.equal(await sinceOf(6), null);
  });
});

describe('a process that a trainer starts in another session', () => {
  it('is ended with the attempt, before the next one begins', async () => {
    const run = await runs.start('orphan', configOf('orphan:7,success'));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const pid = Number(await readFile(join(runs.workFolder, 'orphan', 'orphan'), 'utf8'));
    assert.equal(isAlive(pid), false);
  });
});

describe('progress that is only printed', () => {
  it('gives steps between two checkpoints, and the losses', async () => {
    // It stands still behind the step that is looked for, whose loss is printed by a write of its own.
    const still = await runs.start('printed-so-far', configOf('stall:8', {}, ['--report=printed']));
    const { totalSteps } = await pollUntil(still, ({ step, loss }) => step === 7 && loss === 1.429);
    assert.equal(totalSteps, 20);
    await still.cancel();
    const run = await runs.start('printed', configOf('success', {}, ['--report=printed']));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const { firstLoss, lastLoss, steps } = await run.collect();
    assert.deepEqual([firstLoss, lastLoss, steps], [10, 0.5, 20]);
  });
});
