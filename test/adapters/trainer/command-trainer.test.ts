import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configOf, ended, isAlive, pollUntil, scriptedRuns, specificationOf } from '../../helpers/scripted-runs.ts';
import type { ScriptedRuns } from '../../helpers/scripted-runs.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let runs: ScriptedRuns;
before(async () => {
  runs = await scriptedRuns();
});
after(() => runs.remove());

describe('a run of an external trainer that goes well', () => {
  it('gets its data, seed and environment, reports steps and gives the model files', async () => {
    const run = await runs.start('well', configOf('success'));
    const progress = await pollUntil(run, ended);
    assert.deepEqual(progress, { state: 'succeeded', step: 20, totalSteps: 20, loss: 0.5, failure: null });
    const student = await run.collect();
    assert.deepEqual([student.steps, student.firstLoss, student.lastLoss], [20, 10, 0.5]);
    assert.deepEqual(
      student.files.map(({ path, mediaType }) => [path, mediaType]),
      [
        ['config.json', 'application/json'],
        ['model.safetensors', 'application/vnd.safetensors'],
      ],
    );
    assert.match(await text(Readable.from(student.files[1]!.pieces)), /weights after 20 steps$/);

    const [start] = await runs.startsOf('well');
    const { train, seed, model, resume } = start!.options;
    assert.deepEqual([seed, model, resume], ['42', 'org/model', undefined]);
    assert.equal(start!.environment['PYTHONUNBUFFERED'], '1');
    assert.equal(start!.environment['TOKENIZERS_PARALLELISM'], 'false');
    const rows = (await readFile(train!, 'utf8')).trim().split('\n');
    assert.deepEqual(JSON.parse(rows[0]!), {
      prompt: [{ role: 'user', content: 'one "quoted"\nline' }],
      completion: [{ role: 'assistant', content: 'eins' }],
    });
    assert.match(await readFile(join(runs.workFolder, 'well', 'trainer.log'), 'utf8'), /training on 2 rows/);
  });

  for (const report of ['factory', 'state']) {
    it(`is followed by the files that the trainer writes by itself: ${report}`, async () => {
      const config = configOf('success', { dataFormat: 'messages' }, [`--report=${report}`]);
      const run = await runs.start(`by-${report}`, config);
      const progress = await pollUntil(run, ended);
      assert.deepEqual(progress, { state: 'succeeded', step: 20, totalSteps: 20, loss: 0.5, failure: null });
      assert.equal((await run.collect()).firstLoss, 10);
      const train = await readFile(join(runs.workFolder, `by-${report}`, 'data', 'train.jsonl'), 'utf8');
      assert.deepEqual(Object.keys(JSON.parse(train.split('\n')[0]!) as object), ['messages']);
    });
  }

  it('is not run again when it is started again', async () => {
    const again = await runs.start('well', configOf('crash:1'));
    assert.equal((await again.poll()).state, 'succeeded');
    assert.equal((await runs.startsOf('well')).length, 1);
  });
});

