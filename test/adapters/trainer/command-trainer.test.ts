import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TrainingProgress, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import { createCommandTrainer } from '../../../adapters/trainer/command/command-trainer.ts';
import type { CommandTrainerSettings } from '../../../adapters/trainer/command/command-trainer.ts';
import type { CommandTrainerConfig } from '../../../contracts/campaign.ts';

const program = fileURLToPath(new URL('../../helpers/scripted-trainer.mjs', import.meta.url));
const repository = fileURLToPath(new URL('../../..', import.meta.url));
let workFolder: string;
before(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'diffract-command-'));
});
after(() => rm(workFolder, { recursive: true, maxRetries: 5, retryDelay: 200 }));

interface Start {
  readonly pid: number;
  readonly options: Record<string, string>;
  readonly environment: Record<string, string>;
}

function configOf(plan: string, more: Partial<CommandTrainerConfig> = {}, options: readonly string[] = []) {
  const command = [
    process.execPath,
    program,
    `--plan=${plan}`,
    '--train={{train_file}}',
    '--output={{output_dir}}',
    '--resume={{?resume_checkpoint}}',
    '--seed={{seed}}',
    '--model={{model}}',
    ...options,
  ];
  const base = { kind: 'command', model: 'org/model', dataFormat: 'prompt-completion', stallMinutes: 10 } as const;
  return { ...base, command, environment: {}, ...more };
}

function specificationOf(runKey: string, trainer: CommandTrainerConfig): TrainingSpecification {
  const examples = [
    { prompt: 'one "quoted"\nline', completion: 'eins' },
    { prompt: 'two', completion: 'zwei' },
  ];
  // The command trainer keeps its checkpoints on disk and never asks the store.
  const store = {} as TrainingSpecification['store'];
  return { runKey, trainer, examples, seed: 42, store };
}

function trainerWith(settings: Partial<CommandTrainerSettings> = {}) {
  return createCommandTrainer({ workFolder, graceSeconds: 20, ...settings });
}

