import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { newestWholeCheckpoint, removeOtherCheckpoints } from '../../../adapters/trainer/command/checkpoints.ts';
import { planLaunch } from '../../../adapters/trainer/command/launch-plan.ts';
import { fillCommand, fillSetting } from '../../../adapters/trainer/command/placeholders.ts';
import type { PlaceholderValues } from '../../../adapters/trainer/command/placeholders.ts';
import { renderProgram } from '../../../adapters/trainer/command/rendered-program.ts';
import { runFolder } from '../../../adapters/trainer/command/run-folder.ts';
import { knownTemplates } from '../../../adapters/trainer/command/templates/known-templates.ts';
import { commandOf, dataFormatOf, knownPrograms } from '../../../config/trainer-commands.ts';
import { trainerTemplateNames } from '../../../contracts/trainers.ts';
import type { TrainerProgram, TrainerTemplateName } from '../../../contracts/trainers.ts';
import { wholeWeights } from '../../helpers/scripted-runs.ts';

const values: PlaceholderValues = {
  model: 'org/model',
  train_file: '/data/train.jsonl',
  dataset_dir: '/data',
  dataset_name: 'train',
  output_dir: '/out',
  config_file: '/config.yaml',
  program: '/program.py',
  resume_checkpoint: null,
  seed: 7,
  run_id: 'run',
  attempt: 1,
};

function programOf(template: TrainerTemplateName, settings: TrainerProgram['settings'] = {}): TrainerProgram {
  const command = commandOf(template);
  return { model: 'org/model', template, command, settings, dataFormat: dataFormatOf(template), environment: {} };
}

/** As PyYAML reads it: YAML 1.1. */
function configurationOf(program: TrainerProgram, more: Partial<PlaceholderValues> = {}): Record<string, unknown> {
  const { configuration } = renderProgram(program, { ...values, ...more });
  return parse(configuration ?? '', { version: '1.1' }) as Record<string, unknown>;
}

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

describe('filling settings', () => {
  it('keeps the type of a value that is only a placeholder, and drops what has none', () => {
    const settings = {
      seed: '{{seed}}',
      resume: '{{?resume_checkpoint}}',
      list: ['{{?resume_checkpoint}}', '{{train_file}}'],
      '{{dataset_name}}': { path: '{{output_dir}}/logs', gone: null },
    };
    assert.deepEqual(fillSetting(settings, values), {
      seed: 7,
      list: ['/data/train.jsonl'],
      train: { path: '/out/logs' },
    });
  });
});

describe('the configuration of a known program', () => {
  for (const template of trainerTemplateNames) {
    it(`of ${template} decides what the campaign file may not change, and resumes where told`, () => {
      assert.deepEqual(Object.keys(knownTemplates[template].decided), knownPrograms[template].decided);
      const first = configurationOf(programOf(template));
      assert.equal('resume_from_checkpoint' in first, false);
      assert.deepEqual([first['output_dir'], first['seed']], ['/out', 7]);
      const again = configurationOf(programOf(template), { resume_checkpoint: '/out/checkpoint-5' });
      assert.equal(again['resume_from_checkpoint'], '/out/checkpoint-5');
    });

    it(`of ${template} takes settings over its own, and drops those that are null`, () => {
      const settings = { learning_rate: 2e-5, save_steps: null, deepspeed: '{{dataset_dir}}/zero3.json' };
      const configuration = configurationOf(programOf(template, settings));
      assert.equal(configuration['learning_rate'], 2e-5);
      assert.equal('save_steps' in configuration, false);
      assert.equal(configuration['deepspeed'], '/data/zero3.json');
    });
  }

  it('writes numbers so that Python takes none for a text', () => {
    const settings = { adam_epsilon: 1e-8, tiny: 2.5e-9, huge: 1e21, plain: 0.1, text: '1e-8' };
    const { configuration } = renderProgram(programOf('trl', settings), values);
    const lines = configuration!.split('\n');
    const expected = ['adam_epsilon: 1.0e-8', 'tiny: 2.5e-9', 'huge: 1.0e+21', 'plain: 0.1', 'text: "1e-8"'];
    for (const line of expected) assert.ok(lines.includes(line), `${line} in\n${configuration}`);
  });

  it('of LLaMA-Factory comes with the description of its data', () => {
    const { dataFiles } = renderProgram(programOf('llama-factory'), values);
    assert.deepEqual(
      dataFiles.map(({ name }) => name),
      ['dataset_info.json'],
    );
    const { train } = JSON.parse(dataFiles[0]!.text) as { train: { file_name: string; tags: object } };
    assert.equal(train.file_name, 'train.jsonl');
    assert.equal(Object.keys(train.tags).length, 5);
  });

  it('of LLaMA-Factory is refused where its paths would be cut at blanks', () => {
    const render = () => renderProgram(programOf('llama-factory'), { ...values, config_file: '/my runs/config.yaml' });
    assert.throws(render, { type: 'InvalidConfig', message: /no paths with blanks; found "\/my runs\/config.yaml"/ });
  });
});

