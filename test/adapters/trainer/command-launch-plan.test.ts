import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { newestWholeCheckpoint } from '../../../adapters/trainer/command/checkpoints.ts';
import { planLaunch } from '../../../adapters/trainer/command/launch-plan.ts';
import { fillCommand } from '../../../adapters/trainer/command/placeholders.ts';
import type { PlaceholderValues } from '../../../adapters/trainer/command/placeholders.ts';
import { runFolder } from '../../../adapters/trainer/command/run-folder.ts';

const values: PlaceholderValues = {
  model: 'org/model',
  train_file: '/data/train.jsonl',
  output_dir: '/out',
  seed: '7',
  run_id: 'run',
  resume_checkpoint: null,
  config_file: '/config.yaml',
};

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-plan-'));
});
after(() => rm(root, { recursive: true }));

describe('filling a command', () => {
  it('fills several placeholders in one argument and leaves other braces alone', () => {
    assert.deepEqual(fillCommand(['{{run_id}}-{{seed}}', '{"a": {}}', '{x}'], values), ['run-7', '{"a": {}}', '{x}']);
  });

  it('drops an optional argument whole, and keeps it when there is a value', () => {
    const command = ['train', '--resume={{?resume_checkpoint}}', '--seed={{?seed}}'];
    assert.deepEqual(fillCommand(command, values), ['train', '--seed=7']);
    const resumed = fillCommand(command, { ...values, resume_checkpoint: '/out/checkpoint-5' });
    assert.deepEqual(resumed, ['train', '--resume=/out/checkpoint-5', '--seed=7']);
  });

  it('keeps every value as one argument, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), (model) => {
        assert.deepEqual(fillCommand(['--model={{model}}', 'end'], { ...values, model }), [`--model=${model}`, 'end']);
      }),
    );
  });
});

describe('the plan of an attempt with TRL', () => {
  it('writes a configuration that Python reads as meant, and resumes from the checkpoint', async () => {
    const folder = runFolder(root, 'trl');
    await mkdir(folder.root, { recursive: true });
    const plan = await planLaunch({
      config: {
        kind: 'command',
        model: 'org/model',
        command: ['/opt/venv/bin/trl', 'sft', '--config', '{{config_file}}', '--learning_rate=2e-5'],
        dataFormat: 'prompt-completion',
        stallMinutes: 30,
        environment: { WANDB_MODE: 'offline' },
      },
      folder,
      runKey: 'trl',
      seed: 7,
      resumeCheckpoint: '/out/checkpoint-5',
    });
    assert.deepEqual(plan.command.slice(1), ['sft', '--config', folder.configFile, '--learning_rate=2e-5']);
    assert.equal(plan.environment['DIFFRACT_PROGRESS_FILE'], folder.progress);
    assert.equal(plan.environment['WANDB_MODE'], 'offline');
    assert.equal(plan.environment['PATH'], process.env['PATH']);
    const lines = (await readFile(folder.configFile, 'utf8')).split('\n');
    // A bare `no` is false in YAML 1.1, and TRL then refuses its own option.
    assert.ok(lines.includes('eval_strategy: "no"'), lines.join('\n'));
    assert.ok(lines.includes('resume_from_checkpoint: /out/checkpoint-5'), lines.join('\n'));
    assert.ok(lines.includes('seed: 7'), lines.join('\n'));
  });
});

describe('the newest whole checkpoint', () => {
  async function checkpoint(output: string, name: string, files: Record<string, string>): Promise<string> {
    const folder = join(output, name);
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    return folder;
  }

  it('is the one with most steps that has a state that can be read and all its weights', async () => {
    const output = join(root, 'output');
    const index = JSON.stringify({ weight_map: { a: 'model-1-of-2.safetensors', b: 'model-2-of-2.safetensors' } });
    const whole = await checkpoint(output, 'checkpoint-9', {
      'trainer_state.json': '{"global_step": 9, "log_history": [{"loss": NaN, "step": 9}]}',
      'adapter_model.safetensors': 'x',
    });
    await checkpoint(output, 'checkpoint-10', { 'model.safetensors': 'x' });
    await checkpoint(output, 'checkpoint-11', { 'trainer_state.json': '{"global_step": 1', 'model.safetensors': 'x' });
    await checkpoint(output, 'checkpoint-12', { 'trainer_state.json': '{"global_step": 12}' });
    await checkpoint(output, 'checkpoint-13', {
      'trainer_state.json': '{"global_step": 13}',
      'model.safetensors.index.json': index,
      'model-1-of-2.safetensors': 'x',
    });
    assert.deepEqual(await newestWholeCheckpoint(output, []), { path: whole, step: 9 });

    const reported = await checkpoint(root, 'elsewhere', {
      'trainer_state.json': '{"global_step": 14}',
      'model.safetensors': 'x',
    });
    assert.deepEqual(await newestWholeCheckpoint(output, [reported]), { path: reported, step: 14 });
  });

  it('is none in a folder that is empty or not there', async () => {
    assert.equal(await newestWholeCheckpoint(join(root, 'nowhere'), []), null);
  });
});