describe('a run of an external trainer that breaks', () => {
  it('goes on from the newest whole checkpoint after a crash, not from the one cut short', async () => {
    const run = await runs.start('crash', configOf('crash:13,success'));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const resumed = (await runs.startsOf('crash')).map(({ options }) => options['resume']);
    assert.deepEqual(resumed, [undefined, join(runs.workFolder, 'crash', 'output', 'checkpoint-10')]);
    const student = await run.collect();
    assert.deepEqual([student.steps, student.firstLoss], [20, 10]);
  });

  it('fails after its last attempt with the end of the log, but without the secrets in it', async () => {
    process.env['DIFFRACT_TEST_SECRET'] = 'hf_very-secret';
    const config = configOf('crash:3', { environment: { SECRET: 'env:DIFFRACT_TEST_SECRET' } });
    const run = await runs.start('crashes', { ...config, attempts: 2 });
    const { state, failure } = await pollUntil(run, ended);
    assert.equal(state, 'failed');
    assert.match(failure!, /attempt 2 of 2 exited with 3.*illegal memory access.*at step 3, key \[secret\]/s);
    assert.doesNotMatch(failure!, /hf_very-secret/);
    const starts = await runs.startsOf('crashes');
    assert.deepEqual(
      starts.map(({ environment }) => environment['SECRET']),
      ['hf_very-secret', 'hf_very-secret'],
    );
    assert.deepEqual(await run.poll(), { state: 'failed', step: 2, totalSteps: 20, loss: 5, failure });
    await assert.rejects(run.collect(), { type: 'TrainingFailed', message: /attempt 2 of 2/ });
  });

  it('is tried afresh when it is started again after it failed', async () => {
    const run = await runs.start('crashes', configOf('success', { environment: {} }));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await runs.startsOf('crashes')).length, 3);
  });

  it('is ended when it stalls and resumed', async () => {
    const run = await runs.start('stall', configOf('stall:8,success', { stallMinutes: 0.04 }));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const [first, second] = await runs.startsOf('stall');
    assert.equal(isAlive(first!.pid), false);
    assert.equal(second!.options['resume'], join(runs.workFolder, 'stall', 'output', 'checkpoint-5'));
  });

  it('is killed when it stalls and does not listen', async () => {
    const config = configOf('deaf:2,success', { stallMinutes: 0.04 });
    const run = await runs.start('deaf', { ...config, graceSeconds: 0.2 });
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal(isAlive((await runs.startsOf('deaf'))[0]!.pid), false);
  });

  it('says how often it stalled when no attempt is left', async () => {
    const config = configOf('stall:2', { stallMinutes: 0.03 });
    const run = await runs.start('stalls', { ...config, attempts: 1 });
    assert.match((await pollUntil(run, ended)).failure!, /attempt 1 of 1 stalled: no progress/);
  });

  it('does not believe an exit of 0 that leaves nothing', async () => {
    const run = await runs.start('lie', configOf('lie'));
    const { state, failure } = await pollUntil(run, ended);
    assert.equal(state, 'failed');
    assert.match(failure!, /exited with 0, but no whole weights in .*output; found nothing/);
    await assert.rejects(run.collect(), { type: 'TrainingFailed' });
    assert.equal((await runs.startsOf('lie')).length, 1);
  });

  it('does not believe an exit of 0 that leaves half of the weights', async () => {
    const run = await runs.start('cut', configOf('cut'));
    assert.match((await pollUntil(run, ended)).failure!, /no whole weights in .*; found .*model\.safetensors/);
  });

  it('does not believe an exit of 0 below the step target', async () => {
    const run = await runs.start('short', configOf('short:7'));
    assert.match((await pollUntil(run, ended)).failure!, /exited with 0, but it stands at step 7 of 20/);
  });

  it('does not believe weights of a trainer that never told a loss', async () => {
    const script = 'require("fs").writeFileSync(process.argv[1] + "/pytorch_model.bin", "x")';
    const config = configOf('', { command: [process.execPath, '-e', script, '{{output_dir}}'] });
    const run = await runs.start('mute', config);
    assert.match((await pollUntil(run, ended)).failure!, /no step with a loss was reported/);
  });

  it('names a program that cannot be started, without trying again', async () => {
    const config = configOf('', { command: ['no-such-trainer', '{{train_file}}'] });
    const run = await runs.start('absent', config);
    assert.match((await pollUntil(run, ended)).failure!, /cannot be started: spawn no-such-trainer ENOENT/);
  });

  it('starts again after launcher and trainer were killed together', async () => {
    const config = configOf('success', {}, ['--step-ms=40']);
    const run = await runs.start('killed', config);
    await pollUntil(run, ({ step }) => step >= 6);
    const lease = JSON.parse(await readFile(join(runs.workFolder, 'killed', 'attempts', '1', 'lease.json'), 'utf8'));
    process.kill(-lease.pid, 'SIGKILL');
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await runs.startsOf('killed')).length, 2);
  });
});

describe('a run of an external trainer that is cancelled', () => {
  it('ends its whole group, and goes on when it is started again', async () => {
    const config = configOf('success', {}, ['--step-ms=60']);
    const run = await runs.start('cancel', config);
    await pollUntil(run, ({ step }) => step >= 6);
    await run.cancel();
    const [first] = await runs.startsOf('cancel');
    assert.equal(isAlive(first!.pid), false);
    assert.match((await run.poll()).failure!, /cancelled/);
    const again = await runs.start('cancel', config);
    assert.equal((await pollUntil(again, ended)).state, 'succeeded');
    assert.match((await runs.startsOf('cancel'))[1]!.options['resume']!, /checkpoint-5$/);
  });

  it('is killed after the grace when it does not listen', async () => {
    const run = await runs.start('cancel-deaf', configOf('deaf:2', { graceSeconds: 0.3 }));
    await pollUntil(run, ({ step }) => step >= 1);
    await run.cancel();
    assert.equal(isAlive((await runs.startsOf('cancel-deaf'))[0]!.pid), false);
  });

  it('stays a success when it had succeeded before', async () => {
    const run = await runs.start('well', configOf('success'));
    await run.cancel();
    assert.equal((await run.poll()).state, 'succeeded');
  });
});

