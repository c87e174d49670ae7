// The attempts of a run as they stand on the shared claim: one object of the cluster each, and how it ended. The cluster
// forgets an object a day after its end; these files do not.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { listFolder } from '../command/checkpoints.ts';
import { readJsonFile, writeWholeFile } from '../command/run-files.ts';
import type { RunFolder } from '../command/run-folder.ts';

const Ending = z.object({
  /** `lost`: another attempt may do better; `failed`: it would end the same. */
  outcome: z.enum(['succeeded', 'lost', 'failed', 'cancelled']),
  reason: z.string(),
});
export type Ending = z.infer<typeof Ending>;

const Origin = z.object({
  /** Attempts are counted afresh each time the run is started again after it had failed. */
  series: z.int().positive(),
  /** The checkpoint as pods see it. */
  resumedFrom: z.string().nullable(),
  /** Losses that were no numbers, told by attempts before this one. */
  notFiniteBefore: z.int().nonnegative(),
});
type Origin = z.infer<typeof Origin>;

export interface Attempt extends Readonly<Origin> {
  readonly number: number;
  /** Whether the cluster is known to have taken it. */
  readonly created: boolean;
  /** Whether it is being ended because it showed no progress. */
  readonly stalled: boolean;
  readonly ending: Ending | null;
}

/** Oldest first. */
export async function readAttempts(folder: RunFolder): Promise<Attempt[]> {
  const numbers = (await listFolder(folder.attempts)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(numbers.sort((a, b) => a - b).map((number) => readAttempt(folder, number)));
}

/** Before the cluster is asked, so that nothing runs there that is not known here. */
export async function noteAttempt(folder: RunFolder, number: number, origin: Origin): Promise<void> {
  await mkdir(attemptFolder(folder, number), { recursive: true });
  await writeWholeFile(join(attemptFolder(folder, number), 'attempt.json'), JSON.stringify(origin));
}

export async function noteCreated(folder: RunFolder, number: number): Promise<void> {
  await writeWholeFile(join(attemptFolder(folder, number), 'created.json'), '{}');
}

/** Before it is deleted, so that whoever finds it gone knows why. */
export async function noteStalled(folder: RunFolder, number: number): Promise<void> {
  await writeWholeFile(join(attemptFolder(folder, number), 'stalled.json'), '{}');
}

export async function noteEnding(folder: RunFolder, number: number, ending: Ending): Promise<void> {
  await writeWholeFile(join(attemptFolder(folder, number), 'ending.json'), JSON.stringify(ending));
}

async function readAttempt(folder: RunFolder, number: number): Promise<Attempt> {
  const read = (name: string): Promise<unknown> => readJsonFile(join(attemptFolder(folder, number), name));
  const origin = Origin.safeParse(await read('attempt.json')).data ?? {
    series: 1,
    resumedFrom: null,
    notFiniteBefore: 0,
  };
  return {
    number,
    ...origin,
    created: (await read('created.json')) !== undefined,
    stalled: (await read('stalled.json')) !== undefined,
    ending: Ending.safeParse(await read('ending.json')).data ?? null,
  };
}

function attemptFolder(folder: RunFolder, number: number): string {
  return join(folder.attempts, String(number));
}
