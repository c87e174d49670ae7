// A model at one server, asked by chat: one question, one answer, every failure in our words. Retrying is the caller's.

import type { AnswerOptions, ChatRequest, ChatResponse } from '../../activities/ports/language-model.ts';
import { UnusableAnswer } from '../../activities/ports/language-model.ts';
import type { Admission, Outcome, Place } from './admission.ts';
import { billedTokens, readChatAnswer } from './chat-answer.ts';
import { chatBody, usualForms } from './chat-body.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { probeServer } from './probe.ts';
import type { ServerManners } from './probe.ts';
import { retryAfterSeconds, spentAllowanceSeconds } from './rate-limits.ts';
import { BrokenAnswer, ServerSilent, ServerUnreachable } from './server-connection.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Door } from './server-choice.ts';

export interface ChatServer extends Omit<Door, 'weight'> {
  /** Asks at a place that was waited for, and hands the place back. */
  complete(request: ChatRequest, options: AnswerOptions, signal: AbortSignal, place: Place): Promise<ChatResponse>;
  /** Asked of the server once; a failure is not remembered. */
  manners(signal: AbortSignal): Promise<ServerManners>;
}

export function createChatServer(connection: ServerConnection, admission: Admission): ChatServer {
  const manners = onceForAll((signal) => probeServer(connection, signal));

  // Only a schema needs to know the server beforehand; whatever else is known by then is used.
  async function bodyOf(request: ChatRequest, options: AnswerOptions, signal: AbortSignal): Promise<string> {
    const known = request.responseSchema ? await manners.ask(signal) : manners.known();
    return JSON.stringify(chatBody(request, options, known?.forms ?? usualForms));
  }

  return {
    where: connection.where,
    admission,
    manners: manners.ask,
    async complete(request, options, signal, place) {
      let outcome: Outcome = { kind: 'failed' };
      try {
        const body = await bodyOf(request, options, signal);
        const answer = await connection.ask({ method: 'POST', path: '/chat/completions', body, signal });
        outcome = outcomeOf(answer);
        return readAnswer(answer, request, options, connection);
      } catch (error) {
        if (error instanceof ServerUnreachable) outcome = { kind: 'unreachable' };
        if (error instanceof ServerSilent) outcome = { kind: 'silent' };
        throw error instanceof BrokenAnswer ? billedOrNot(error, request) : error;
      } finally {
        place.leave(outcome);
      }
    },
  };
}

function outcomeOf({ status, headers }: HttpAnswer): Outcome {
  const kind = status === 200 ? 'answered' : status === 429 ? 'throttled' : 'failed';
  const waits = status === 429 || status === 503;
  return {
    kind,
    retryAfterSeconds: waits ? retryAfterSeconds(headers) : undefined,
    allowanceSeconds: spentAllowanceSeconds(headers),
  };
}

function readAnswer(
  answer: HttpAnswer,
  request: ChatRequest,
  options: AnswerOptions,
  { where, refusal, excerpt }: ServerConnection,
): ChatResponse {
  if (answer.status !== 200) throw refusal(answer);
  const body = answer.body.toString('utf8');
  const reading = readChatAnswer(body, request, options);
  if (reading.ok) return reading.response;
  throw new UnusableAnswer(
    `Unusable answer from ${where}: ${reading.problem}; it begins: ${excerpt(body)}`,
    reading.failedTry,
  );
}

/** A server that sends the head of an answer has written all of it, and bills it whether it arrives or not. */
function billedOrNot(error: BrokenAnswer, request: ChatRequest): UnusableAnswer | BrokenAnswer {
  const { status, body } = error.begun;
  if (status !== 200) return error;
  const failedTry = { reason: 'cut-off', ...billedTokens(body.toString('utf8'), request) };
  return new UnusableAnswer(error.message, failedTry);
}

interface OnceForAll<Value> {
  /** Rejects with the signal's reason when aborted; the question itself goes on for the others who wait. */
  ask(signal: AbortSignal): Promise<Value>;
  /** Undefined until it was answered. */
  known(): Value | undefined;
}

function onceForAll<Value>(question: (signal: AbortSignal) => Promise<Value>): OnceForAll<Value> {
  const nobodys = new AbortController().signal;
  let answer: Value | undefined;
  let asked: Promise<Value> | undefined;

  async function askNow(): Promise<Value> {
    try {
      answer = await question(nobodys);
      return answer;
    } finally {
      // A server that was away may be back; one that answered is not asked again, since `known` says it.
      asked = undefined;
    }
  }

  return {
    known: () => answer,
    ask(signal) {
      if (answer !== undefined) return Promise.resolve(answer);
      asked ??= askNow();
      return unlessAborted(asked, signal);
    },
  };
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('The request was cancelled.'));
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  });
}
