// How far a run is, from the files that it writes: Diffract's own progress file, LLaMA-Factory's log, or the state that
// Hugging Face trainers save with every checkpoint. The first one that says something is believed.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { listFolder } from './checkpoints.ts';
import { readJsonFile, readJsonLines } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';

export interface ReportedProgress {
  readonly step: number;
  /** 0 where the trainer does not say. */
  readonly totalSteps: number;
  /** Null where no loss was reported, or none that is a number. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  /** Folders that the trainer says it saved. */
  readonly checkpoints: readonly string[];
}

interface Entry {
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  readonly checkpoint: string | null;
}

// Some versions write numbers as text.
const count = z.coerce.number().int().nonnegative();
const loss = z
  .union([z.number(), z.string().transform(Number)])
  .nullish()
  .transform((value) => (typeof value === 'number' && Number.isFinite(value) ? value : null));

const OwnLine = z.object({
  step: count,
  total_steps: count.default(0),
  loss,
  checkpoint: z.string().min(1).nullish(),
});
const FactoryLine = z.object({ current_steps: count, total_steps: count.default(0), loss });
const TrainerState = z.object({
  global_step: count,
  max_steps: z.number().default(0),
  log_history: z.array(z.looseObject({ step: count.default(0), loss })).default([]),
});

/** Null when no source says anything yet. */
export async function readProgress(folder: RunFolder): Promise<ReportedProgress | null> {
  for (const entries of [ownEntries, factoryEntries, stateEntries]) {
    const progress = summarize(await entries(folder));
    if (progress) return progress;
  }
  return null;
}

/** When the run last showed life, in milliseconds since 1970: progress, checkpoints, or its log growing. */
export async function lastSignOfLife(folder: RunFolder): Promise<number> {
  const files = [folder.progress, folder.log, factoryLog(folder), ...(await stateFiles(folder))];
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}

async function ownEntries(folder: RunFolder): Promise<Entry[]> {
  return (await readJsonLines(folder.progress)).flatMap((line) => {
    const { data } = OwnLine.safeParse(line);
    if (!data) return [];
    return [{ step: data.step, totalSteps: data.total_steps, loss: data.loss, checkpoint: data.checkpoint ?? null }];
  });
}

async function factoryEntries(folder: RunFolder): Promise<Entry[]> {
  return (await readJsonLines(factoryLog(folder))).flatMap((line) => {
    const { data } = FactoryLine.safeParse(line);
    if (!data) return [];
    return [{ step: data.current_steps, totalSteps: data.total_steps, loss: data.loss, checkpoint: null }];
  });
}

async function stateEntries(folder: RunFolder): Promise<Entry[]> {
  const states = await Promise.all((await stateFiles(folder)).map(readJsonFile));
  const read = states.flatMap((state) => TrainerState.safeParse(state).data ?? []);
  const newest = read.sort((a, b) => b.global_step - a.global_step)[0];
  if (!newest) return [];
  const totalSteps = Math.max(0, newest.max_steps);
  const losses = newest.log_history.filter((entry) => entry.loss !== null);
  const history = losses.map((entry) => ({ step: entry.step, totalSteps, loss: entry.loss, checkpoint: null }));
  return [...history, { step: newest.global_step, totalSteps, loss: null, checkpoint: null }];
}

function summarize(entries: readonly Entry[]): ReportedProgress | null {
  const last = entries.at(-1);
  if (!last) return null;
  const losses = entries.flatMap((entry) => (entry.loss === null ? [] : [entry.loss]));
  const checkpoints = entries.flatMap((entry) => (entry.checkpoint === null ? [] : [entry.checkpoint]));
  const { step, totalSteps } = last;
  return { step, totalSteps, firstLoss: losses[0] ?? null, loss: losses.at(-1) ?? null, checkpoints };
}

function factoryLog(folder: RunFolder): string {
  return join(folder.output, 'trainer_log.jsonl');
}

async function stateFiles(folder: RunFolder): Promise<string[]> {
  const checkpoints = (await listFolder(folder.output)).filter((name) => /^checkpoint-\d+$/.test(name));
  return ['.', ...checkpoints].map((name) => join(folder.output, name, 'trainer_state.json'));
}
