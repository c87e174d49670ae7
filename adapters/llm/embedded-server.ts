// The embedded model behind the chat API on loopback, so that generators meet one kind of endpoint, whatever serves it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { completion, readChatBody } from './embedded-api.ts';
import { openEmbeddedModel, UnservableRequest } from './embedded-model.ts';
import type { EmbeddedModel } from './embedded-model.ts';

export interface EmbeddedServerSettings {
  readonly modelFile: string;
  /** What the model is called besides its file's name without `.gguf`. */
  readonly names?: readonly string[];
  /** How many answers are written at the same time; further requests wait in line. @default 4 */
  readonly sequences?: number;
}

export interface EmbeddedServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_BODY_BYTES = 4_000_000;

/**
 * GET /health, GET /v1/models, POST /v1/chat/completions on 127.0.0.1, at a port that the system picks. A caller who
 * hangs up frees his place. The listening socket alone keeps no process alive.
 */
export async function startEmbeddedServer(settings: EmbeddedServerSettings): Promise<EmbeddedServer> {
  const { names = [], ...modelSettings } = settings;
  const model = await openEmbeddedModel(modelSettings);
  const name = basename(settings.modelFile, '.gguf');
  const served: Served = { model, name, names: [...new Set([name, ...names])] };
  const server = createServer((request, response) => {
    handle(served, request, response).catch((error: unknown) => {
      if (!response.destroyed) sendFailure(response, error);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, close: () => close(server, model) };
}

interface Served {
  readonly model: EmbeddedModel;
  /** The one that answers bear. */
  readonly name: string;
  /** Those that it is asked by. */
  readonly names: readonly string[];
}

/** A refusal with a status of its own, in OpenAI's words. */
class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function handle(
  { model, name, names }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = `${request.method ?? ''} ${request.url ?? ''}`;
  switch (asked) {
    case 'GET /health':
      send(response, 200, { status: 'ok' });
      return;
    case 'GET /v1/models': {
      const data = names.map((id) => ({ id, object: 'model', owned_by: 'local' }));
      send(response, 200, { object: 'list', data });
      return;
    }
    case 'POST /v1/chat/completions': {
      const question = readChatBody(await readText(request));
      requireName(question.model, names);
      send(response, 200, completion(name, await model.generate(question.request, signalOf(response))));
      return;
    }
    default:
      throw new HttpRefusal(404, 'unknown_url', `Nothing here: ${asked}. Expected POST /v1/chat/completions.`);
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > LARGEST_BODY_BYTES) {
      throw new HttpRefusal(413, 'request_too_large', `The request is larger than ${LARGEST_BODY_BYTES} bytes.`);
    }
  }
  return Buffer.concat(pieces).toString('utf8');
}

function requireName(model: string | undefined, names: readonly string[]): void {
  if (model === undefined || names.includes(model)) return;
  const served = names.map((name) => `"${name}"`).join(' or ');
  throw new HttpRefusal(404, 'model_not_found', `The model "${model}" is not served here: expected ${served}.`);
}

/** Aborted when the caller hangs up before the answer is sent. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const hungUp = (): void => {
    if (!response.writableEnded) controller.abort();
  };
  if (response.destroyed) hungUp();
  response.once('close', hungUp);
  return controller.signal;
}

function sendFailure(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof HttpRefusal) sendRefusal(response, error);
  else if (error instanceof UnservableRequest) sendRefusal(response, new HttpRefusal(400, error.code, message));
  else send(response, 500, { error: { message, type: 'server_error', param: null, code: null } });
}

function sendRefusal(response: ServerResponse, { status, code, message }: HttpRefusal): void {
  // What was not read of the request would stand before the next one.
  if (!response.req.complete) response.setHeader('connection', 'close');
  send(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function close(server: Server, model: EmbeddedModel): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  await model.close();
}