async function pollUntil(run: TrainingRun, done: (progress: TrainingProgress) => boolean): Promise<TrainingProgress> {
  for (let tries = 0; tries < 1200; tries++) {
    const progress = await run.poll();
    if (done(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the run did not get there within 30 s');
}

const ended = ({ state }: TrainingProgress): boolean => state !== 'running';

async function startsOf(runKey: string): Promise<Start[]> {
  const text = await readFile(join(workFolder, runKey, 'starts.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Start);
}

/** A zombie whose parent is gone counts as dead. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a run of an external trainer that goes well', () => {
  it('gets its data, seed and environment, reports steps and gives the model files', async () => {
    const run = await trainerWith().start(specificationOf('well', configOf('success')));
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
    assert.equal(Buffer.from(student.files[1]!.bytes).toString(), 'weights after 20 steps');

    const [start] = await startsOf('well');
    const { train, seed, model, resume } = start!.options;
    assert.deepEqual([seed, model, resume], ['42', 'org/model', undefined]);
    assert.equal(start!.environment['PYTHONUNBUFFERED'], '1');
    assert.equal(start!.environment['TOKENIZERS_PARALLELISM'], 'false');
    const rows = (await readFile(train!, 'utf8')).trim().split('\n');
    assert.deepEqual(JSON.parse(rows[0]!), {
      prompt: [{ role: 'user', content: 'one "quoted"\nline' }],
      completion: [{ role: 'assistant', content: 'eins' }],
    });
    assert.match(await readFile(join(workFolder, 'well', 'trainer.log'), 'utf8'), /training on 2 rows/);
  });

  for (const report of ['factory', 'state']) {
    it(`is followed by the files that the trainer writes by itself: ${report}`, async () => {
      const config = configOf('success', { dataFormat: 'messages' }, [`--report=${report}`]);
      const run = await trainerWith().start(specificationOf(`by-${report}`, config));
      const progress = await pollUntil(run, ended);
      assert.deepEqual(progress, { state: 'succeeded', step: 20, totalSteps: 20, loss: 0.5, failure: null });
      assert.equal((await run.collect()).firstLoss, 10);
      const train = await readFile(join(workFolder, `by-${report}`, 'train.jsonl'), 'utf8');
      assert.deepEqual(Object.keys(JSON.parse(train.split('\n')[0]!) as object), ['messages']);
    });
  }

  it('is not run again when it is started again', async () => {
    const again = await trainerWith().start(specificationOf('well', configOf('crash:1')));
    assert.equal((await again.poll()).state, 'succeeded');
    assert.equal((await startsOf('well')).length, 1);
  });
});

describe('a run of an external trainer that breaks', () => {
  it('goes on from the newest whole checkpoint after a crash, not from the one cut short', async () => {
    const run = await trainerWith().start(specificationOf('crash', configOf('crash:13,success')));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const resumed = (await startsOf('crash')).map(({ options }) => options['resume']);
    assert.deepEqual(resumed, [undefined, join(workFolder, 'crash', 'output', 'checkpoint-10')]);
    const student = await run.collect();
    assert.deepEqual([student.steps, student.firstLoss], [20, 10]);
  });

  it('fails after its last attempt with the end of the log, but without the secrets in it', async () => {
    process.env['DIFFRACT_TEST_SECRET'] = 'hf_very-secret';
    const config = configOf('crash:3', { environment: { SECRET: 'env:DIFFRACT_TEST_SECRET' } });
    const run = await trainerWith({ attempts: 2 }).start(specificationOf('crashes', config));
    const { state, failure } = await pollUntil(run, ended);
    assert.equal(state, 'failed');
    assert.match(failure!, /attempt 2 of 2 exited with 3.*illegal memory access.*at step 3, key \[secret\]/s);
    assert.doesNotMatch(failure!, /hf_very-secret/);
    const starts = await startsOf('crashes');
    assert.deepEqual(
      starts.map(({ environment }) => environment['SECRET']),
      ['hf_very-secret', 'hf_very-secret'],
    );
    assert.deepEqual(await run.poll(), { state: 'failed', step: 2, totalSteps: 20, loss: 5, failure });
    await assert.rejects(run.collect(), { type: 'TrainingFailed', message: /attempt 2 of 2/ });
  });

  it('is tried afresh when it is started again after it failed', async () => {
    const run = await trainerWith({ attempts: 2 }).start(
      specificationOf('crashes', configOf('success', { environment: {} })),
    );
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await startsOf('crashes')).length, 3);
  });

  it('is ended when it stalls and resumed', async () => {
    const run = await trainerWith().start(
      specificationOf('stall', configOf('stall:8,success', { stallMinutes: 0.04 })),
    );
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    const [first, second] = await startsOf('stall');
    assert.equal(isAlive(first!.pid), false);
    assert.equal(second!.options['resume'], join(workFolder, 'stall', 'output', 'checkpoint-5'));
  });

  it('is killed when it stalls and does not listen', async () => {
    const config = configOf('deaf:2,success', { stallMinutes: 0.04 });
    const run = await trainerWith({ graceSeconds: 0.2 }).start(specificationOf('deaf', config));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal(isAlive((await startsOf('deaf'))[0]!.pid), false);
  });

  it('says how often it stalled when no attempt is left', async () => {
    const config = configOf('stall:2', { stallMinutes: 0.03 });
    const run = await trainerWith({ attempts: 1 }).start(specificationOf('stalls', config));
    assert.match((await pollUntil(run, ended)).failure!, /attempt 1 of 1 stalled: no progress/);
  });

  it('does not believe an exit of 0 that leaves nothing', async () => {
    const run = await trainerWith().start(specificationOf('lie', configOf('lie')));
    const { state, failure } = await pollUntil(run, ended);
    assert.equal(state, 'failed');
    assert.match(failure!, /exited with 0, but no whole weights in .*output; found nothing/);
    await assert.rejects(run.collect(), { type: 'TrainingFailed' });
    assert.equal((await startsOf('lie')).length, 1);
  });

  it('does not believe an exit of 0 below the step target', async () => {
    const run = await trainerWith().start(specificationOf('short', configOf('short:7')));
    assert.match((await pollUntil(run, ended)).failure!, /exited with 0, but it stands at step 7 of 20/);
  });

  it('does not believe weights of a trainer that never told a loss', async () => {
    const script = 'require("fs").writeFileSync(process.argv[1] + "/model.safetensors", "x")';
    const config = configOf('', { command: [process.execPath, '-e', script, '{{output_dir}}'] });
    const run = await trainerWith().start(specificationOf('mute', config));
    assert.match((await pollUntil(run, ended)).failure!, /no step with a loss was reported/);
  });

  it('names a program that cannot be started, without trying again', async () => {
    const config = configOf('', { command: ['no-such-trainer', '{{train_file}}'] });
    const run = await trainerWith().start(specificationOf('absent', config));
    assert.match((await pollUntil(run, ended)).failure!, /cannot be started: spawn no-such-trainer ENOENT/);
  });

  it('starts again after launcher and trainer were killed together', async () => {
    const config = configOf('success', {}, ['--step-ms=40']);
    const run = await trainerWith().start(specificationOf('killed', config));
    await pollUntil(run, ({ step }) => step >= 6);
    const lease = JSON.parse(await readFile(join(workFolder, 'killed', 'attempts', '1', 'lease.json'), 'utf8'));
    process.kill(-lease.pid, 'SIGKILL');
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await startsOf('killed')).length, 2);
  });
});

describe('a run of an external trainer that is cancelled', () => {
  it('ends its whole group, and goes on when it is started again', async () => {
    const config = configOf('success', {}, ['--step-ms=60']);
    const run = await trainerWith().start(specificationOf('cancel', config));
    await pollUntil(run, ({ step }) => step >= 6);
    await run.cancel();
    const [first] = await startsOf('cancel');
    assert.equal(isAlive(first!.pid), false);
    assert.match((await run.poll()).failure!, /cancelled/);
    const again = await trainerWith().start(specificationOf('cancel', config));
    assert.equal((await pollUntil(again, ended)).state, 'succeeded');
    assert.match((await startsOf('cancel'))[1]!.options['resume']!, /checkpoint-5$/);
  });

  it('is killed after the grace when it does not listen', async () => {
    const run = await trainerWith({ graceSeconds: 0.3 }).start(specificationOf('cancel-deaf', configOf('deaf:2')));
    await pollUntil(run, ({ step }) => step >= 1);
    await run.cancel();
    assert.equal(isAlive((await startsOf('cancel-deaf'))[0]!.pid), false);
  });

  it('stays a success when it had succeeded before', async () => {
    const run = await trainerWith().start(specificationOf('well', configOf('success')));
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
      const trainer = createCommandTrainer({ workFolder: ${JSON.stringify(workFolder)} });
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

    const run = await trainerWith().start(specification);
    await pollUntil(run, ({ step }) => step >= 1);
    const { pid } = (await startsOf('adopt'))[0]!;
    assert.equal(isAlive(pid), true);
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await startsOf('adopt')).length, 1);
    assert.equal((await run.collect()).steps, 40);
  });

  it('is started once when two workers start it at the same moment', async () => {
    const specification = specificationOf('twice', configOf('success', {}, ['--step-ms=20']));
    const runs = await Promise.all([1, 2, 3].map(() => trainerWith().start(specification)));
    for (const run of runs) assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal((await startsOf('twice')).length, 1);
  });

  it('is not mistaken for another process with the same number', async () => {
    const run = await trainerWith().start(specificationOf('reused', configOf('stall:6,success')));
    await pollUntil(run, ({ step }) => step >= 5);
    const leaseFile = join(workFolder, 'reused', 'attempts', '1', 'lease.json');
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
    ['a configuration for a program without a template', ['axolotl', '{{config_file}}'], /these programs only: trl/],
  ];
  for (const [name, command, message] of refusals) {
    it(`may not hold ${name}`, async () => {
      const runKey = name.replaceAll(' ', '-');
      const starting = trainerWith().start(specificationOf(runKey, configOf('', { command })));
      await assert.rejects(starting, { type: 'InvalidConfig', message });
    });
  }

  it('may not take its environment from a variable that is not set', async () => {
    const config = configOf('success', { environment: { SECRET: 'env:DIFFRACT_NOT_SET' } });
    await assert.rejects(trainerWith().start(specificationOf('unset', config)), {
      type: 'InvalidConfig',
      message: /SECRET from the variable DIFFRACT_NOT_SET, which is not set/,
    });
  });

  it('may not leave the work folder', async () => {
    await assert.rejects(trainerWith().start(specificationOf('../escape', configOf('success'))), {
      type: 'InvalidConfig',
    });
  });
});