describe('the plan of an attempt', () => {
  it('writes a configuration that Python reads as meant, and keeps options of the command', async () => {
    const folder = runFolder(root, 'trl');
    await mkdir(folder.root, { recursive: true });
    const command = [...commandOf('trl'), '--learning_rate=2e-5'];
    const plan = await planLaunch({
      program: { ...programOf('trl'), command, environment: { WANDB_MODE: 'offline' } },
      folder,
      runKey: 'trl',
      attempt: 1,
      seed: 7,
      resumeCheckpoint: null,
    });
    assert.deepEqual(plan.command.slice(1), ['sft', '--config', folder.configFile, '--learning_rate=2e-5']);
    assert.equal(plan.environment['DIFFRACT_PROGRESS_FILE'], folder.progress);
    assert.equal(plan.environment['WANDB_MODE'], 'offline');
    const lines = (await readFile(folder.configFile, 'utf8')).split('\n');
    // A bare `no` is false in YAML 1.1, and TRL then refuses its own option.
    assert.ok(lines.includes('eval_strategy: "no"'), lines.join('\n'));
  });

  it('lays a program of ours beside the run, so that it stays the same', async () => {
    const folder = runFolder(root, 'seq2seq');
    const input = {
      program: programOf('seq2seq'),
      folder,
      runKey: 'seq2seq',
      attempt: 1,
      seed: 7,
      resumeCheckpoint: null,
    };
    const { command } = await planLaunch(input);
    assert.deepEqual(command, ['python3', folder.program, folder.configFile]);
    assert.match(await readFile(folder.program, 'utf8'), /Seq2SeqTrainer/);
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
      'adapter_model.safetensors': wholeWeights('x'),
    });
    await checkpoint(output, 'checkpoint-10', { 'model.safetensors': wholeWeights('x') });
    await checkpoint(output, 'checkpoint-11', {
      'trainer_state.json': '{"global_step": 1',
      'model.safetensors': wholeWeights('x'),
    });
    await checkpoint(output, 'checkpoint-12', { 'trainer_state.json': '{"global_step": 12}' });
    await checkpoint(output, 'checkpoint-13', {
      'trainer_state.json': '{"global_step": 13}',
      'model.safetensors.index.json': index,
      'model-1-of-2.safetensors': wholeWeights('x'),
    });
    await checkpoint(output, 'checkpoint-15', {
      'trainer_state.json': '{"global_step": 15}',
      'model.safetensors': wholeWeights('x').slice(0, -1),
    });
    assert.deepEqual(await newestWholeCheckpoint(output, []), { path: whole, step: 9 });

    const reported = await checkpoint(root, 'elsewhere', {
      'trainer_state.json': '{"global_step": 14}',
      'model.safetensors': wholeWeights('x'),
    });
    assert.deepEqual(await newestWholeCheckpoint(output, [reported]), { path: reported, step: 14 });
    assert.deepEqual(await newestWholeCheckpoint(output, [reported], 14), { path: whole, step: 9 });
  });

  it('may have its weights in pieces, as DeepSpeed and FSDP save them', async () => {
    const output = join(root, 'scattered');
    const state = { 'trainer_state.json': '{"global_step": 3}' };
    const path = await checkpoint(output, 'checkpoint-3', state);
    await mkdir(join(path, 'global_step3'));
    assert.deepEqual(await newestWholeCheckpoint(output, []), { path, step: 3 });
  });

  it('is all that is left for a program that would take the newest folder by itself', async () => {
    const output = join(root, 'to-clear');
    const weights = { 'model.safetensors': wholeWeights('x') };
    const path = await checkpoint(output, 'checkpoint-3', { 'trainer_state.json': '{"global_step": 3}', ...weights });
    await checkpoint(output, 'checkpoint-2', { 'trainer_state.json': '{"global_step": 2}', ...weights });
    await checkpoint(output, 'checkpoint-4', weights);
    await checkpoint(output, 'checkpoint-5', { 'trainer_state.json': '{"global_step": 5}', ...weights });
    await removeOtherCheckpoints(output, { path, step: 3 });
    assert.deepEqual((await readdir(output)).sort(), ['checkpoint-2', 'checkpoint-3']);
  });

  it('is none in a folder that is empty or not there', async () => {
    assert.equal(await newestWholeCheckpoint(join(root, 'nowhere'), []), null);
  });
});
