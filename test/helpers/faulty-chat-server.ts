// A chat server that misbehaves on order: each question takes the next fault of the script, then all go well. It lists
// no models.

import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ChatFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'body'; readonly body: string; readonly headers?: Record<string, string> }
  | { readonly kind: 'message'; readonly message: Record<string, unknown>; readonly finishReason?: string }
  | { readonly kind: 'without-usage' };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** The port at the other end, which tells connections apart. */
  readonly port: number | undefined;
}

export interface FaultyChatServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export const goodMessage = { role: 'assistant', content: 'four' };
export const goodUsage = { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 };

export async function startFaultyChatServer(script: readonly ChatFault[]): Promise<FaultyChatServer> {
  const faults = [...script];
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.method === 'GET') {
        response.writeHead(404).end();
        return;
      }
      const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
      seen.push({ path: request.url ?? '', headers: request.headers, body, port: request.socket.remotePort });
      answer(response, faults.shift());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, fault: ChatFault | undefined): void {
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"choices": [');
      setTimeout(() => response.destroy(), 10);
      return;
    case 'status':
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '{"error":{"message":"as ordered"}}');
      return;
    case 'body':
      response.writeHead(200, fault.headers).end(fault.body);
      return;
    case 'message':
      response.end(completion(fault.message, fault.finishReason ?? 'stop', goodUsage));
      return;
    case 'without-usage':
      response.end(completion(goodMessage, 'stop', undefined));
      return;
    case undefined:
      response.end(completion(goodMessage, 'stop', goodUsage));
  }
}

function completion(message: Record<string, unknown>, finishReason: string, usage: object | undefined): string {
  return JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finishReason }],
    usage,
  });
}
