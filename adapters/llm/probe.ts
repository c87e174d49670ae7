// What a server honours, seen by one tiny request; where it refuses that one, by a tiny request for each thing asked.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Capabilities, ResponseSchema } from '../../activities/ports/language-model.ts';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import { responseFormat } from './chat-body.ts';
import type { RequestForms } from './chat-body.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { nearNames, readModelNames } from './model-names.ts';
import { BrokenAnswer } from './server-connection.ts';
import type { ServerConnection } from './server-connection.ts';

/** What a server honours, and the forms in which it takes it. */
export interface ServerManners {
  readonly capabilities: Capabilities;
  readonly forms: RequestForms;
}

// The prompt does not speak of JSON, so that only a server that holds its model to the schema answers with it.
const PROMPT = 'Say hello.';
const SCHEMA: ResponseSchema = {
  name: 'probe',
  schema: {
    type: 'object',
    properties: { ok: { type: 'boolean' } },
    required: ['ok'],
    additionalProperties: false,
  },
};
const TOKENS = 32;

/**
 * Asks `GET /models`, then one request of 32 tokens at most, billed as any other.
 * @throws {PermanentError} `RequestRefused` for a wrong key, for what is no model server, or for a model that the server does not list, with near names
 * No single fault is believed: what is no chat completion, or fails on the server's side, is asked again.
 * @throws {TransientError} when the server is busy or away, or sends no chat completion time and again
 */
export async function probeServer(connection: ServerConnection, signal: AbortSignal): Promise<ServerManners> {
  const models = await listedModels(connection, signal);
  if (models !== null && !lists(models, connection.model)) throw unknownModel(connection, models);
  const ask = (limit: RequestForms['tokenLimit'], extras: object): Promise<HttpAnswer> =>
    askTiny(connection, signal, { [limit]: TOKENS, ...extras });
  const together = await ask('max_tokens', { ...SEED, ...CHOICES, ...LOGPROBS, ...schemaIn('nested') });
  const seen =
    together.status === 200
      ? await readTogether(together, ask)
      : await askOneByOne(connection, { refused: together, models }, ask);
  const { tokenLimit, ...capabilities } = seen;
  const { seed, schema } = capabilities;
  return { capabilities: { ...capabilities, models }, forms: { seed, schema, tokenLimit } };
}

/** Asks for one token under a schema: null, or how the server refuses the schema. */
export async function schemaRefusal(
  connection: ServerConnection,
  { forms }: ServerManners,
  wanted: ResponseSchema,
  signal: AbortSignal,
): Promise<string | null> {
  if (forms.schema === null) return null;
  const extras = { [forms.tokenLimit]: 1, response_format: responseFormat(wanted, forms.schema) };
  const answer = await askTiny(connection, signal, extras);
  return isRefused(answer) ? connection.refusal(answer).message : null;
}

type TinyAsk = (limit: RequestForms['tokenLimit'], extras: object) => Promise<HttpAnswer>;
type Seen = Omit<Capabilities, 'models'> & Pick<RequestForms, 'tokenLimit'>;

const SEED = { seed: 1 };
const CHOICES = { n: 2 };
const LOGPROBS = { logprobs: true, top_logprobs: 1 };

function schemaIn(form: 'nested' | 'top-level'): object {
  return { response_format: responseFormat(SCHEMA, form) };
}

async function listedModels(connection: ServerConnection, signal: AbortSignal): Promise<readonly string[] | null> {
  const answer = await connection.ask({ method: 'GET', path: '/models', signal });
  // Not every server has the list, nor lets every key see it: the question itself will tell.
  return answer.status === 200 ? readModelNames(answer.body.toString('utf8')) : null;
}

/** Ollama lists `llama3:latest` and takes `llama3` for it. */
function lists(models: readonly string[], model: string): boolean {
  return models.includes(model) || models.includes(`${model}:latest`);
}

function unknownModel({ where, model }: ServerConnection, models: readonly string[]): PermanentError {
  const near = nearNames(model, models);
  const names = near.length > 0 ? `the nearest of its ${models.length} models: ${near.join(', ')}` : 'it lists none';
  return new PermanentError(
    FailureType.RequestRefused,
    `The server does not know ${where}; ${names}. Write one of its names as model of the endpoint.`,
  );
}

/** What is said this often is meant, not a fault of the moment: what is learnt here holds for the life of the process. */
const TRIES = 3;
const PAUSE_MILLISECONDS = 200;

/** @throws for whatever no change of the request would mend */
async function askTiny(connection: ServerConnection, signal: AbortSignal, extras: object): Promise<HttpAnswer> {
  const messages = [{ role: 'user', content: PROMPT }];
  const body = JSON.stringify({ model: connection.model, messages, temperature: 1, top_p: 1, ...extras });
  for (let tries = 1; ; tries++) {
    const answer = await askOnce(connection, signal, body);
    if (!mayPass(answer)) {
      if (answer.status === 200 || isRefused(answer)) return answer;
      throw connection.refusal(answer);
    }
    if (tries === TRIES) return lastWord(connection, answer);
    await sleep(PAUSE_MILLISECONDS, undefined, { signal });
  }
}

