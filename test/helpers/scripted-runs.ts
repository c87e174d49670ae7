// Runs of the command trainer with scripted-trainer.mjs as the program, in one work folder.

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainingProgress, TrainingRun, TrainingSpecification } from '../../activities/ports/trainer.ts';
import { createCommandTrainer } from '../../adapters/trainer/command/command-trainer.ts';
import type { CommandTrainerConfig } from '../../contracts/trainers.ts';

const program = fileURLToPath(new URL('scripted-trainer.mjs', import.meta.url));

/** What the program writes down each time it is started. */
export interface Start {
  readonly pid: number;
  readonly options: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ScriptedRuns {
  readonly workFolder: string;
  /** With a trainer of its own each time, as another worker would have: it knows only what lies on disk. */
  start(runKey: string, config: CommandTrainerConfig): Promise<TrainingRun>;
  startsOf(runKey: string): Promise<Start[]>;
  remove(): Promise<void>;
}

export async function scriptedRuns(): Promise<ScriptedRuns> {
  const workFolder = await mkdtemp(join(tmpdir(), 'diffract-command-'));
  return {
    workFolder,
    start: (runKey, config) => createCommandTrainer({ workFolder }).start(specificationOf(runKey, config)),
    async startsOf(runKey) {
      const text = await readFile(join(workFolder, runKey, 'starts.jsonl'), 'utf8');
      const lines = text.trim().split('\n');
      return lines.map((line) => JSON.parse(line) as Start);
    },
    remove: () => rm(workFolder, { recursive: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** @param plan - as scripted-trainer.mjs describes it */
export function configOf(
  plan: string,
  more: Partial<CommandTrainerConfig> = {},
  options: readonly string[] = [],
): CommandTrainerConfig {
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
  return {
    kind: 'command',
    model: 'org/model',
    template: null,
    command,
    settings: {},
    dataFormat: 'prompt-completion',
    environment: {},
    stallMinutes: 10,
    graceSeconds: 20,
    attempts: 3,
    retryableExitCodes: [33, 34, 75],
    ...more,
  };
}

export function specificationOf(runKey: string, trainer: CommandTrainerConfig): TrainingSpecification {
  const examples = [
    { prompt: 'one "quoted"\nline', completion: 'eins' },
    { prompt: 'two', completion: 'zwei' },
  ];
  // The command trainer keeps its checkpoints on disk and never asks the store.
  const store = {} as TrainingSpecification['store'];
  return { runKey, trainer, examples, seed: 42, store };
}

/** The text of a whole safetensors file of one tensor; its table is shorter than 128 bytes. */
export function wholeWeights(text: string): string {
  const table = JSON.stringify({ t: { dtype: 'U8', shape: [text.length], data_offsets: [0, text.length] } });
  return `${String.fromCharCode(table.length)}${'\0'.repeat(7)}${table}${text}`;
}

export async function pollUntil(
  run: TrainingRun,
  done: (progress: TrainingProgress) => boolean,
  seconds = 30,
): Promise<TrainingProgress> {
  for (let tries = 0; tries < seconds * 40; tries++) {
    const progress = await run.poll();
    if (done(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the run did not get there within ${seconds} s`);
}

export const ended = ({ state }: TrainingProgress): boolean => state !== 'running';

/** A zombie whose parent is gone counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
