// A chat server whose faults are drawn from a seed and whose answers are a function of the question, with exact accounts
// of what it billed. It honours n, seed, schemas and logprobs as a good server does.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uniformAt } from '../../core/random/philox.ts';

export const seededFaults = [
  'throttled',
  'throttled-with-wait',
  'error',
  'hang',
  'cut',
  'truncated',
  'wrong-schema',
  'no-choices',
] as const;
export type SeededFault = (typeof seededFaults)[number];

/** What an answer may depend on; the same question gives the same answer for ever. */
export interface AnswerInput {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly seed: number;
  /** From 0 to n - 1. */
  readonly choice: number;
  /** The JSON schema asked for, if any. */
  readonly schema: object | undefined;
}

export interface SeededSettings {
  readonly seed: string;
  readonly answer: (input: AnswerInput) => string;
  /** Probability of each fault at each try; the rest goes well. */
  readonly shares?: Partial<Record<SeededFault, number>>;
  /** `request`: drawn anew for every try of a request, whatever comes between; `number`: by the order of arrival. */
  readonly drawnBy?: 'request' | 'number';
  readonly latencyMilliseconds?: number;
  /** Answers written at a time; the rest waits in line, and who has gone meanwhile gets none. Any number unless given. */
  readonly places?: number;
  /** Of the answers that ask to wait. */
  readonly retryAfterMilliseconds?: number;
  /** What GET /v1/models lists. */
  readonly models?: readonly string[];
}

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
}

/** Requests and tokens by what became of them; probes of a server's capabilities, which meet the same faults, are kept apart. */
export interface Accounting {
  readonly requests: number;
  /** Different requests, by the bytes of their bodies. */
  readonly different: number;
  readonly whole: Tokens & { readonly requests: number };
  /** Of the whole answers, those to a request that had a whole answer before: what was paid twice. */
  readonly repeated: Tokens & { readonly requests: number };
  /** 429, 500 and hanging cost nothing; what breaks off or cannot be used was written and is billed. */
  readonly failed: Readonly<Record<SeededFault, Tokens & { readonly requests: number }>>;
  readonly probes: Tokens & { readonly requests: number };
}

export interface SeededChatServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  accounting(): Accounting;
  close(): Promise<void>;
}

