// What a chunk knows of its requests: read from the response log, and kept in step with what it adds there.

import type { ChatChoice, ChatRequest, ChatUsage } from './ports/language-model.ts';
import type { LogEntry, ResponseLog } from './ports/store.ts';
import { recordOf, type LoggedEvent, type RequestRecord } from './request-record.ts';

/** One answer wanted: a request with its own seed, and its hash. */
export interface BookedRequest {
  readonly request: ChatRequest;
  readonly hash: string;
}

export interface RequestFailure {
  readonly reason: string;
  readonly detail: string;
}

export interface RequestBook {
  readonly log: ResponseLog;
  /** Waits until nobody else in this process asks one of these, and reads what is known of them. Must be handed back. */
  claim(requests: readonly BookedRequest[]): Promise<{ release(): void }>;
  recordOf(hash: string): RequestRecord;
  /** Null while it has an answer, or may still get one. */
  failureOf(hash: string): RequestFailure | null;
  /** Those that have neither an answer nor a failure. */
  openAmong(requests: readonly BookedRequest[]): readonly BookedRequest[];
  /** Not logged: another server, or the same one mended, may answer the next time. */
  noteRefusal(hash: string, detail: string): void;
  /** Resolves once they are durable. */
  append(events: readonly { readonly hash: string; readonly id: string; readonly event: LoggedEvent }[]): Promise<void>;
}

/** Tries of one request that gave nothing usable, after which it is given up. */
const unusableLimit = 5;

/** Batches that ended without an answer to a request, after which it is given up. */
const silenceLimit = 2;

const nothingKnown: RequestRecord = {
  answer: null,
  surplus: [],
  failures: [],
  held: { failures: [], silences: [] },
  filed: null,
  ended: [],
};

/** Requests that are being asked by this process, by log and hash. */
const underWay = new WeakMap<ResponseLog, Map<string, Promise<void>>>();

export function openRequestBook(log: ResponseLog): RequestBook {
  const entries = new Map<string, LogEntry[]>();
  const records = new Map<string, RequestRecord>();
  const refusals = new Map<string, string>();
  const vainTries = new Map<string, number>();
  const claimed = underWay.get(log) ?? new Map<string, Promise<void>>();
  underWay.set(log, claimed);

  const know = (hash: string, known: readonly LogEntry[]): void => {
    entries.set(hash, [...known]);
    records.set(hash, recordOf(known));
  };
  const book: RequestBook = {
    log,
    recordOf: (hash) => records.get(hash) ?? nothingKnown,
    failureOf: (hash) => failureIn(book.recordOf(hash), refusals.get(hash), vainTries.get(hash) ?? 0),
    openAmong: (requests) =>
      requests.filter(({ hash }) => book.recordOf(hash).answer === null && book.failureOf(hash) === null),
    noteRefusal: (hash, detail) => void refusals.set(hash, detail),

    async claim(requests) {
      const busy = () => requests.flatMap(({ hash }) => claimed.get(hash) ?? []);
      while (busy().length > 0) await Promise.all(busy());
      const { promise, resolve } = withResolver();
      for (const { hash } of requests) claimed.set(hash, promise);
      const release = (): void => {
        for (const { hash } of requests) claimed.delete(hash);
        resolve();
      };
      try {
        for (const { hash } of requests) know(hash, await log.find(hash));
      } catch (error) {
        release();
        throw error;
      }
      return { release };
    },

    async append(events) {
      const added = events.map(({ hash, id, event }) => ({ hash, id, content: event }));
      await log.append(added);
      for (const entry of added) know(entry.hash, [...(entries.get(entry.hash) ?? []), entry]);
      for (const { hash, event } of events) {
        if (event.kind === 'failed-try') vainTries.set(hash, (vainTries.get(hash) ?? 0) + 1);
      }
    },
  };
  return book;
}

/** @param vainTries - of this book itself: a pardon by a clock that is ahead does not hide them */
function failureIn(
  { answer, failures: all, held: { failures, silences } }: RequestRecord,
  refusal: string | undefined,
  vainTries: number,
): RequestFailure | null {
  if (answer !== null) return null;
  if (refusal !== undefined) return { reason: 'request-refused', detail: refusal };
  const tries = Math.max(failures.length, vainTries);
  if (tries >= unusableLimit) {
    return { reason: 'unusable-answer', detail: `${tries} tries; the last: ${all.at(-1)?.detail ?? ''}` };
  }
  if (silences.length < silenceLimit) return null;
  return {
    reason: 'unanswered-in-batch',
    detail: `${silences.length} batches; the last: ${silences.at(-1)?.detail ?? ''}`,
  };
}

/** The events that one call's choices are logged as: the usage stands with the first. */
export function answerEvents(
  requests: readonly BookedRequest[],
  choices: readonly ChatChoice[],
  usage: ChatUsage,
): { readonly hash: string; readonly event: LoggedEvent }[] {
  return choices.flatMap((choice, place) => {
    const booked = requests[place];
    if (booked === undefined) return [];
    const billed = place === 0 ? { usage, request: booked.request } : { usage: null, request: null };
    return [{ hash: booked.hash, event: { kind: 'answer', choice, ...billed } }];
  });
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
