// What the response log knows of a request: its answer, the tries that failed, the batch that it was filed in.

import { randomUUID } from 'node:crypto';
import type { BatchHandle, ChatChoice, ChatRequest, ChatUsage, FailedTry } from './ports/language-model.ts';
import type { LogEntry } from './ports/store.ts';

/** A choice of an answer; usage stands with the first of the requests that one call answered, and is null for the others. */
export interface LoggedAnswer {
  readonly kind: 'answer';
  readonly choice: ChatChoice;
  readonly usage: ChatUsage | null;
  /** As it was asked, beside the usage. */
  readonly request: ChatRequest | null;
}

export interface LoggedFailure extends FailedTry {
  readonly kind: 'failed-try';
  readonly detail: string;
  /** False for the other requests of one call, so that a try is counted once. */
  readonly counted: boolean;
}

export interface LoggedFiling {
  readonly kind: 'filed';
  readonly batch: BatchHandle;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The vendor ended a batch without an answer to this request. */
export interface LoggedSilence {
  readonly kind: 'unanswered';
  readonly batch: BatchHandle;
  readonly detail: string;
}

/** What failed before says nothing any more: the whole chunk failed, and a person was told to mend the cause. */
export interface LoggedPardon {
  readonly kind: 'pardon';
}

export type LoggedEvent = LoggedAnswer | LoggedFailure | LoggedFiling | LoggedSilence | LoggedPardon;

export interface RequestRecord {
  /** The first one; null: none came yet. */
  readonly answer: LoggedAnswer | null;
  /** Answers that came again, from workers that did not know of each other: billed and not used. */
  readonly surplus: readonly LoggedAnswer[];
  /** All that were billed. */
  readonly failures: readonly LoggedFailure[];
  /** What counts against the request: by the clocks of those who logged it, the failures and silences since the last pardon. */
  readonly held: { readonly failures: readonly LoggedFailure[]; readonly silences: readonly LoggedSilence[] };
  /** The batch that may still answer, with the id of its entry. */
  readonly filed: (LoggedFiling & { readonly id: string }) | null;
  /** The batches that ended without an answer. */
  readonly ended: readonly BatchHandle[];
}

/** Whether a logged content is an answer. */
export function isAnswer(content: unknown): boolean {
  return (content as LoggedEvent).kind === 'answer';
}

/** @param entries - of one request, in the order of their ids */
export function recordOf(entries: readonly LogEntry[]): RequestRecord {
  const events = entries.map(({ id, content }) => ({ id, ...(content as LoggedEvent) }));
  const ofKind = <Kind extends LoggedEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<LoggedEvent, { kind: Kind }> & { id: string } => event.kind === kind);
  const [answer = null, ...surplus] = ofKind('answer');
  const failures = ofKind('failed-try');
  const silences = ofKind('unanswered');
  const pardon = ofKind('pardon').at(-1)?.id ?? '';
  const since = <Event extends { readonly id: string }>(all: readonly Event[]) => all.filter(({ id }) => id > pardon);
  const ended = silences.map(({ batch }) => batch);
  const isOpen = ({ batch: { id } }: LoggedFiling) => !ended.some((one) => one.id === id);
  const filed = answer === null ? (ofKind('filed').findLast(isOpen) ?? null) : null;
  return { answer, surplus, failures, held: { failures: since(failures), silences: since(silences) }, filed, ended };
}

/** An entry's id, later for later moments: nine digits of base 36 hold milliseconds for three thousand years. */
export function momentId(): string {
  return `${Date.now().toString(36).padStart(9, '0')}-${randomUUID().slice(0, 8)}`;
}
