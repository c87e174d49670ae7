// How far a run is, from the files that it writes: Diffract's own progress file, LLaMA-Factory's log, the state that Hugging
// Face trainers save with every checkpoint, or what was printed. The first one that says something is believed, and of those
// behind it only one that has seen later steps.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { listFolder } from './checkpoints.ts';
import { printedEntries } from './printed-progress.ts';
import { reportedLoss, stepCount, summarize } from './progress-entry.ts';
import type { ProgressEntry, ReportedProgress } from './progress-entry.ts';
import { readJsonFile, readJsonLines } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';

const OwnLine = z.object({
  step: stepCount,
  total_steps: stepCount.default(0),
  loss: reportedLoss,
  checkpoint: z.string().min(1).nullish(),
});
const FactoryLine = z.object({ current_steps: stepCount, total_steps: stepCount.default(0), loss: reportedLoss });
const TrainerState = z.object({
  global_step: stepCount,
  max_steps: z.number().default(0),
  log_history: z.array(z.looseObject({ step: stepCount.default(0), loss: reportedLoss })).default([]),
});

/** Null when no source says anything yet. */
export async function readProgress(folder: RunFolder): Promise<ReportedProgress | null> {
  let believed: ReportedProgress | null = null;
  for (const entries of [ownEntries, factoryEntries, stateEntries, ({ log }: RunFolder) => printedEntries(log)]) {
    const said = summarize(await entries(folder));
    believed = believed && said ? further(believed, said) : (believed ?? said);
  }
  return believed;
}

/** A single loss may overflow and be skipped; a second one means that the weights are lost. */
const LOST_AFTER = 2;

/**
 * The step from which on no loss was a number, where that means the end of the training; null otherwise.
 * @param notFiniteBefore - losses that were no numbers, told by attempts before this one
 */
export async function divergedSince(folder: RunFolder, notFiniteBefore: number): Promise<number | null> {
  const { reports = 0, inARow = 0, since = null } = (await readProgress(folder))?.notFinite ?? {};
  return inARow >= LOST_AFTER && reports > notFiniteBefore ? since : null;
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

/** A state is as old as its checkpoint; a bar in the log moves on between two of them. */
function further(believed: ReportedProgress, said: ReportedProgress): ReportedProgress {
  if (said.step <= believed.step) return believed;
  const totalSteps = believed.totalSteps || said.totalSteps;
  return { ...believed, step: said.step, totalSteps, loss: said.loss ?? believed.loss, notFinite: said.notFinite };
}

async function ownEntries(folder: RunFolder): Promise<ProgressEntry[]> {
  return (await readJsonLines(folder.progress)).flatMap((line) => {
    const { data } = OwnLine.safeParse(line);
    if (!data) return [];
    return [{ step: data.step, totalSteps: data.total_steps, loss: data.loss, checkpoint: data.checkpoint ?? null }];
  });
}

async function factoryEntries(folder: RunFolder): Promise<ProgressEntry[]> {
  return (await readJsonLines(factoryLog(folder))).flatMap((line) => {
    const { data } = FactoryLine.safeParse(line);
    if (!data) return [];
    return [{ step: data.current_steps, totalSteps: data.total_steps, loss: data.loss, checkpoint: null }];
  });
}

async function stateEntries(folder: RunFolder): Promise<ProgressEntry[]> {
  const states = await Promise.all((await stateFiles(folder)).map(readJsonFile));
  const read = states.flatMap((state) => TrainerState.safeParse(state).data ?? []);
  const newest = read.sort((a, b) => b.global_step - a.global_step)[0];
  if (!newest) return [];
  const totalSteps = Math.max(0, newest.max_steps);
  const losses = newest.log_history.filter((entry) => entry.loss !== null);
  const history = losses.map((entry) => ({ step: entry.step, totalSteps, loss: entry.loss, checkpoint: null }));
  return [...history, { step: newest.global_step, totalSteps, loss: null, checkpoint: null }];
}

function factoryLog(folder: RunFolder): string {
  return join(folder.output, 'trainer_log.jsonl');
}

async function stateFiles(folder: RunFolder): Promise<string[]> {
  const checkpoints = (await listFolder(folder.output)).filter((name) => /^checkpoint-\d+$/.test(name));
  return ['.', ...checkpoints].map((name) => join(folder.output, name, 'trainer_state.json'));
}
