// Is a process of which we have a note still the one that we noted? Process numbers are used again, start times are not.

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { isAlive } from '../../process/alive.ts';

/** Written by launcher.mjs: itself, which leads the group, and the trainer below it once that runs. */
export const ProcessLease = z.object({
  pid: z.int().positive(),
  /** Clock ticks after boot; null where the system has no /proc. */
  startTime: z.string().nullable(),
  childPid: z.int().positive().optional(),
  childStartTime: z.string().nullable().optional(),
});
export type ProcessLease = z.infer<typeof ProcessLease>;

export interface GroupLife {
  readonly launcher: boolean;
  readonly trainer: boolean;
}

export async function groupLife(lease: ProcessLease): Promise<GroupLife> {
  const { pid, startTime, childPid, childStartTime } = lease;
  const trainer = childPid !== undefined && (await isSameProcess(childPid, childStartTime ?? null));
  return { launcher: await isSameProcess(pid, startTime), trainer };
}

/** Signals the whole group, but only while a process of the lease proves that the group is still ours. */
export async function signalGroup(lease: ProcessLease, signal: NodeJS.Signals): Promise<void> {
  const life = await groupLife(lease);
  if (!life.launcher && !life.trainer) return;
  try {
    process.kill(-lease.pid, signal);
  } catch (error) {
    // Gone between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function isSameProcess(pid: number, startTime: string | null): Promise<boolean> {
  if (startTime === null) return isAlive(pid);
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  // A zombie has ended; it waits for a parent that may never ask.
  return startedAt === startTime && state !== 'Z' && state !== 'X';
}
