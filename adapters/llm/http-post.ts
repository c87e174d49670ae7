// One POST of JSON and its whole answer. Built on node:http because fetch in Node gives up after five minutes without
// headers, which a long answer of a slow model needs, and takes no other limit.

import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface PostInput {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Rejects with Node's own error (`code` ECONNREFUSED, ECONNRESET, ...), also when the connection ends before the answer.
 * Every request has its own connection: a kept one may be closed by the server at the moment it is used again.
 */
export function postJson({ url, headers, body, signal }: PostInput): Promise<PostAnswer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        signal,
        headers: { ...headers, 'content-type': 'application/json', 'content-length': String(bytes.length) },
      },
      (response) => {
        const pieces: Buffer[] = [];
        let size = 0;
        response.on('data', (piece: Buffer) => {
          size += piece.length;
          if (size > LARGEST_ANSWER_BYTES) response.destroy(new Error('the answer is larger than 64 MiB'));
          else pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () => {
          const answer = { status: response.statusCode ?? 0, headers: response.headers };
          resolve({ ...answer, body: Buffer.concat(pieces).toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}
