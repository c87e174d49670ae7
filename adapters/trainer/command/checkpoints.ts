// Checkpoints and model files in an output folder as Hugging Face trainers leave them.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './run-files.ts';
import { isWholeSafetensors } from './whole-safetensors.ts';

export interface Checkpoint {
  readonly path: string;
  readonly step: number;
}

const TrainerState = z.object({ global_step: z.int().nonnegative() });
const ShardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

const WEIGHTS = /^(?:adapter_)?model.*\.safetensors$|^pytorch_model.*\.bin$|^adapter_model.*\.bin$/;
/** How DeepSpeed and FSDP save weights that lie in pieces on several devices: good to resume from, no model yet. */
const SCATTERED_WEIGHTS = /^global_step\d+$|^pytorch_model_fsdp/;
const CHECKPOINT = /^checkpoint-\d+$/;

/**
 * The newest checkpoint to resume from, among `checkpoint-*` and the folders that the trainer reported. Whole means:
 * trainer_state.json, which is written last, can be read, and its weights are there and whole; others were cut short.
 * @param before - only checkpoints of fewer steps
 */
export async function newestWholeCheckpoint(
  output: string,
  reported: readonly string[],
  before = Infinity,
): Promise<Checkpoint | null> {
  const own = (await listFolder(output)).filter((name) => CHECKPOINT.test(name));
  const folders = new Set([...own.map((name) => join(output, name)), ...reported]);
  const found = await Promise.all([...folders].map(wholeCheckpoint));
  const whole = found.filter((checkpoint) => checkpoint !== null && checkpoint.step < before);
  return whole.sort((a, b) => (b?.step ?? 0) - (a?.step ?? 0))[0] ?? null;
}

/** For programs that resume by themselves: from the newest folder, also from one that was cut short. */
export async function removeOtherCheckpoints(output: string, newest: Checkpoint | null): Promise<void> {
  for (const name of (await listFolder(output)).filter((entry) => CHECKPOINT.test(entry))) {
    const path = join(output, name);
    const step = Number(name.slice('checkpoint-'.length));
    const cutShort = (await wholeCheckpoint(path)) === null;
    if (cutShort || (newest !== null && step > newest.step)) await rm(path, { recursive: true });
  }
}

/** Whether weights lie in the folder, every file of them whole, with every shard that an index there names. */
export async function hasWeights(folder: string): Promise<boolean> {
  const names = await listFolder(folder);
  const indexes = names.filter((name) => name.endsWith('.index.json'));
  for (const name of indexes) {
    const index = ShardIndex.safeParse(await readJsonFile(join(folder, name)));
    if (!index.success || Object.values(index.data.weight_map).some((shard) => !names.includes(shard))) return false;
  }
  const weights = names.filter((name) => WEIGHTS.test(name));
  const readable = weights.filter((name) => name.endsWith('.safetensors'));
  const whole = await Promise.all(readable.map((name) => isWholeSafetensors(join(folder, name))));
  return weights.length > 0 && whole.every(Boolean);
}

/** Names in the folder; none when it is not there. */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function wholeCheckpoint(path: string): Promise<Checkpoint | null> {
  const state = TrainerState.safeParse(await readJsonFile(join(path, 'trainer_state.json')));
  if (!state.success) return null;
  const scattered = (await listFolder(path)).some((name) => SCATTERED_WEIGHTS.test(name));
  return scattered || (await hasWeights(path)) ? { path, step: state.data.global_step } : null;
}
