// The chat route: what is missing is asked now, some questions at a time. Quick faults are asked again after seconds; what
// takes longer goes back to Temporal, once all that was under way is logged.

import { setTimeout as wait } from 'node:timers/promises';
import { PermanentError, TransientError } from '../contracts/failures.ts';
import { inWindow } from './in-window.ts';
import { reportProgress } from './heartbeat.ts';
import { RefusedRequest, UnusableAnswer, type Capabilities, type LanguageModel } from './ports/language-model.ts';
import { answerEvents, type BookedRequest, type RequestBook } from './request-book.ts';
import { momentId } from './request-record.ts';

export interface Asked {
  readonly book: RequestBook;
  /** Opened only where something must be asked. */
  readonly model: () => Promise<LanguageModel>;
  /** The requests of each question. */
  readonly groups: readonly (readonly BookedRequest[])[];
  readonly signal: AbortSignal;
}

/** Questions under way at a time. How many of their requests a server gets at a time is its admission's word. */
const questionsAtOnce = 64;

/** Waits between tries of a request that failed quickly. */
const quickWaits = [0.25, 0.5, 1, 2, 4, 8];

/** A server that asks for more gets it from Temporal, which needs no worker to wait. */
const longestQuickWait = 10;

/** Statuses with which a server refuses one request; with 401, 403 or 404 it refuses all of them. */
const refusalsOfOne = [400, 413, 422];

/** @returns what the servers honour; null when nothing had to be asked */
export async function askAtOnce({ book, model, groups, signal }: Asked): Promise<Capabilities | null> {
  const opened = onceWanted(() => openModel(model, signal));
  let done = 0;
  const failures = await inWindow(groups, questionsAtOnce, async (group, stopped) => {
    const { release } = await book.claim(group);
    try {
      const missing = book.openAmong(group);
      if (missing.length > 0) {
        await answerGroup({ ...(await opened.obtain()), book, signal, stopped }, missing);
      }
      reportProgress({ done: ++done, total: groups.length });
    } finally {
      release();
    }
  });
  if (failures.length > 0) throw gravest(failures, signal);
  return (await opened.made())?.capabilities ?? null;
}

/** What is made when it is first wanted, and then shared. */
function onceWanted<Value>(make: () => Promise<Value>) {
  let made: Promise<Value> | undefined;
  return { obtain: () => (made ??= make()), made: () => made };
}

interface OpenedModel {
  readonly model: LanguageModel;
  readonly capabilities: Capabilities;
}

interface AskingNow extends OpenedModel {
  readonly book: RequestBook;
  readonly signal: AbortSignal;
  readonly stopped: () => boolean;
}

async function openModel(open: Asked['model'], signal: AbortSignal): Promise<OpenedModel> {
  const model = await open();
  return { model, capabilities: await model.chat.capabilities(signal) };
}

/** All choices of a question in one call where the server honours that. */
async function answerGroup(now: AskingNow, requests: readonly BookedRequest[]): Promise<void> {
  if (now.capabilities.choices && requests.length > 1 && (await answerByOne(now, requests))) return;
  const alone = now.book.openAmong(requests);
  const failures = await inWindow(alone, alone.length, (one) => answerTogether(now, [one]));
  if (failures.length > 0) throw gravest(failures, now.signal);
}

/** False when the server refuses so many choices at once. */
async function answerByOne(now: AskingNow, requests: readonly BookedRequest[]): Promise<boolean> {
  try {
    await answerTogether(now, requests);
  } catch (error) {
    if (!(error instanceof RefusedRequest) || !refusalsOfOne.includes(error.status)) throw error;
  }
  return now.book.openAmong(requests).length === 0;
}

/** Asks until all of these have an answer or a failure, one call at a time. */
async function answerTogether(now: AskingNow, requests: readonly BookedRequest[]): Promise<void> {
  const { book, signal } = now;
  for (let tries = 0; ;) {
    const open = book.openAmong(requests);
    if (open.length === 0) return;
    try {
      await callOnce(now, open);
      continue;
    } catch (error) {
      if (error instanceof RefusedRequest && open.length === 1 && refusalsOfOne.includes(error.status)) {
        book.noteRefusal(open[0]?.hash ?? '', error.message);
        return;
      }
      if (error instanceof UnusableAnswer) await logFailure(book, open, error);
      await waitOrGiveUp(error, tries++, now);
    }
    signal.throwIfAborted();
  }
}

async function callOnce({ model, book, signal }: AskingNow, requests: readonly BookedRequest[]): Promise<void> {
  const [first] = requests;
  if (first === undefined) return;
  const options = requests.length > 1 ? { choices: requests.length } : {};
  const { choices, usage } = await model.chat.complete(first.request, signal, options);
  const id = momentId();
  await book.append(answerEvents(requests, choices, usage).map((event) => ({ ...event, id })));
}

async function logFailure(book: RequestBook, requests: readonly BookedRequest[], error: UnusableAnswer): Promise<void> {
  const id = momentId();
  const events = requests.map(({ hash }, place) => {
    const free = { ...error.failedTry, promptTokens: 0, completionTokens: 0, estimated: false };
    const billed = place === 0 ? error.failedTry : free;
    return { hash, id, event: { kind: 'failed-try', ...billed, detail: error.message, counted: place === 0 } as const };
  });
  await book.append(events);
}

/** Unusable answers are counted in the log, so they need no limit here. */
async function waitOrGiveUp(error: unknown, tries: number, { signal, stopped }: AskingNow): Promise<void> {
  const asked = error instanceof TransientError ? (error.retryAfterSeconds ?? 0) : 0;
  const quick = quickWaits[error instanceof UnusableAnswer ? Math.min(tries, 2) : tries];
  const mayPass = error instanceof UnusableAnswer || error instanceof TransientError;
  if (!mayPass || quick === undefined || asked > longestQuickWait) throw error;
  if (stopped()) throw error instanceof UnusableAnswer ? new TransientError(error.message) : error;
  await wait(1000 * Math.max(quick, asked), undefined, { signal });
}

/** What to tell Temporal of several failures: what cannot be mended first, then the longest wait that a server asked for. */
function gravest(failures: readonly unknown[], signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason ?? failures[0];
  const lasting = failures.find((one) => one instanceof PermanentError) ?? failures.find(isNoneOfOurs);
  if (lasting !== undefined) return lasting;
  const waits = failures.map((one) => (one instanceof TransientError ? (one.retryAfterSeconds ?? 0) : 0));
  return failures[waits.indexOf(Math.max(...waits))];
}

function isNoneOfOurs(error: unknown): boolean {
  return !(error instanceof TransientError);
}
