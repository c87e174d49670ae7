// Finds processes by a mark in their environment: `torchrun` and `accelerate` start their workers in sessions of their own,
// where a signal to the trainer's process group does not reach them.

import { readFile, readdir } from 'node:fs/promises';

/**
 * Kills every process of ours that was started with this line in its environment. Where the system has no /proc, none is
 * found.
 * @param mark - `NAME=value`
 */
export async function killMarked(mark: string): Promise<void> {
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    numbers.map(async (number) => {
      // Of other users' processes it cannot be read; of one that has just ended there is none.
      const environment = await readFile(`/proc/${number}/environ`, 'utf8').catch(() => '');
      if (!environment.split('\0').includes(mark)) return;
      try {
        process.kill(Number(number), 'SIGKILL');
      } catch {
        // Gone between the look and the signal.
      }
    }),
  );
}
