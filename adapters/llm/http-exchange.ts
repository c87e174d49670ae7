// One HTTP request and its whole answer. Built on node:http because fetch in Node gives up after five minutes without
// headers, which a long answer of a slow model needs, and takes no other limit.

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The connection ended within the body: what had come by then. */
export class BrokenBody extends Error {
  readonly begun: HttpAnswer;

  constructor(cause: Error, begun: HttpAnswer) {
    super(cause.message, { cause });
    this.begun = begun;
  }
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: none is sent. */
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
  /** 64 MiB unless told otherwise. */
  readonly largestAnswerBytes?: number;
}

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

// Servers close a connection that was idle for five seconds (uvicorn, llama.cpp) or longer. One that was idle for two is
// closed from here, so that no request is sent into a connection that the server closes at that moment: whether it was
// answered, and billed, could not be told. A server that announces a shorter time in `keep-alive` is obeyed.
const KEEP = { keepAlive: true, timeout: 2000 };
const agents = { 'http:': new HttpAgent(KEEP), 'https:': new HttpsAgent(KEEP) };

/**
 * Connections are kept and used again. Nothing is ever sent twice.
 * Rejects with Node's own error (`code` ECONNREFUSED, ECONNRESET, ...), also when the connection ends before the answer.
 * @throws {BrokenBody} when it ends within the answer
 */
export function exchange(question: HttpQuestion): Promise<HttpAnswer> {
  const { method, url, headers, body, signal, largestAnswerBytes = LARGEST_ANSWER_BYTES } = question;
  const secure = url.protocol === 'https:';
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      { method, agent: agents[secure ? 'https:' : 'http:'], signal, headers: { ...headers, ...length } },
      (response) => {
        readWhole(response, largestAnswerBytes).then(resolve, reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function readWhole(response: IncomingMessage, largestBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const received = (): HttpAnswer => {
      return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
    };
    response.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > largestBytes) response.destroy(new Error(`the answer is larger than ${largestBytes} bytes`));
      else pieces.push(piece);
    });
    response.on('error', (error) => {
      reject(new BrokenBody(error, received()));
    });
    response.on('end', () => {
      resolve(received());
    });
  });
}