/** What broke off is judged as what came whole: by what had come. */
async function askOnce(connection: ServerConnection, signal: AbortSignal, body: string): Promise<HttpAnswer> {
  try {
    return await connection.ask({ method: 'POST', path: '/chat/completions', body, signal });
  } catch (error) {
    if (error instanceof BrokenAnswer) return error.begun;
    throw error;
  }
}

function mayPass({ status, body }: HttpAnswer): boolean {
  return status === 200 ? viewOf({ status, body }).choices === 0 : status === 500 || status === 501;
}

/** A refusal that was repeated is meant; a page that is no JSON at all comes from something that is no model server. */
function lastWord({ where, excerpt }: ServerConnection, answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) return answer;
  const body = answer.body.toString('utf8');
  const found = `The probe of ${where} was answered with no chat completion ${TRIES} times; the last begins: ${excerpt(body)}`;
  if (/^\s*($|[[{])/.test(body)) throw new TransientError(found);
  throw new PermanentError(FailureType.RequestRefused, `${found}\nCheck url (most end in /v1) of the endpoint.`);
}

// Some servers answer what they do not know with 500 or 501; a 404 may be an unknown model and is told apart later.
function isRefused({ status }: HttpAnswer): boolean {
  return [400, 404, 422, 500, 501].includes(status);
}

async function readTogether(answer: HttpAnswer, ask: TinyAsk): Promise<Seen> {
  const view = viewOf(answer);
  return {
    choices: view.choices >= 2,
    seed: 'accepted',
    logprobs: view.logprobs,
    schema: view.heldToSchema ? 'nested' : await topLevelSchema('max_tokens', ask),
    usage: view.usage,
    tokenLimit: 'max_tokens',
  };
}

async function askOneByOne(
  connection: ServerConnection,
  { refused, models }: { readonly refused: HttpAnswer; readonly models: readonly string[] | null },
  ask: TinyAsk,
): Promise<Seen> {
  let tokenLimit: RequestForms['tokenLimit'] = 'max_tokens';
  let plain = await ask(tokenLimit, {});
  if (isRefused(plain) && plain.body.includes('max_completion_tokens')) {
    tokenLimit = 'max_completion_tokens';
    plain = await ask(tokenLimit, {});
  }
  // What the plain question cannot have, nothing can: the server's words on it say most.
  if (plain.status === 404 && models === null) throw connection.refusal(plain);
  if (plain.status === 404) throw unknownModel(connection, models ?? []);
  if (isRefused(plain)) throw connection.refusal(plain.status >= 500 ? plain : refused);
  const nested = viewOf(await ask(tokenLimit, schemaIn('nested')));
  return {
    choices: viewOf(await ask(tokenLimit, CHOICES)).choices >= 2,
    seed: viewOf(await ask(tokenLimit, SEED)).choices > 0 ? 'accepted' : 'refused',
    logprobs: viewOf(await ask(tokenLimit, LOGPROBS)).logprobs,
    schema: nested.heldToSchema ? 'nested' : await topLevelSchema(tokenLimit, ask),
    usage: viewOf(plain).usage,
    tokenLimit,
  };
}

async function topLevelSchema(limit: RequestForms['tokenLimit'], ask: TinyAsk): Promise<Capabilities['schema']> {
  return viewOf(await ask(limit, schemaIn('top-level'))).heldToSchema ? 'top-level' : null;
}

/** What one tiny answer shows; of a refused one, nothing. */
interface View {
  readonly choices: number;
  readonly logprobs: boolean;
  readonly heldToSchema: boolean;
  readonly usage: boolean;
}

const NOTHING: View = { choices: 0, logprobs: false, heldToSchema: false, usage: false };

function viewOf({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): View {
  if (status !== 200) return NOTHING;
  let json: Body;
  try {
    json = JSON.parse(body.toString('utf8')) as Body;
  } catch {
    return NOTHING;
  }
  const first = json.choices?.[0];
  return {
    choices: json.choices?.length ?? 0,
    logprobs: Array.isArray(first?.logprobs?.content),
    heldToSchema: first !== undefined && showsSchema(first),
    usage: typeof json.usage?.completion_tokens === 'number',
  };
}

interface Body {
  readonly choices?: readonly BodyChoice[] | null;
  readonly usage?: { readonly completion_tokens?: unknown } | null;
}

interface BodyChoice {
  readonly message?: { readonly content?: string | null } | null;
  readonly finish_reason?: string | null;
  readonly logprobs?: { readonly content?: unknown } | null;
}

// A model that thinks may use up the few tokens before it writes; then that the form was taken is all that is known.
function showsSchema({ message, finish_reason: finishReason }: BodyChoice): boolean {
  const text = message?.content?.trim() ?? '';
  return text.startsWith('{') || (text === '' && finishReason === 'length');
}
