// A thin client of the OpenAI chat API: one request, one answer, every failure in our words. Retrying is the caller's.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatEndpoint, ChatRequest } from '../../activities/ports/language-model.ts';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import type { Admission, Outcome } from './admission.ts';
import { readChatAnswer } from './chat-answer.ts';
import type { CountedResponse } from './chat-answer.ts';
import { postJson } from './http-post.ts';
import type { PostAnswer } from './http-post.ts';

export interface ChatClientSettings {
  /** Base URL, as in `https://api.openai.com/v1`. */
  readonly url: string;
  /** Asked at every call, so that a key may change while the process runs; undefined: no key is sent. */
  readonly apiKey: () => string | undefined;
  readonly admission: Admission;
  /** From sending to the last byte; waiting for admission does not count. */
  readonly timeoutSeconds?: number;
}

export interface ChatClient extends ChatEndpoint {
  complete(request: ChatRequest, signal: AbortSignal): Promise<CountedResponse>;
}

const EXCERPT_CHARACTERS = 300;
const RETRIED_STATUSES = [408, 409, 425, 429];

/** Refuses a URL that could not be called, or that holds a password, before anything is sent. */
export function createChatClient(settings: ChatClientSettings): ChatClient {
  const target = chatUrl(settings.url);
  return {
    async complete(request, signal) {
      const key = settings.apiKey();
      const place = await settings.admission.enter(signal);
      let outcome: Outcome = { kind: 'failed' };
      try {
        const answer = await send(target, request, key, signal, settings.timeoutSeconds ?? 600);
        outcome = outcomeOf(answer);
        return readAnswer(answer, request, describe(target, request), key);
      } finally {
        place.leave(outcome);
      }
    },
  };
}

function chatUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(`${base.replace(/\/+$/, '')}/chat/completions`) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new PermanentError(
    FailureType.InvalidConfig,
    'The url of a language-model endpoint must be `embedded` or an http(s) URL without user and password in it, ' +
      `like http://localhost:8000/v1; found ${url ? `one for ${url.protocol}//${url.host}` : `"${base}"`}. ` +
      'Correct it in the campaign file and name a key as env:NAME.',
  );
}

function describe(target: URL, request: ChatRequest): string {
  return `model "${request.model}" at ${target.origin}${target.pathname}`;
}

async function send(
  url: URL,
  request: ChatRequest,
  key: string | undefined,
  signal: AbortSignal,
  timeoutSeconds: number,
): Promise<PostAnswer> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
  const forward = (): void => timeout.abort();
  signal.addEventListener('abort', forward, { once: true });
  try {
    signal.throwIfAborted();
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return await postOnceMoreIfRefused({ url, headers, body: requestBody(request), signal: timeout.signal });
  } catch (error) {
    signal.throwIfAborted();
    const where = describe(url, request);
    if (timeout.signal.aborted) {
      const wait = `no answer from ${where} within ${timeoutSeconds} s`;
      throw new TransientError(`Time-out: ${wait}. Is the server overloaded, or maxTokens too high for its speed?`);
    }
    throw unreachable(error, where);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

function requestBody(request: ChatRequest): string {
  const { temperature, topP, maxTokens } = request.sampling;
  // Sampling is always sent: some servers take their defaults from the model's own files.
  return JSON.stringify({
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    temperature,
    top_p: topP,
    max_tokens: maxTokens,
    seed: request.seed,
    n: 1,
  });
}

// A server that is just starting, or a balancer that just lost a backend, refuses once; nothing was sent, so nothing
// can be paid twice.
async function postOnceMoreIfRefused(input: Parameters<typeof postJson>[0]): Promise<PostAnswer> {
  try {
    return await postJson(input);
  } catch (error) {
    if (errorCode(error) !== 'ECONNREFUSED') throw error;
    await sleep(50, undefined, { signal: input.signal });
    return postJson(input);
  }
}

function unreachable(error: unknown, where: string): Error {
  const code = errorCode(error);
  const refused = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH' || code === 'EAI_AGAIN';
  if (refused) {
    const advice = 'Start the server, or correct the url of the endpoint in the campaign file.';
    return new TransientError(`Nothing answers for ${where} (${code}). ${advice}`, { cause: error });
  }
  const words = error instanceof Error ? error.message : String(error);
  return new TransientError(`The connection broke for ${where}: ${words}${code ? ` (${code})` : ''}.`, {
    cause: error,
  });
}

function errorCode(error: unknown): string {
  // A name with several addresses fails with one error for each of them.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

function outcomeOf({ status, headers }: PostAnswer): Outcome {
  if (status === 429) return { kind: 'throttled', retryAfterSeconds: retryAfterSeconds(headers) };
  if (status === 503) return { kind: 'failed', retryAfterSeconds: retryAfterSeconds(headers) };
  return { kind: status === 200 ? 'answered' : 'failed' };
}

function readAnswer(answer: PostAnswer, request: ChatRequest, where: string, key: string | undefined): CountedResponse {
  const { status, headers, body } = answer;
  if (status !== 200) throw refusal(status, retryAfterSeconds(headers), where, excerpt(body, key));
  const reading = readChatAnswer(body, request);
  if (reading.ok) return reading.response;
  throw new TransientError(`Unusable answer from ${where}: ${reading.problem}; it begins: ${excerpt(body, key)}`);
}

function refusal(status: number, wait: number | undefined, where: string, said: string): Error {
  const message = `HTTP ${status} from ${where}: ${said}`;
  if (status >= 500 || RETRIED_STATUSES.includes(status)) {
    return new TransientError(message, { retryAfterSeconds: wait });
  }
  return new PermanentError(FailureType.RequestRefused, `${message}\n${adviceFor(status)}`);
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'Check apiKey of the endpoint: it must be env:NAME of a valid key.';
  if (status === 404) return 'Check url (most end in /v1) and model of the endpoint.';
  if (status < 400) return 'The server points elsewhere: give the final address as url of the endpoint.';
  return 'The same request would be refused again: check model, sampling and prompt length.';
}

// Some servers repeat the key they were given; it must reach neither logs nor histories.
function excerpt(body: string, key: string | undefined): string {
  const safe = key ? body.replaceAll(key, '[key]') : body;
  const text = safe.replaceAll(/\s+/g, ' ').trim();
  if (text === '') return '(empty body)';
  return text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS)}...` : text;
}

/** `retry-after-ms`, then `retry-after` in seconds or as a date; undefined when there is none that makes sense. */
function retryAfterSeconds(headers: PostAnswer['headers']): number | undefined {
  const milliseconds = Number.parseFloat(String(headers['retry-after-ms'] ?? ''));
  if (milliseconds >= 0) return milliseconds / 1000;
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
