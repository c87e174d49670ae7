// The embedded model behind the chat API on loopback, so that generators meet one kind of endpoint, whatever serves it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { z } from 'zod';
import { openEmbeddedModel, UnservableRequest } from './embedded-model.ts';
import type { EmbeddedModel, Generation, GenerationRequest } from './embedded-model.ts';

export interface EmbeddedServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

const ChatBody = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  temperature: z.number().min(0).max(10).default(1),
  top_p: z.number().gt(0).max(1).default(1),
  max_tokens: z.int().min(1).optional(),
  seed: z.int().default(0),
  n: z.literal(1).default(1),
  stream: z.literal(false).default(false),
  response_format: z
    .union([
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: z.looseObject({}) }) }),
    ])
    .optional(),
});

const LARGEST_BODY_CHARACTERS = 4_000_000;

/**
 * GET /health, GET /v1/models, POST /v1/chat/completions on 127.0.0.1, at a port that the system picks. Requests are
 * answered one after another; a caller who hangs up frees his place. The listening socket alone keeps no process alive.
 */
export async function startEmbeddedServer({ modelFile }: { readonly modelFile: string }): Promise<EmbeddedServer> {
  const model = await openEmbeddedModel(modelFile);
  const name = basename(modelFile, '.gguf');
  const server = createServer((request, response) => {
    handle(model, name, request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      const refused = error instanceof UnservableRequest;
      const message = error instanceof Error ? error.message : String(error);
      send(response, refused ? 400 : 500, {
        error: { message, type: refused ? 'invalid_request_error' : 'server_error' },
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, close: () => close(server, model) };
}

async function handle(
  model: EmbeddedModel,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (`${request.method ?? ''} ${request.url ?? ''}`) {
    case 'GET /health':
      send(response, 200, { status: 'ok' });
      return;
    case 'GET /v1/models':
      send(response, 200, { object: 'list', data: [{ id: name, object: 'model', owned_by: 'local' }] });
      return;
    case 'POST /v1/chat/completions': {
      const generation = await model.generate(readChatBody(await readText(request)), signalOf(response));
      send(response, 200, completion(name, generation));
      return;
    }
    default:
      send(response, 404, { error: { message: `Nothing here: ${request.method ?? ''} ${request.url ?? ''}` } });
      return;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > LARGEST_BODY_CHARACTERS) throw new UnservableRequest('The request is larger than 4 MB.');
  }
  return text;
}

function readChatBody(text: string): GenerationRequest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnservableRequest('The body is not JSON.');
  }
  const parsed = ChatBody.safeParse(json);
  if (!parsed.success) throw new UnservableRequest(z.prettifyError(parsed.error));
  const { messages, temperature, top_p: topP, max_tokens: maxTokens, seed, response_format: format } = parsed.data;
  const jsonSchema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  return { messages, temperature, topP, maxTokens, seed, jsonSchema };
}

/** Aborted when the caller hangs up before the answer is sent. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) controller.abort();
  });
  return controller.signal;
}

function completion(model: string, generation: Generation): object {
  const { content, finishReason, promptTokens, completionTokens } = generation;
  return {
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
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
