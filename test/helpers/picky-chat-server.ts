// A chat server that honours, ignores or refuses what it is told to: what a capability probe meets in the wild.

import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PickySettings {
  /** Absent: it has no list. */
  readonly models?: readonly string[];
  /** Models that it answers for; absent: any. */
  readonly serves?: readonly string[];
  /** The only key that it takes; absent: any. */
  readonly key?: string;
  /** Fields that it refuses to hear of, with this status. */
  readonly refuses?: readonly string[];
  readonly refusalStatus?: number;
  /** Fields that it overlooks. */
  readonly ignores?: readonly string[];
  /** The form of `response_format` that it understands; in another form it is overlooked. */
  readonly schemaForm?: 'nested' | 'top-level';
  /** Property names in a schema that it refuses. */
  readonly refusedProperty?: string;
  readonly usage?: boolean;
  /** A model that thinks until its tokens are used up. */
  readonly thinks?: boolean;
}

export interface PickyChatServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** Bodies of the questions, in order. */
  readonly asked: Record<string, unknown>[];
  close(): Promise<void>;
}

export async function startPickyChatServer(settings: PickySettings): Promise<PickyChatServer> {
  const asked: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { models, key } = settings;
      if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
        refuse(response, 401, 'Incorrect API key provided');
      } else if (request.method === 'GET') {
        if (models === undefined) refuse(response, 404, 'no such page');
        else response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id })) }));
      } else {
        const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
        asked.push(body);
        answer(settings, body, response);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status).end(JSON.stringify({ error: { message } }));
}

function answer(settings: PickySettings, body: Record<string, unknown>, response: ServerResponse): void {
  const { serves, refuses = [], ignores = [], refusedProperty, usage = true, thinks = false } = settings;
  const refused = refuses.find((field) => body[field] !== undefined);
  if (serves !== undefined && !serves.includes(String(body['model']))) {
    refuse(response, 404, `The model ${String(body['model'])} does not exist.`);
    return;
  }
  if (refused !== undefined) {
    const instead = refused === 'max_tokens' ? "; use 'max_completion_tokens'" : '';
    refuse(response, settings.refusalStatus ?? 400, `Unsupported parameter: ${refused}${instead}`);
    return;
  }
  if (refusedProperty !== undefined && JSON.stringify(body['response_format'] ?? '').includes(refusedProperty)) {
    refuse(response, 400, `Invalid schema: ${refusedProperty}`);
    return;
  }
  const told = (field: string): boolean => body[field] !== undefined && !ignores.includes(field);
  const content = thinks ? '' : heldToSchema(settings, body) ? '{"ok": true}' : 'Hello!';
  const choice = {
    message: { role: 'assistant', content, ...(thinks ? { reasoning_content: 'Hm,' } : {}) },
    finish_reason: thinks ? 'length' : 'stop',
    ...(told('logprobs') ? { logprobs: { content: [{ token: 'Hello', logprob: -1, top_logprobs: [] }] } } : {}),
  };
  const choices = Array.from({ length: told('n') ? Number(body['n']) : 1 }, (_, index) => ({ index, ...choice }));
  response.end(
    JSON.stringify({
      choices,
      ...(usage ? { usage: { prompt_tokens: 3, completion_tokens: 2 * choices.length } } : {}),
    }),
  );
}

function heldToSchema({ schemaForm }: PickySettings, body: Record<string, unknown>): boolean {
  const format = body['response_format'] as { json_schema?: object; schema?: object } | undefined;
  if (schemaForm === 'nested') return format?.json_schema !== undefined;
  return schemaForm === 'top-level' && format?.schema !== undefined;
}