/** Tokens of a text as this server counts them: one for every four bytes. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** GET /accounting, GET /v1/models, POST /v1/chat/completions; `port` 0 is any. */
export async function startSeededChatServer(settings: SeededSettings, port = 0): Promise<SeededChatServer> {
  const accounts = createAccounts();
  const arrivals = { number: 0, tries: new Map<string, number>() };
  const inTurn = createTurns(settings);
  const server = createServer({ keepAliveTimeout: 5000 }, (request, response) => {
    if (request.method === 'GET') {
      const models = (settings.models ?? []).map((id) => ({ id, object: 'model' }));
      sendJson(response, 200, request.url === '/accounting' ? accounts.read() : { object: 'list', data: models });
      return;
    }
    readBody(request, (text) => {
      inTurn(response, () => {
        answer(settings, accounts, response, text, drawFault(settings, arrivals, text));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    accounting: () => accounts.read(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers take their time, as many at once as there are places. */
function createTurns({ latencyMilliseconds = 0, places = Infinity }: SeededSettings) {
  const line: { response: ServerResponse; respond: () => void }[] = [];
  let busy = 0;

  function next(): void {
    while (busy < places) {
      const first = line.shift();
      if (first === undefined) return;
      if (first.response.destroyed) continue;
      busy += 1;
      const write = (): void => {
        busy -= 1;
        first.respond();
        next();
      };
      if (latencyMilliseconds > 0) setTimeout(write, latencyMilliseconds);
      else write();
    }
  }

  return (response: ServerResponse, respond: () => void): void => {
    line.push({ response, respond });
    next();
  };
}

function readBody(request: IncomingMessage, done: (text: string) => void): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => done(Buffer.concat(pieces).toString()));
}

function drawFault(
  { seed, shares = {}, drawnBy = 'request' }: SeededSettings,
  arrivals: { number: number; tries: Map<string, number> },
  text: string,
): SeededFault | undefined {
  const name = nameOf(text);
  const earlier = arrivals.tries.get(name) ?? 0;
  arrivals.tries.set(name, earlier + 1);
  const place = drawnBy === 'request' ? earlier : arrivals.number++;
  let drawn = uniformAt(drawnBy === 'request' ? `${seed}/${name}` : seed, place);
  for (const fault of seededFaults) {
    drawn -= shares[fault] ?? 0;
    if (drawn < 0) return fault;
  }
  return undefined;
}

// The client's own probe of what a server honours is no part of what a campaign asks.
function isProbe(text: string): boolean {
  return text.includes('"content":"Say hello."');
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

interface Body {
  readonly model: string;
  readonly messages: AnswerInput['messages'];
  readonly seed?: number;
  readonly n?: number;
  readonly logprobs?: boolean;
  readonly response_format?: { readonly json_schema?: { readonly schema?: object } };
}

function answer(
  settings: SeededSettings,
  accounts: Accounts,
  response: ServerResponse,
  text: string,
  fault: SeededFault | undefined,
): void {
  const body = JSON.parse(text) as Body;
  const { model, messages, seed = 0, n = 1, logprobs = false } = body;
  const schema = body.response_format?.json_schema?.schema;
  const probe = isProbe(text);
  const contents = Array.from({ length: n }, (_, choice) =>
    probe ? (schema ? '{"ok":true}' : 'Hello!') : settings.answer({ model, messages, seed, choice, schema }),
  );
  const tokens = {
    prompt: countTokens(messages.map(({ content }) => content).join('\n')),
    completion: contents.reduce((sum, content) => sum + countTokens(content), 0),
  };
  if (probe) accounts.probed(fault, tokens);
  else if (fault === undefined) accounts.answered(nameOf(text), tokens);
  else accounts.failed(fault, tokens);
  if (fault === undefined) sendJson(response, 200, completion(model, contents, tokens, logprobs));
  else misbehave(response, fault, completion(model, contents, tokens, logprobs), settings);
}

function completion(model: string, contents: readonly string[], tokens: Tokens, logprobs: boolean): object {
  return {
    object: 'chat.completion',
    model,
    // Before the choices, so that a text cut in the middle still says what it cost.
    usage: {
      prompt_tokens: tokens.prompt,
      completion_tokens: tokens.completion,
      total_tokens: tokens.prompt + tokens.completion,
    },
    choices: contents.map((content, index) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: 'stop',
      ...(logprobs ? { logprobs: { content: [{ token: content, logprob: -0.5, top_logprobs: [] }] } } : {}),
    })),
  };
}

function misbehave(
  response: ServerResponse,
  fault: SeededFault,
  whole: object,
  { retryAfterMilliseconds = 50 }: SeededSettings,
): void {
  const text = JSON.stringify(whole);
  switch (fault) {
    case 'throttled':
      sendJson(response, 429, { error: { message: 'too many requests' } });
      return;
    case 'throttled-with-wait':
      response.setHeader('retry-after-ms', String(retryAfterMilliseconds));
      sendJson(response, 429, { error: { message: 'too many requests' } });
      return;
    case 'error':
      sendJson(response, 500, { error: { message: 'as drawn' } });
      return;
    case 'hang':
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length + 1) });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, -3));
      return;
    case 'wrong-schema':
      sendJson(response, 200, { ...whole, choices: undefined, text: 'four' });
      return;
    case 'no-choices':
      sendJson(response, 200, { ...whole, choices: [] });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

interface Accounts {
  answered(name: string, tokens: Tokens): void;
  failed(fault: SeededFault, tokens: Tokens): void;
  probed(fault: SeededFault | undefined, tokens: Tokens): void;
  read(): Accounting;
}

const FREE: readonly SeededFault[] = ['throttled', 'throttled-with-wait', 'error', 'hang'];
const NONE = { requests: 0, prompt: 0, completion: 0 };

function createAccounts(): Accounts {
  const names = new Set<string>();
  let requests = 0;
  let [whole, repeated, probes] = [NONE, NONE, NONE];
  const failed = Object.fromEntries(seededFaults.map((fault) => [fault, NONE])) as Record<SeededFault, typeof NONE>;
  const add = (sum: typeof NONE, { prompt, completion: written }: Tokens): typeof NONE => ({
    requests: sum.requests + 1,
    prompt: sum.prompt + prompt,
    completion: sum.completion + written,
  });
  return {
    answered(name, tokens) {
      requests += 1;
      whole = add(whole, tokens);
      if (names.has(name)) repeated = add(repeated, tokens);
      names.add(name);
    },
    failed(fault, tokens) {
      requests += 1;
      failed[fault] = add(failed[fault], FREE.includes(fault) ? NONE : tokens);
    },
    probed(fault, tokens) {
      probes = add(probes, fault !== undefined && FREE.includes(fault) ? NONE : tokens);
    },
    read: () => ({ requests, different: names.size, whole, repeated, failed: { ...failed }, probes }),
  };
}
