// One model at one server: its address and key, and every failure to talk to it in our words.

import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedRequest } from '../../activities/ports/language-model.ts';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import { BrokenBody, exchange } from './http-exchange.ts';
import type { HttpAnswer, HttpQuestion } from './http-exchange.ts';
import { retryAfterSeconds } from './rate-limits.ts';

export interface ConnectionSettings {
  /** Base URL, as in `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  /** Asked at every call, so that a key may change while the process runs; undefined: no key is sent. */
  readonly apiKey: () => string | undefined;
  /** From sending to the last byte; 600 unless told otherwise. */
  readonly timeoutSeconds?: number;
}

export interface Question extends Pick<HttpQuestion, 'method' | 'body' | 'signal' | 'largestAnswerBytes'> {
  /** After the base URL, as in `/chat/completions`. */
  readonly path: string;
  /** Of the body; JSON unless told otherwise. */
  readonly contentType?: string;
}

export interface ServerConnection {
  readonly url: string;
  readonly model: string;
  /** For people, without secrets. */
  readonly where: string;
  /**
   * The answer, whatever its status.
   * @throws {ServerUnreachable} when no connection came about
   * @throws {BrokenAnswer} when the connection broke within the answer
   * @throws {ServerSilent} when no answer came in time
   * @throws {TransientError} when the connection broke before it
   * @throws the signal's reason when it is aborted
   */
  ask(question: Question): Promise<HttpAnswer>;
  /** What an answer with another status than 200 means. */
  refusal(answer: HttpAnswer): RefusedRequest | TransientError;
  /** The beginning of a text that the server sent, fit for logs: some servers repeat the key they were given. */
  excerpt(text: string): string;
}

/** Nothing was sent, so another server may be asked at once. */
export class ServerUnreachable extends TransientError {}

/** The time was up before the last byte came. */
export class ServerSilent extends TransientError {}

/** What had come of an answer when its connection broke. */
export class BrokenAnswer extends TransientError {
  readonly begun: HttpAnswer;

  constructor(message: string, cause: BrokenBody) {
    super(message, { cause });
    this.begun = cause.begun;
  }
}

const EXCERPT_CHARACTERS = 300;
const RETRIED_STATUSES = [408, 409, 425, 429];

/** Refuses a URL that could not be called, or that holds a password, before anything is sent. */
export function connect({ url, model, apiKey, timeoutSeconds = 600 }: ConnectionSettings): ServerConnection {
  const base = checkedUrl(url);
  const where = `model "${model}" at ${base}`;

  function excerpt(text: string): string {
    const key = apiKey();
    const safe = key ? text.replaceAll(key, '[key]') : text;
    const short = safe.replaceAll(/\s+/g, ' ').trim();
    if (short === '') return '(empty body)';
    return short.length > EXCERPT_CHARACTERS ? `${short.slice(0, EXCERPT_CHARACTERS)}...` : short;
  }

  return {
    url: base,
    model,
    where,
    excerpt,
    ask({ path, contentType = 'application/json', ...question }) {
      const key = apiKey();
      const headers = {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(question.body === undefined ? {} : { 'content-type': contentType }),
      };
      return inTime({ ...question, url: new URL(base + path), headers }, timeoutSeconds, where);
    },
    refusal: ({ status, headers, body }) =>
      refusal(status, `HTTP ${status} from ${where}: ${excerpt(body.toString('utf8'))}`, retryAfterSeconds(headers)),
  };
}

function checkedUrl(text: string): string {
  const base = text.replace(/\/+$/, '');
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return base;
  throw new PermanentError(
    FailureType.InvalidConfig,
    'The url of a language-model server must be `embedded` or an http(s) URL without user and password in it, ' +
      `like http://localhost:8000/v1; found ${url ? `one for ${url.protocol}//${url.host}` : `"${base}"`}. ` +
      'Correct it, and name a key as env:NAME.',
  );
}

async function inTime(question: HttpQuestion, timeoutSeconds: number, where: string): Promise<HttpAnswer> {
  const { signal } = question;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
  const forward = (): void => timeout.abort();
  signal.addEventListener('abort', forward, { once: true });
  try {
    signal.throwIfAborted();
    return await onceMoreIfRefused({ ...question, signal: timeout.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.signal.aborted) {
      const wait = `no answer from ${where} within ${timeoutSeconds} s`;
      throw new ServerSilent(`Time-out: ${wait}. Is the server overloaded, or maxTokens too high for its speed?`);
    }
    throw brokenConnection(error, where);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

// A server that is just starting, or a balancer that just lost a backend, refuses once; nothing was sent, so nothing
// can be paid twice.
async function onceMoreIfRefused(question: HttpQuestion): Promise<HttpAnswer> {
  try {
    return await exchange(question);
  } catch (error) {
    if (systemErrorOf(error).code !== 'ECONNREFUSED') throw error;
    await sleep(50, undefined, { signal: question.signal });
    return exchange(question);
  }
}

function brokenConnection(error: unknown, where: string): TransientError {
  const { code, syscall } = systemErrorOf(error);
  if (syscall === 'connect' || syscall === 'getaddrinfo') {
    const advice = 'Start the server, or correct the url of the endpoint.';
    return new ServerUnreachable(`Nothing answers for ${where} (${code}). ${advice}`, { cause: error });
  }
  const words = error instanceof Error ? error.message : String(error);
  const message = `The connection broke for ${where}: ${words}${code ? ` (${code})` : ''}.`;
  return error instanceof BrokenBody ? new BrokenAnswer(message, error) : new TransientError(message, { cause: error });
}

function systemErrorOf(error: unknown): { readonly code: string; readonly syscall: string } {
  // A name with several addresses fails with one error for each of them.
  const first: unknown =
    error instanceof AggregateError ? error.errors[0] : error instanceof BrokenBody ? error.cause : error;
  if (!(first instanceof Error)) return { code: '', syscall: '' };
  const { code = '', syscall = '' } = first as NodeJS.ErrnoException;
  return { code, syscall };
}

function refusal(status: number, message: string, wait: number | undefined): RefusedRequest | TransientError {
  if (status >= 500 || RETRIED_STATUSES.includes(status)) {
    return new TransientError(message, { retryAfterSeconds: wait });
  }
  return new RefusedRequest(`${message}\n${adviceFor(status)}`, status);
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return 'Check apiKey of the server: it must be env:NAME of a valid key.';
  if (status === 404) return 'Check url (most end in /v1) and model of the endpoint.';
  if (status < 400) return 'The server points elsewhere: give the final address as its url.';
  return 'The same request would be refused again: check model, sampling and prompt length.';
}
