// Many small writes become few large ones: what comes in while a write is under way, or within a moment, goes out together.

import { setTimeout as wait } from 'node:timers/promises';
import { PermanentError } from '../../contracts/failures.ts';

export interface GroupCommit<Item> {
  /** Resolves once all of these items are written, in one write. */
  add(items: readonly Item[]): Promise<void>;
}

/** How long items gather: what a killed process loses at most, with the time of one write. */
const GATHER_MILLISECONDS = 100;

/** Enough to write at once, without gathering more. */
const FULL = 4096;

/** Waits between tries of one write: losing what is already paid for is worse than half a minute. */
const RETRY_SECONDS = [0.5, 1, 2, 4, 8, 16];

interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** One write at a time; what cannot be written within half a minute fails for all that wait for it. */
export function createGroupCommit<Item>(write: (items: readonly Item[]) => Promise<void>): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = [];
  let running = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      if (waiting.length < FULL) await wait(GATHER_MILLISECONDS);
      const group = waiting;
      waiting = [];
      try {
        await persistently(() => write(group.flatMap(({ items }) => items)));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = false;
  }

  return {
    add(items) {
      const written = new Promise<void>((resolve, reject) => waiting.push({ items, resolve, reject }));
      if (!running) {
        running = true;
        void run();
      }
      return written;
    },
  };
}

async function persistently(work: () => Promise<void>): Promise<void> {
  for (const seconds of RETRY_SECONDS) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      await wait(seconds * 1000);
    }
  }
  await work();
}
