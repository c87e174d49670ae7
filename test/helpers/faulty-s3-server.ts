// An S3 server in memory that misbehaves on demand, for the faults that a good server cannot be asked for.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request in place of the server; false leaves it to the server. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface FaultyS3Server {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** Method and path of every request, in order. */
  readonly requests: string[];
  stop(): Promise<void>;
}

/** Ignores conditions on writes, as some real servers do; one bucket of any name. */
export async function startFaultyS3Server(fault: Fault = () => false): Promise<FaultyS3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    readBody(request).then(
      (body) => {
        if (!fault(request, response)) answer(objects, request, body, response);
      },
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    objects,
    requests,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with the XML that S3 wraps its errors in. */
export function refuse(response: ServerResponse, status: number, code: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>as asked</Message></Error>`);
  return true;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function answer(objects: Map<string, Buffer>, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const key = url.pathname.split('/').slice(2).join('/');
  const found = objects.get(key);
  if (request.method === 'PUT') {
    objects.set(key, body);
    response.end();
  } else if (request.method === 'DELETE') {
    objects.delete(key);
    response.writeHead(204).end();
  } else if (key === '') {
    response.end(listing([...objects.keys()].filter((name) => name.startsWith(url.searchParams.get('prefix') ?? ''))));
  } else if (found === undefined) {
    refuse(response, 404, 'NoSuchKey');
  } else {
    response.writeHead(200, { 'content-length': found.length });
    response.end(request.method === 'HEAD' ? undefined : found);
  }
}

function listing(keys: readonly string[]): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
}
