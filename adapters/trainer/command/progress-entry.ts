// One report of a trainer, and what a list of them says of the whole run.

import { z } from 'zod';

export interface ProgressEntry {
  readonly step: number;
  /** 0 where the trainer does not say. */
  readonly totalSteps: number;
  /** Null where the report tells none; not finite where the training diverged. */
  readonly loss: number | null;
  /** A folder that the trainer says it saved. */
  readonly checkpoint: string | null;
}

export interface ReportedProgress {
  readonly step: number;
  /** 0 where the trainer does not say. */
  readonly totalSteps: number;
  /** Of the losses that are numbers, null where there is none. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  /** The losses that are no numbers. */
  readonly notFinite: NotFiniteLosses;
  readonly checkpoints: readonly string[];
}

export interface NotFiniteLosses {
  readonly reports: number;
  /** How many came since the last loss that was a number. */
  readonly inARow: number;
  /** The step at which those began; null where the last loss is a number. */
  readonly since: number | null;
}

// Some versions write numbers as text.
export const stepCount = z.coerce.number().int().nonnegative();

/** A loss as the programs write it: a number, a number as text, `nan`, `inf`; absent or null where there is none. */
export const reportedLoss = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) =>
    typeof value === 'string' ? Number(value.replace(/inf(?:inity)?$/i, 'Infinity')) : (value ?? null),
  );

/** Oldest first; null for no report at all. */
export function summarize(entries: readonly ProgressEntry[]): ReportedProgress | null {
  const last = entries.at(-1);
  if (!last) return null;
  const finite = entries.flatMap(({ loss }) => (loss !== null && Number.isFinite(loss) ? [loss] : []));
  const checkpoints = entries.flatMap(({ checkpoint }) => (checkpoint === null ? [] : [checkpoint]));
  const { step, totalSteps } = last;
  const [firstLoss = null] = finite;
  return { step, totalSteps, firstLoss, loss: finite.at(-1) ?? null, notFinite: notFiniteOf(entries), checkpoints };
}

function notFiniteOf(entries: readonly ProgressEntry[]): NotFiniteLosses {
  const told = entries.filter(({ loss }) => loss !== null);
  const isNoNumber = ({ loss }: ProgressEntry): boolean => !Number.isFinite(loss);
  const row = told.slice(told.findLastIndex((entry) => !isNoNumber(entry)) + 1);
  return { reports: told.filter(isNoNumber).length, inARow: row.length, since: row[0]?.step ?? null };
}
