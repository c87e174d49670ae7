// A server on loopback that speaks what the Hugging Face hub speaks for models (revision, tree, resolve with ranges, large files
// by redirection to a host of another name), and that can cut a download short, change a byte, refuse, or ignore ranges.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubFault {
  /** Sends this many bytes of a file and breaks the connection. */
  readonly cutAfter?: number;
  /** Sends the whole file whatever range was asked for. */
  readonly ignoresRanges?: boolean;
}

export interface HubServer {
  readonly url: string;
  /** `METHOD path range authorization` of each request, `-` for what is absent. */
  readonly requests: string[];
  /** Files of the repository by path, as they are now; what the tree says of them is said of `listed`. */
  readonly files: Map<string, Buffer>;
  /** Faults of the next downloads of a path, used up one by one. */
  readonly faults: Map<string, HubFault[]>;
  /** Bytes that were sent of each path. */
  readonly sent: Map<string, number>;
  /** What `main` is. */
  commit: string;
  /** The token that is asked for, where the repository is private. */
  token: string | null;
  close(): Promise<void>;
}

/** Paths with this ending lie in large file storage, listed by their SHA-256; others are git objects. */
const LARGE = '.safetensors';
/** Where those are delivered from, to whoever asks. */
const CDN = '/cdn/';

export async function startHubServer(repository: string, listed: ReadonlyMap<string, Buffer>): Promise<HubServer> {
  const http = createServer((request, response) => answer(server, repository, listed, request, response));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: HubServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    files: new Map(listed),
    faults: new Map(),
    sent: new Map(),
    commit: '0123456789abcdef0123456789abcdef01234567',
    token: null,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

function answer(
  server: HubServer,
  repository: string,
  listed: ReadonlyMap<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', server.url);
  const { range = '-', authorization = '-' } = request.headers;
  server.requests.push(`${request.method} ${pathname} ${range} ${authorization}`);
  if (pathname.startsWith(CDN)) {
    const path = pathname.slice(CDN.length);
    sendFile(server, response, path, server.files.get(path)!, request.headers.range);
    return;
  }
  if (server.token !== null && authorization !== `Bearer ${server.token}`) {
    refuse(response, 401);
    return;
  }
  const api = `/api/models/${repository}`;
  const revision = pathname.startsWith(`${api}/revision/`) && pathname.slice(`${api}/revision/`.length);
  if (revision) {
    if (revision !== 'main' && revision !== server.commit) {
      refuse(response, 404);
      return;
    }
    json(response, { _id: 'x', id: repository, sha: server.commit, lastModified: '2026-01-01T00:00:00.000Z' });
    return;
  }
  if (pathname === `${api}/tree/${server.commit}`) {
    listPage(server, response, listed, `${server.url}${pathname}`, searchParams.get('cursor'));
    return;
  }
  const resolve = `/${repository}/resolve/${server.commit}/`;
  const path = pathname.startsWith(resolve) ? pathname.slice(resolve.length) : '';
  const bytes = server.files.get(path);
  if (bytes === undefined) refuse(response, 404);
  else if (path.endsWith(LARGE)) redirect(server, response, path, bytes);
  else sendFile(server, response, path, bytes, request.headers.range);
}

/** Two pages, so that the second has to be asked for. */
function listPage(
  server: HubServer,
  response: ServerResponse,
  listed: ReadonlyMap<string, Buffer>,
  url: string,
  cursor: string | null,
): void {
  const entries = [...listed].map(([path, bytes]) => {
    const oid = gitDigest(bytes);
    const lfs = { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 130 };
    return { type: 'file', path, size: bytes.length, oid, ...(path.endsWith(LARGE) && { lfs }) };
  });
  const half = Math.ceil(entries.length / 2);
  if (cursor === null) response.setHeader('Link', `<${url}?cursor=2>; rel="next"`);
  json(
    response,
    cursor === null ? [{ type: 'directory', path: 'onnx' }, ...entries.slice(0, half)] : entries.slice(half),
  );
}

function redirect(server: HubServer, response: ServerResponse, path: string, bytes: Buffer): void {
  response.writeHead(302, {
    Location: `${server.url.replace('127.0.0.1', 'localhost')}${CDN}${path}`,
    'X-Linked-Etag': `"${createHash('sha256').update(bytes).digest('hex')}"`,
    'X-Linked-Size': bytes.length,
  });
  response.end();
}

function sendFile(
  server: HubServer,
  response: ServerResponse,
  path: string,
  bytes: Buffer,
  range: string | undefined,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const isProbe = range === 'bytes=0-0';
  const fault = isProbe ? undefined : server.faults.get(path)?.shift();
  const ranged = from !== undefined && fault?.ignoresRanges !== true;
  const [start, end] = ranged ? [Number(from), Math.min(Number(to), bytes.length - 1)] : [0, bytes.length - 1];
  const part = bytes.subarray(start, end + 1);
  response.writeHead(ranged ? 206 : 200, {
    'Content-Length': part.length,
    'Accept-Ranges': 'bytes',
    ETag: `"${gitDigest(bytes)}"`,
    ...(ranged && { 'Content-Range': `bytes ${start}-${end}/${bytes.length}` }),
  });
  const delivered = part.subarray(0, fault?.cutAfter ?? part.length);
  if (!isProbe) server.sent.set(path, (server.sent.get(path) ?? 0) + delivered.length);
  if (delivered.length === part.length) response.end(part);
  else response.write(delivered, () => setTimeout(() => response.destroy(), 20));
}

function gitDigest(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error: status === 401 ? 'Invalid username or password.' : 'Repository not found' }));
}
