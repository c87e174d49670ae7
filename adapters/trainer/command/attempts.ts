// The attempts of a run as they stand on disk, and how one is started. An attempt belongs to whichever launcher claimed
// it first, so starting the same attempt twice is harmless.

import { spawn } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TransientError } from '../../../contracts/failures.ts';
import { listFolder } from './checkpoints.ts';
import { killMarked } from './marked-processes.ts';
import { ProcessLease } from './process-lease.ts';
import { fileLength, readJsonFile, writeWholeFile } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';

/** Our own reason for ending an attempt, written before the signal is sent. */
const Ending = z.object({ reason: z.enum(['stalled', 'diverged', 'cancelled']), at: z.number() });
export type Ending = z.infer<typeof Ending>;

const Exit = z.object({ code: z.int().nullable(), signal: z.string().nullable(), error: z.string().nullable() });
export type Exit = z.infer<typeof Exit>;

const Origin = z.object({
  series: z.int().positive(),
  resumedFrom: z.string().nullable(),
  logStart: z.int().nonnegative().default(0),
  notFiniteBefore: z.int().nonnegative().default(0),
  waitingSince: z.number().nullable().default(null),
});

export interface Attempt {
  readonly number: number;
  /** Attempts are counted afresh each time the run is started again after it had failed. */
  readonly series: number;
  readonly resumedFrom: string | null;
  /** Bytes of the log before what this attempt prints. */
  readonly logStart: number;
  /** Losses that were no numbers, reported by earlier attempts. */
  readonly notFiniteBefore: number;
  /** When the first series in a row ended in a failure that waiting may mend, in milliseconds since 1970; null after others. */
  readonly waitingSince: number | null;
  readonly lease: ProcessLease | null;
  readonly ending: Ending | null;
  /** Null also where the launcher was killed and could not tell. */
  readonly exit: Exit | null;
}

export interface AttemptStart {
  readonly number: number;
  readonly series: number;
  readonly resumedFrom: string | null;
  readonly notFiniteBefore: number;
  readonly waitingSince: number | null;
  readonly command: readonly string[];
  /** Beside the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

const LAUNCHER = fileURLToPath(new URL('launcher.mjs', import.meta.url));
const LONGEST_LAUNCH_MS = 20_000;
/** Every process of an attempt inherits it. */
const ATTEMPT_VARIABLE = 'DIFFRACT_ATTEMPT';

/** Oldest first. */
export async function readAttempts(folder: RunFolder): Promise<Attempt[]> {
  const numbers = (await listFolder(folder.attempts)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(numbers.sort((a, b) => a - b).map((number) => readAttempt(folder, number)));
}

/** Returns once a launcher has claimed the attempt, this one or another. */
export async function startAttempt(folder: RunFolder, start: AttemptStart): Promise<void> {
  const { number, command, environment } = start;
  const own = attemptFolder(folder, number);
  await mkdir(own, { recursive: true });
  // Whoever comes second finds it claimed and must not move its beginnings.
  if ((await readAttempt(folder, number)).lease === null) await writeOrigin(folder, start);
  const launcher = spawn(process.execPath, [LAUNCHER, own, folder.log, ...command], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...environment, [ATTEMPT_VARIABLE]: own },
  });
  let failure = '';
  launcher.on('error', (error) => (failure = error.message));
  launcher.unref();
  const startedAt = performance.now();
  while ((await readAttempt(folder, number)).lease === null) {
    const waited = performance.now() - startedAt;
    if (failure !== '' || waited > LONGEST_LAUNCH_MS) {
      throw new TransientError(`Attempt ${number} in ${folder.root} could not be launched: ${failure || 'no lease'}.`);
    }
    await sleep(20);
  }
}

/** Ends what an ended attempt left running outside its group, where it would hold the accelerators of the next one. */
export async function endStrays(folder: RunFolder, attempt: Attempt): Promise<void> {
  await killMarked(`${ATTEMPT_VARIABLE}=${attemptFolder(folder, attempt.number)}`);
}

/** Replaces an earlier note: a stalled run may still be cancelled. */
export async function noteEnding(folder: RunFolder, attempt: Attempt, ending: Ending): Promise<void> {
  await writeWholeFile(join(attemptFolder(folder, attempt.number), 'ending.json'), JSON.stringify(ending));
}

/** When the attempt was claimed, in milliseconds since 1970. */
export async function claimedAt(folder: RunFolder, attempt: Attempt): Promise<number> {
  return (await stat(join(attemptFolder(folder, attempt.number), 'lease.json'))).mtimeMs;
}

async function writeOrigin(folder: RunFolder, start: AttemptStart): Promise<void> {
  const { number, series, resumedFrom, notFiniteBefore, waitingSince } = start;
  const origin = { series, resumedFrom, logStart: await fileLength(folder.log), notFiniteBefore, waitingSince };
  await writeWholeFile(join(attemptFolder(folder, number), 'attempt.json'), JSON.stringify(origin));
}

async function readAttempt(folder: RunFolder, number: number): Promise<Attempt> {
  const own = attemptFolder(folder, number);
  const read = (name: string): Promise<unknown> => readJsonFile(join(own, name));
  const origin = Origin.safeParse(await read('attempt.json')).data ?? Origin.parse({ series: 1, resumedFrom: null });
  return {
    number,
    ...origin,
    lease: ProcessLease.safeParse(await read('lease.json')).data ?? null,
    ending: Ending.safeParse(await read('ending.json')).data ?? null,
    exit: Exit.safeParse(await read('exit.json')).data ?? null,
  };
}

function attemptFolder(folder: RunFolder, number: number): string {
  return join(folder.attempts, String(number));
}
