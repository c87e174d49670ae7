// Checkpoints and model files in an output folder as Hugging Face trainers leave them.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './run-files.ts';

export interface Checkpoint {
  readonly path: string;
  readonly step: number;
}

const TrainerState = z.object({ global_step: z.int().nonnegative() });
const ShardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

const WEIGHTS = /^(?:adapter_)?model.*\.safetensors$|^pytorch_model.*\.bin$|^adapter_model.*\.bin$/;

/**
 * The newest checkpoint to resume from, among `checkpoint-*` and the folders that the trainer reported. Whole means:
 * trainer_state.json, which is written last, can be read, and its weights are there; others were cut short.
 */
export async function newestWholeCheckpoint(output: string, reported: readonly string[]): Promise<Checkpoint | null> {
  const own = (await listFolder(output)).filter((name) => /^checkpoint-\d+$/.test(name));
  const folders = new Set([...own.map((name) => join(output, name)), ...reported]);
  const found = await Promise.all([...folders].map(wholeCheckpoint));
  const whole = found.filter((checkpoint) => checkpoint !== null);
  return whole.sort((a, b) => b.step - a.step)[0] ?? null;
}

/** Whether weights lie in the folder, with every shard that an index there names. */
export async function hasWeights(folder: string): Promise<boolean> {
  const names = await listFolder(folder);
  const indexes = names.filter((name) => name.endsWith('.index.json'));
  for (const name of indexes) {
    const index = ShardIndex.safeParse(await readJsonFile(join(folder, name)));
    if (!index.success || Object.values(index.data.weight_map).some((shard) => !names.includes(shard))) return false;
  }
  return names.some((name) => WEIGHTS.test(name));
}

/** Names in the folder; none when it is not there. */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function wholeCheckpoint(path: string): Promise<Checkpoint | null> {
  const state = TrainerState.safeParse(await readJsonFile(join(path, 'trainer_state.json')));
  return state.success && (await hasWeights(path)) ? { path, step: state.data.global_step } : null;
}
