// How many requests may be under way at one model server: additive increase while it keeps up, halving when it says
// 429, and a closed gate for as long as it asks to be left alone.

import { setMaxListeners } from 'node:events';

export interface AdmissionClock {
  /** Milliseconds. */
  now(): number;
  /** Calls back after the delay; the timer must not keep the process alive. */
  after(milliseconds: number, callback: () => void): void;
}

/** How a request ended, as far as the pace is concerned. */
export interface Outcome {
  readonly kind: 'answered' | 'throttled' | 'failed';
  /** The wait that the server asked for. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface Admission {
  /** Waits for a place; the caller must hand it back by `leave`. Rejects with the signal's reason when aborted. */
  enter(signal: AbortSignal): Promise<Place>;
  /** Places there are at present. */
  limit(): number;
}

export interface Place {
  leave(outcome: Outcome): void;
}

export interface AdmissionSettings {
  readonly start: number;
  readonly maximum: number;
  readonly clock: AdmissionClock;
}

const LONGEST_TIMER = 3_600_000;

const systemClock: AdmissionClock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    setTimeout(callback, milliseconds).unref();
  },
};

/** One server and model have one admission, whoever asks. */
export function createAdmission(settings: Partial<AdmissionSettings> = {}): Admission {
  const { start = 4, maximum = 64, clock = systemClock } = settings;
  const pace = createPace(Math.min(start, maximum), maximum);
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let opensAt = -Infinity;

  function admitWaiting(): void {
    if (clock.now() < opensAt) return;
    while (waiting.length > 0 && inFlight < pace.limit()) {
      inFlight += 1;
      waiting.shift()?.();
    }
    if (inFlight >= pace.limit()) pace.noteFull();
  }

  function closeGate(seconds: number): void {
    const until = clock.now() + seconds * 1000;
    if (until <= opensAt) return;
    opensAt = until;
    openInTime();
  }

  // Timers run a little early or, beyond 24 days, at once: only the clock says when it is time.
  function openInTime(): void {
    const wait = opensAt - clock.now();
    if (wait > 0) clock.after(Math.min(wait, LONGEST_TIMER), openInTime);
    else admitWaiting();
  }

  function newPlace(): Place {
    const era = pace.era();
    return {
      leave(outcome) {
        inFlight -= 1;
        pace.learn(outcome.kind, era);
        if (outcome.retryAfterSeconds !== undefined) closeGate(outcome.retryAfterSeconds);
        admitWaiting();
      },
    };
  }

  async function enter(signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    await waitInLine(waiting, signal, admitWaiting);
    return newPlace();
  }

  return { limit: () => pace.limit(), enter };
}

interface Pace {
  limit(): number;
  /** Grows with every change of the limit. */
  era(): number;
  noteFull(): void;
  learn(kind: Outcome['kind'], enteredIn: number): void;
}

/**
 * The limit grows by one after as many answers as it has places, but only where all places were wanted meanwhile.
 * A burst refused together says one thing, so only requests that entered in the present era halve it.
 */
function createPace(start: number, maximum: number): Pace {
  let limit = start;
  let era = 0;
  let answers = 0;
  let full = false;

  function change(next: number): void {
    limit = next;
    era += 1;
    answers = 0;
    full = false;
  }

  return {
    limit: () => limit,
    era: () => era,
    noteFull() {
      full = true;
    },
    learn(kind, enteredIn) {
      if (kind === 'throttled' && enteredIn === era) change(Math.max(1, Math.floor(limit / 2)));
      if (kind !== 'answered') return;
      answers += 1;
      if (answers >= limit && full && limit < maximum) change(limit + 1);
    },
  };
}

function waitInLine(line: (() => void)[], signal: AbortSignal, arrived: () => void): Promise<void> {
  // One activity's signal stands behind all of its requests, and more than ten of them are no leak.
  setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const admit = (): void => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = (): void => {
      line.splice(line.indexOf(admit), 1);
      reject(signal.reason instanceof Error ? signal.reason : new Error('The request was cancelled.'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    line.push(admit);
    arrived();
  });
}