describe('a run of an external trainer whose worker dies', () => {
  it('lives on and is adopted, not started a second time', async () => {
    const config = configOf('success', {}, ['--step-ms=100', '--steps=40']);
    const specification = specificationOf('adopt', config);
    const script = `
      const { createCommandTrainer } = await import('./adapters/trainer/command/command-trainer.ts');
      const trainer = createCommandTrainer({ workFolder: ${JSON.stringify(runs.workFolder)} });
      await trainer.start(${JSON.stringify(specification)});
      console.log('started');
      setInterval(() => undefined, 1000);`;
    const worker = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => worker.stdout.once('data', resolve));
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGKILL');
    await gone;

    const run = await runs.start('adopt', config);
    await pollUntil(run, ({ step }) => step >= 1);
    const { pid } = (await runs.startsOf('adopt'))[0]!;
    assert.equal(isAlive(pid), true);
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await runs.startsOf('adopt')).length, 1);
    assert.equal((await run.collect()).steps, 40);
  });

  it('is started once when two workers start it at the same moment', async () => {
    const config = configOf('success', {}, ['--step-ms=20']);
    const started = await Promise.all([1, 2, 3].map(() => runs.start('twice', config)));
    for (const run of started) assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await runs.startsOf('twice')).length, 1);
  });

  it('is claimed by one launcher alone, and by a lease that is never half there', async () => {
    const attempt = join(runs.workFolder, 'claims');
    await mkdir(attempt);
    const launcher = join(repository, 'adapters', 'trainer', 'command', 'launcher.mjs');
    const program = [process.execPath, '-e', 'console.log("ran"); setTimeout(() => undefined, 300)'];
    const log = join(attempt, 'log');
    const launched = [1, 2, 3].map(() => {
      const one = spawn(process.execPath, [launcher, attempt, log, ...program], { detached: true, stdio: 'ignore' });
      return new Promise<number | null>((resolve) => one.once('exit', (code) => resolve(code)));
    });
    const codes = await Promise.all(launched);
    // The one that has it ends its whole group, itself included.
    assert.deepEqual(codes.sort(), [0, 0, null]);
    assert.equal(await readFile(log, 'utf8'), 'ran\n');
    assert.deepEqual((await readdir(attempt)).sort(), ['exit.json', 'lease.json', 'log']);
  });

  it('is not mistaken for another process with the same number', async () => {
    const run = await runs.start('reused', configOf('stall:6,success'));
    await pollUntil(run, ({ step }) => step >= 5);
    const leaseFile = join(runs.workFolder, 'reused', 'attempts', '1', 'lease.json');
    const lease = JSON.parse(await readFile(leaseFile, 'utf8'));
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true,
      stdio: 'ignore',
    });
    await writeFile(
      leaseFile,
      JSON.stringify({ pid: stranger.pid, startTime: '1', childPid: stranger.pid, childStartTime: '1' }),
    );
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal(isAlive(stranger.pid!), true);
    process.kill(stranger.pid!, 'SIGKILL');
    process.kill(-lease.pid, 'SIGKILL');
  });
});

describe('what a trainer is asked to run', () => {
  const refusals: [string, readonly string[], RegExp][] = [
    ['an unknown placeholder', ['train', '--data={{data_file}}'], /Unknown placeholder \{\{data_file\}\}.*train_file/],
    ['a checkpoint that is not there yet', ['train', '{{resume_checkpoint}}'], /Write \{\{\?resume_checkpoint\}\}/],
    ['nothing', [], /command is empty/],
    [
      'a configuration that no template writes',
      ['axolotl', '{{config_file}}'],
      /written by a template.*one of trl, llama/,
    ],
  ];
  for (const [name, command, message] of refusals) {
    it(`may not hold ${name}`, async () => {
      const runKey = name.replaceAll(' ', '-');
      const starting = runs.start(runKey, configOf('', { command }));
      await assert.rejects(starting, { type: 'InvalidConfig', message });
    });
  }

  it('may not take its environment from a variable that is not set', async () => {
    const config = configOf('success', { environment: { SECRET: 'env:DIFFRACT_NOT_SET' } });
    await assert.rejects(runs.start('unset', config), {
      type: 'InvalidConfig',
      message: /SECRET from the variable DIFFRACT_NOT_SET, which is not set/,
    });
  });

  it('may not leave the work folder', async () => {
    await assert.rejects(runs.start('../escape', configOf('success')), {
      type: 'InvalidConfig',
    });
  });
});
