// A vendor's batch interface in memory: files, batches that take a few looks to end, outputs in another order. By chat it
// greets whoever probes it.

import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of one request of a batch. */
export type BatchFate = 'answered' | 'refused' | 'unusable' | 'left';

export interface BatchServerSettings {
  /** Asked for each request by its id; `left`: the batch ends before its turn. */
  readonly fate?: (customId: string) => BatchFate;
  /** The state that batches end in. */
  readonly ending?: 'completed' | 'expired' | 'cancelled' | 'failed';
  /** Looks at a batch before it has ended. */
  readonly looks?: number;
  /** Batches on one page of the list. */
  readonly page?: number;
}

export interface FiledBatch {
  readonly id: string;
  readonly input_file_id: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: string;
  looks: number;
}

export interface BatchServer {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** Content by file id; what is taken out was deleted by the vendor. */
  readonly files: Map<string, string>;
  /** Oldest first; what is taken out is known no more. */
  readonly batches: FiledBatch[];
  /** Method and path of every request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startBatchServer(settings: BatchServerSettings = {}): Promise<BatchServer> {
  const state: State = { files: new Map(), batches: [], requests: [], settings, asked: new Map() };
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer(state, request, body))
      .then(
        ({ status, body }) => response.writeHead(status).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State extends Pick<BatchServer, 'files' | 'batches' | 'requests'> {
  readonly settings: BatchServerSettings;
  /** What each batch asks, by its id: also once its file is deleted. */
  readonly asked: Map<string, readonly Line[]>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function answer(state: State, request: IncomingMessage, body: Buffer): Reply {
  const url = new URL(request.url ?? '/', 'http://localhost');
  state.requests.push(`${request.method ?? ''} ${url.pathname}`);
  const [, , kind, id] = url.pathname.split('/');
  if (kind === 'chat') return json(greeting);
  if (kind === 'files' && request.method === 'POST') return json(upload(state, request, body));
  if (kind === 'files') return fileOf(state, id ?? '');
  if (kind === 'batches' && request.method === 'POST') return json(createBatch(state, body));
  if (kind === 'batches' && id === undefined) return json(list(state, url.searchParams));
  const batch = state.batches.find((one) => one.id === id);
  if (batch === undefined) return { status: 404, body: '{"error":{"message":"no such batch"}}' };
  return json(look(state, batch));
}

const greeting = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
};

function json(value: object): Reply {
  return { status: 200, body: JSON.stringify(value) };
}

function upload(state: State, request: IncomingMessage, body: Buffer): object {
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  const parts = body.toString().split(`--${boundary}`).slice(1, -1);
  const part = (name: string): string => {
    const [, content] = parts.find((one) => one.includes(`name="${name}"`))?.split(/\r\n\r\n([^]*)\r\n$/) ?? [];
    return content ?? '';
  };
  if (part('purpose') !== 'batch') throw new Error(`purpose is "${part('purpose')}"`);
  const id = `file-${state.files.size + 1}`;
  state.files.set(id, part('file'));
  return { id, purpose: 'batch' };
}

function fileOf({ files }: State, id: string): Reply {
  const content = files.get(id);
  return content === undefined
    ? { status: 404, body: '{"error":{"message":"no such file"}}' }
    : { status: 200, body: content };
}

function createBatch(state: State, body: Buffer): object {
  const asked = JSON.parse(body.toString()) as Record<string, unknown>;
  if (asked['endpoint'] !== '/v1/chat/completions' || asked['completion_window'] !== '24h')
    throw new Error('bad batch');
  const batch: FiledBatch = {
    id: `batch-${state.asked.size + 1}`,
    input_file_id: String(asked['input_file_id']),
    metadata: asked['metadata'] as Record<string, string>,
    status: 'validating',
    looks: 0,
  };
  const lines = (state.files.get(batch.input_file_id) ?? '').trim().split('\n');
  state.asked.set(
    batch.id,
    lines.map((line) => JSON.parse(line) as Line),
  );
  state.batches.push(batch);
  return describe(state, batch);
}

function list(state: State, query: URLSearchParams): object {
  const newestFirst = state.batches.toReversed();
  const start = newestFirst.findIndex(({ id }) => id === query.get('after')) + 1;
  const page = newestFirst.slice(start, start + (state.settings.page ?? 100));
  return { data: page.map((one) => describe(state, one)), has_more: start + page.length < newestFirst.length };
}

function look(state: State, batch: FiledBatch): object {
  batch.looks += 1;
  if (batch.looks > (state.settings.looks ?? 1)) batch.status = state.settings.ending ?? 'completed';
  else batch.status = 'in_progress';
  return describe(state, batch);
}

interface Line {
  readonly custom_id: string;
  readonly body: { readonly messages: readonly { readonly content: string }[] };
}

function describe(state: State, batch: FiledBatch): object {
  const { settings, files } = state;
  const asked = state.asked.get(batch.id) ?? [];
  const failed = batch.status === 'failed';
  const fateOf = ({ custom_id: id }: Line): BatchFate => settings.fate?.(id) ?? 'answered';
  const written = asked.filter((line) => fateOf(line) === 'answered' || fateOf(line) === 'unusable').reverse();
  const refused = asked.filter((line) => fateOf(line) === 'refused');
  const ended = !['validating', 'in_progress', 'failed'].includes(batch.status);
  if (ended && files.has(batch.input_file_id)) {
    files.set(`${batch.id}-output`, written.map((line) => outputLine(line, fateOf(line))).join(''));
    files.set(`${batch.id}-errors`, refused.map(errorLine).join(''));
  }
  return {
    ...batch,
    object: 'batch',
    created_at: Math.floor(Date.now() / 1000),
    output_file_id: ended && written.length > 0 ? `${batch.id}-output` : null,
    error_file_id: ended && refused.length > 0 ? `${batch.id}-errors` : null,
    errors: failed ? { data: [{ message: 'the file is no good', line: 1 }] } : null,
    request_counts: failed
      ? { total: 0, completed: 0, failed: 0 }
      : { total: asked.length, completed: ended ? written.length : 0, failed: ended ? refused.length : 0 },
  };
}

function outputLine({ custom_id: id, body }: Line, fate: BatchFate): string {
  const message = { role: 'assistant', content: `answer to ${body.messages.at(-1)?.content ?? ''}` };
  const choices = fate === 'unusable' ? [] : [{ index: 0, message, finish_reason: 'stop' }];
  const answered = { choices, usage: { prompt_tokens: 7, completion_tokens: 5 } };
  return `${JSON.stringify({ custom_id: id, response: { status_code: 200, body: answered }, error: null })}\n`;
}

function errorLine({ custom_id: id }: Line): string {
  const response = { status_code: 400, body: { error: { message: 'too long' } } };
  return `${JSON.stringify({ custom_id: id, response, error: null })}\n`;
}
