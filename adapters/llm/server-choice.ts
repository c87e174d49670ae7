// Which of several servers takes the next request: by weight among those whose gate is open.

import { TransientError } from '../../contracts/failures.ts';
import type { Admission, Place } from './admission.ts';
import type { Closure } from './gate.ts';

/** A server as far as the choice is concerned. */
export interface Door {
  /** For people. */
  readonly where: string;
  readonly weight: number;
  readonly admission: Admission;
}

/** Why requests wait; `full`: all places of the servers are taken. */
export type Wait = Closure | { readonly reason: 'full' };

export interface ServerChoice<Server extends Door> {
  /**
   * Waits for a place at one of the servers; the caller must hand it back. Rejects with the signal's reason when aborted.
   * @throws {TransientError} with the wait, when every server is closed for longer than a minute: a wait that is no
   * worker's to sit out
   */
  enter(signal: AbortSignal): Promise<{ readonly server: Server; readonly place: Place }>;
  someOpen(): boolean;
  /** Null while no request waits. */
  waiting(): Wait | null;
}

const LONGEST_WAIT_SECONDS = 60;

/** Every server gets its share in turn, the heavy ones evenly spread among the light ones. */
export function createServerChoice<Server extends Door>(servers: readonly Server[]): ServerChoice<Server> {
  const credits = new Map(servers.map((server) => [server, 0]));
  let waiting = 0;

  const open = (): Server[] => servers.filter(({ admission }) => admission.gate.closed() === null);

  function nextOpen(): Server | undefined {
    const candidates = open();
    let richest: Server | undefined;
    for (const server of candidates) {
      credits.set(server, creditOf(server) + server.weight);
      if (richest === undefined || creditOf(server) > creditOf(richest)) richest = server;
    }
    const spent = candidates.reduce((sum, { weight }) => sum + weight, 0);
    if (richest !== undefined) credits.set(richest, creditOf(richest) - spent);
    return richest;
  }

  const creditOf = (server: Server): number => credits.get(server) ?? 0;

  async function place(signal: AbortSignal): Promise<{ server: Server; place: Place }> {
    for (;;) {
      const server = nextOpen();
      const found = await server?.admission.enter(signal);
      if (server && found) return { server, place: found };
      if (server === undefined) await firstGate(servers).moves(signal);
    }
  }

  return {
    someOpen: () => open().length > 0,
    waiting: () => (waiting === 0 ? null : open().length > 0 ? { reason: 'full' } : soonest(servers).closure),
    async enter(signal) {
      waiting += 1;
      try {
        return await place(signal);
      } finally {
        waiting -= 1;
      }
    },
  };
}

function firstGate(servers: readonly Door[]): Admission['gate'] {
  const { server, closure } = soonest(servers);
  if (closure === null || closure.seconds <= LONGEST_WAIT_SECONDS) return server.admission.gate;
  const seconds = Math.ceil(closure.seconds);
  const others = servers.length > 1 ? `, the first of ${servers.length} servers to open again,` : '';
  throw new TransientError(`${server.where}${others} is closed for ${seconds} s: ${REASONS[closure.reason]}.`, {
    retryAfterSeconds: seconds,
  });
}

const REASONS: Readonly<Record<Closure['reason'], string>> = {
  'cooling-down': 'it asked to be left alone',
  'rate-limit': 'its allowance of requests or tokens is used up',
  unreachable: 'it cannot be reached',
  silent: 'it accepts requests and does not answer in time',
};

function soonest(servers: readonly Door[]): { server: Door; closure: Closure | null } {
  const states = servers.map((server) => ({ server, closure: server.admission.gate.closed() }));
  return states.reduce((first, next) => ((next.closure?.seconds ?? 0) < (first.closure?.seconds ?? 0) ? next : first));
}
