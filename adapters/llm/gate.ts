// The gate before a model server: closed while the server asks to be left alone, has no allowance left, or cannot be
// reached.

import { createWaitingLine } from './waiting-line.ts';

export interface GateClock {
  /** Milliseconds. */
  now(): number;
  /** Calls back after the delay; the timer must not keep the process alive. */
  after(milliseconds: number, callback: () => void): void;
}

export interface Closure {
  readonly reason: 'cooling-down' | 'rate-limit' | 'unreachable' | 'silent';
  /** Until the gate opens. */
  readonly seconds: number;
}

export interface Gate {
  /** Null while it is open. */
  closed(): Closure | null;
  /** Of two closures the longer one stands. */
  close(seconds: number, reason: Closure['reason']): void;
  /** Until the closed gate opens or is closed for longer; at once where it is open. */
  moves(signal: AbortSignal): Promise<void>;
}

const LONGEST_TIMER = 3_600_000;

export const systemClock: GateClock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    setTimeout(callback, milliseconds).unref();
  },
};

export function createGate(clock: GateClock): Gate {
  const watchers = createWaitingLine<undefined>();
  let opensAt = -Infinity;
  let reason: Closure['reason'] = 'cooling-down';

  // Timers run a little early or, beyond 24 days, at once: only the clock says when it is time.
  function openInTime(): void {
    const wait = opensAt - clock.now();
    if (wait > 0) clock.after(Math.min(wait, LONGEST_TIMER), openInTime);
    else watchers.callAll(undefined);
  }

  function closed(): Closure | null {
    const wait = opensAt - clock.now();
    return wait > 0 ? { reason, seconds: wait / 1000 } : null;
  }

  return {
    closed,
    close(seconds, why) {
      const until = clock.now() + seconds * 1000;
      if (seconds <= 0 || until <= opensAt) return;
      opensAt = until;
      reason = why;
      watchers.callAll(undefined);
      openInTime();
    },
    async moves(signal) {
      if (closed() !== null) await watchers.join(signal);
    },
  };
}
