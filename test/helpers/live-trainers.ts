// Real training programs on a tiny random model and this machine's CPU: run to the end, or killed in the middle and resumed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TrainedStudent } from '../../activities/ports/trainer.ts';
import { createCommandTrainer } from '../../adapters/trainer/command/command-trainer.ts';
import type { CommandTrainerConfig } from '../../contracts/trainers.ts';
import { ended, pollUntil, specificationOf } from './scripted-runs.ts';

const python = process.env['DIFFRACT_PYTHON'];
const modelScript = fileURLToPath(new URL('tiny-models.py', import.meta.url));

/** The longest that a program may take to start, load and train on a machine that is busy with other things. */
const PATIENCE_SECONDS = 400;

/** A program beside the interpreter that DIFFRACT_PYTHON names, such as `trl`. */
export function programBeside(name: string): string {
  return python === undefined ? name : join(dirname(python), name);
}

/** Why a live test cannot run here; false where it can. */
export function missingProgram(name: string): string | false {
  if (python === undefined) return 'DIFFRACT_PYTHON names no interpreter that has the training programs';
  return !existsSync(programBeside(name)) && `there is no ${name} beside DIFFRACT_PYTHON`;
}

export interface LiveTrainer {
  /** The folder of the untrained model. */
  readonly model: string;
  /** @param config - what differs from a tiny training of 60 steps on the CPU, and the command */
  train(
    runKey: string,
    config: Pick<CommandTrainerConfig, 'template' | 'command' | 'dataFormat' | 'settings'>,
  ): Promise<LiveRun>;
  remove(): Promise<void>;
}

export interface LiveRun {
  /** Without interruption. */
  toTheEnd(): Promise<TrainedStudent>;
  /** Killed with its whole group once `step` is reached; beside the newest checkpoint then lies a half-written later one. */
  killedAt(step: number): Promise<{ readonly student: TrainedStudent; readonly resumedFromStep: number }>;
}

/** @param kind - as tiny-models.py names it */
export async function liveTrainer(kind: 'qwen2' | 'led' | 'longt5'): Promise<LiveTrainer> {
  const workFolder = await mkdtemp(join(tmpdir(), 'diffract-live-'));
  const model = join(workFolder, 'tiny');
  await promisify(execFile)(python ?? '', [modelScript, kind, model], { env: { ...process.env, HF_HUB_OFFLINE: '1' } });
  const trainer = createCommandTrainer({ workFolder });
  return {
    model,
    async train(runKey, program) {
      const config = { ...base, ...program, model };
      const specification = { ...specificationOf(runKey, config), examples };
      const start = () => trainer.start(specification);
      const folder = join(workFolder, runKey);
      return { toTheEnd: async () => studentOf(await start()), killedAt: (step) => killedAt(step, folder, start) };
    },
    remove: () => rm(workFolder, { recursive: true, maxRetries: 5, retryDelay: 200 }),
  };
}

type Run = Awaited<ReturnType<ReturnType<typeof createCommandTrainer>['start']>>;

const base: Omit<CommandTrainerConfig, 'model' | 'template' | 'command' | 'dataFormat' | 'settings'> = {
  kind: 'command',
  environment: { HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '' },
  stallMinutes: 5,
  graceSeconds: 5,
  attempts: 2,
  retryableExitCodes: [],
};
const examples = Array.from({ length: 24 }, (_, index) => ({
  prompt: `What is ${index} + ${index}?`,
  completion: `It is ${2 * index}.`,
}));

/** 24 rows, two a step: 60 steps. */
export const tinySettings = {
  num_train_epochs: 5,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 1,
  learning_rate: 1e-3,
  save_steps: 10,
  save_total_limit: 3,
  bf16: false,
  use_cpu: true,
};

async function studentOf(run: Run): Promise<TrainedStudent> {
  const { failure } = await pollUntil(run, ended, PATIENCE_SECONDS);
  assert.equal(failure, null);
  return run.collect();
}

async function killedAt(step: number, folder: string, start: () => Promise<Run>): ReturnType<LiveRun['killedAt']> {
  const run = await start();
  await pollUntil(run, (progress) => progress.step >= step, PATIENCE_SECONDS);
  const attempt = (number: number, name: string) => join(folder, 'attempts', String(number), name);
  const lease = JSON.parse(await readFile(attempt(1, 'lease.json'), 'utf8')) as { pid: number };
  process.kill(-lease.pid, 'SIGKILL');
  const later = join(folder, 'output', 'checkpoint-59');
  await cp(join(folder, 'output', 'checkpoint-10'), later, {
    recursive: true,
    filter: (path) => !path.endsWith('trainer_state.json'),
  });
  const student = await studentOf(run);
  const { resumedFrom } = JSON.parse(await readFile(attempt(2, 'attempt.json'), 'utf8')) as { resumedFrom: string };
  return { student, resumedFromStep: Number(/checkpoint-(\d+)$/.exec(resumedFrom)?.[1]) };
}
