// How many requests may be under way at one model server: additive increase while it keeps up, halving when it says
// 429, none while its gate is closed.

import { createGate, systemClock } from './gate.ts';
import type { Gate, GateClock } from './gate.ts';
import { createWaitingLine } from './waiting-line.ts';

/** How a request ended, as far as the pace is concerned. */
export interface Outcome {
  /** `unreachable`: no connection came about, so nothing was sent; `silent`: no answer came in time. */
  readonly kind: 'answered' | 'throttled' | 'failed' | 'unreachable' | 'silent';
  /** The wait that the server asked for. */
  readonly retryAfterSeconds?: number | undefined;
  /** Until the allowance that its headers count is whole again; absent while some is left. */
  readonly allowanceSeconds?: number | undefined;
}

export interface Admission {
  /**
   * Waits for a place; the caller must hand it back by `leave`. Null where the gate is closed, or closes meanwhile.
   * Rejects with the signal's reason when aborted.
   */
  enter(signal: AbortSignal): Promise<Place | null>;
  readonly gate: Pick<Gate, 'closed' | 'moves'>;
  /** Places there are at present. */
  limit(): number;
}

export interface Place {
  leave(outcome: Outcome): void;
}

export interface AdmissionSettings {
  readonly start: number;
  readonly maximum: number;
  readonly clock: GateClock;
}

/** One server and model have one admission, whoever asks. */
export function createAdmission(settings: Partial<AdmissionSettings> = {}): Admission {
  const { start = 4, maximum = 64, clock = systemClock } = settings;
  const pace = createPace(Math.min(start, maximum), maximum);
  const reach = createReach();
  const gate = createGate(clock);
  const line = createWaitingLine<boolean>();
  let inFlight = 0;

  function admitWaiting(): void {
    const limit = reach.inDoubt() ? 1 : pace.limit();
    while (inFlight < limit && line.callFirst(true)) inFlight += 1;
    if (inFlight >= pace.limit()) pace.noteFull();
  }

  function learn(outcome: Outcome, era: Era): void {
    pace.learn(outcome.kind, era.pace);
    gate.close(reach.learn(outcome.kind, era.reach), outcome.kind === 'silent' ? 'silent' : 'unreachable');
    gate.close(outcome.allowanceSeconds ?? 0, 'rate-limit');
    gate.close(outcome.retryAfterSeconds ?? 0, 'cooling-down');
    // Who stands before a closed gate may find another server open.
    if (gate.closed() === null) admitWaiting();
    else line.callAll(false);
  }

  async function enter(signal: AbortSignal): Promise<Place | null> {
    signal.throwIfAborted();
    // Waiting in line behind a try that may take its whole time would cost the others what the try costs.
    if (reach.isSilent() && inFlight > 0) gate.close(reach.outageSeconds(), 'silent');
    if (gate.closed() !== null) return null;
    const admitted = line.join(signal);
    admitWaiting();
    if (!(await admitted)) return null;
    const era = { pace: pace.era(), reach: reach.era() };
    return {
      leave(outcome) {
        inFlight -= 1;
        learn(outcome, era);
      },
    };
  }

  return { enter, gate, limit: () => pace.limit() };
}

/** What was known when a request entered: news that it brings may be old. */
interface Era {
  readonly pace: number;
  readonly reach: number;
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

interface Reach {
  /** After an outage a single request tries whether the server is back. */
  inDoubt(): boolean;
  /** In doubt because it accepts requests and does not answer. */
  isSilent(): boolean;
  /** How long the last outage is, or was. */
  outageSeconds(): number;
  /** Grows with every outage. */
  era(): number;
  /** For how many seconds the server is to be set aside: twice as long after each vain try. */
  learn(kind: Outcome['kind'], enteredIn: number): number;
}

const LONGEST_OUTAGE_SECONDS = 60;

/** Requests in a row that a server let run into their time-out: fewer may be bad luck, or long answers. */
const SILENT_TRIES = 3;

function createReach(): Reach {
  let vainTries = 0;
  let timeouts = 0;
  let era = 0;
  const outageSeconds = (): number => Math.min(LONGEST_OUTAGE_SECONDS, 2 ** (vainTries - 1));
  return {
    inDoubt: () => vainTries > 0,
    isSilent: () => timeouts >= SILENT_TRIES,
    outageSeconds,
    era: () => era,
    learn(kind, enteredIn) {
      const away = kind === 'unreachable' || kind === 'silent';
      if (!away) vainTries = 0;
      if (kind !== 'silent') timeouts = 0;
      if (!away || enteredIn !== era) return 0;
      if (kind === 'silent' && ++timeouts < SILENT_TRIES) return 0;
      era += 1;
      vainTries += 1;
      return outageSeconds();
    },
  };
}
