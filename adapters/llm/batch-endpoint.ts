// The batch interface of OpenAI and of those who follow it: requests go in as a file, answers come back as files.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BatchAnswer, BatchEndpoint, BatchHandle, BatchState } from '../../activities/ports/language-model.ts';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import { batchInput, readInput, readOutput } from './batch-lines.ts';
import { usualForms } from './chat-body.ts';
import type { RequestForms } from './chat-body.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { ServerConnection } from './server-connection.ts';

/** A server that files batches. */
export interface BatchServer {
  readonly connection: ServerConnection;
  readonly weight: number;
  /** In which it takes what others take differently, batches too. */
  forms(signal: AbortSignal): Promise<RequestForms>;
}

const Batch = z.object({
  id: z.string(),
  status: z.string(),
  created_at: z.number().nullish(),
  input_file_id: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  errors: z.object({ data: z.array(z.object({ message: z.string().nullish() })).nullish() }).nullish(),
  request_counts: z.object({ total: z.number(), completed: z.number(), failed: z.number() }).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
type Batch = z.infer<typeof Batch>;

const BatchList = z.object({ data: z.array(Batch), has_more: z.boolean().nullish() });
const Created = z.object({ id: z.string() });

/** Names the requests of a batch in its metadata, so that the same requests filed again find the batch they are in. */
const CHUNK = 'diffract_chunk';
const ENDED = ['completed', 'failed', 'expired', 'cancelled'];
const LOST: BatchState = { state: 'ended', completed: 0, total: 0, detail: 'the server does not know it any more' };
const LARGEST_FILE_BYTES = 2 ** 30;
// A vendor keeps files for a month; what is older cannot be collected.
const OLDEST_SECONDS = 30 * 86_400;

export function createBatchEndpoint(servers: readonly BatchServer[]): BatchEndpoint {
  const serverAt = ({ server }: BatchHandle): ServerConnection => {
    const found = servers.find(({ connection }) => connection.url === server);
    if (found) return found.connection;
    throw new PermanentError(
      FailureType.InvalidConfig,
      `A batch is under way at ${server}, which is no server of the endpoint any more. Put it back until the batch ended.`,
    );
  };
  return {
    async submit(requests, signal, known = []) {
      // Its name is that of the requests, whatever form a server takes them in.
      const chunk = createHash('sha256').update(batchInput(requests, usualForms)).digest('hex');
      for (const { connection } of servers) {
        const ended = known.flatMap(({ server, id }) => (server === connection.url ? [id] : []));
        const found = await findBatch(connection, { chunk, ended }, signal);
        if (found) return { server: connection.url, id: found.id };
      }
      const { connection, forms } = chosen(servers, chunk);
      const input = batchInput(requests, await forms(signal));
      return { server: connection.url, id: await file(connection, input, chunk, signal) };
    },
    async poll(handle, signal) {
      const batch = await readBatch(serverAt(handle), handle.id, signal);
      return batch === null ? LOST : stateOf(batch);
    },
    async collect(handle, signal) {
      const connection = serverAt(handle);
      const batch = await readBatch(connection, handle.id, signal);
      return batch === null ? [] : collect(connection, batch, signal);
    },
  };
}

/** By weight, and the same server for the same chunk whenever it is asked. */
function chosen(servers: readonly BatchServer[], chunk: string): BatchServer {
  let place = (Number.parseInt(chunk.slice(0, 8), 16) / 2 ** 32) * servers.reduce((sum, { weight }) => sum + weight, 0);
  for (const server of servers) {
    place -= server.weight;
    if (place < 0) return server;
  }
  throw new PermanentError(FailureType.InvalidConfig, 'The endpoint has no server that could take a batch.');
}

/** The batch that these requests are in already: filed by an attempt that did not live to say so. */
async function findBatch(
  connection: ServerConnection,
  { chunk, ended }: { readonly chunk: string; readonly ended: readonly string[] },
  signal: AbortSignal,
): Promise<Batch | null> {
  const isWanted = (batch: Batch): boolean =>
    batch.metadata?.[CHUNK] === chunk && !ended.includes(batch.id) && isWorthKeeping(batch);
  let after = '';
  for (;;) {
    const { data, has_more: more } = await list(connection, `limit=100${after}`, signal);
    const found = data.find(isWanted);
    if (found) return found;
    const last = data.at(-1);
    if (!more || last === undefined || isOld(last)) return null;
    after = `&after=${encodeURIComponent(last.id)}`;
  }
}

async function list(
  connection: ServerConnection,
  query: string,
  signal: AbortSignal,
): Promise<z.infer<typeof BatchList>> {
  const listed = await connection.ask({ method: 'GET', path: `/batches?${query}`, signal });
  return readAs(BatchList, connection, listed);
}

/** One that ended without a single answer is filed anew. */
function isWorthKeeping(batch: Batch): boolean {
  const isRunning = !ENDED.includes(batch.status) && batch.status !== 'cancelling';
  return !isOld(batch) && (isRunning || (batch.request_counts?.completed ?? 0) > 0);
}

function isOld({ created_at: created }: Batch): boolean {
  return typeof created === 'number' && created < Date.now() / 1000 - OLDEST_SECONDS;
}

async function file(connection: ServerConnection, input: Buffer, chunk: string, signal: AbortSignal): Promise<string> {
  const { body, contentType } = multipart(input, chunk);
  const uploaded = await connection.ask({ method: 'POST', path: '/files', body, contentType, signal });
  const { id: inputFile } = readAs(Created, connection, uploaded);
  const batch = JSON.stringify({
    input_file_id: inputFile,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { [CHUNK]: chunk },
  });
  const created = await connection.ask({ method: 'POST', path: '/batches', body: batch, signal });
  return readAs(Created, connection, created).id;
}

function multipart(input: Buffer, chunk: string): { body: Buffer; contentType: string } {
  // The hash of the content cannot stand inside it as a line of its own.
  const boundary = `diffract-${chunk}`;
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n` +
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${chunk.slice(0, 16)}.jsonl"\r\n` +
    'content-type: application/jsonl\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), input, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}

/** Null when the vendor deleted it, or keeps it for another key. */
async function readBatch(connection: ServerConnection, id: string, signal: AbortSignal): Promise<Batch | null> {
  const path = `/batches/${encodeURIComponent(id)}`;
  const answer = await connection.ask({ method: 'GET', path, signal });
  if (answer.status !== 404) return readAs(Batch, connection, answer);
  // A server whose batches cannot be listed either says nothing of this one.
  await list(connection, 'limit=1', signal);
  return null;
}

function stateOf(batch: Batch): BatchState {
  const { total = 0, completed = 0, failed = 0 } = batch.request_counts ?? {};
  return {
    state: ENDED.includes(batch.status) ? 'ended' : 'running',
    completed: completed + failed,
    total,
    detail: [batch.status, failed > 0 ? `${failed} failed` : '', problemsOf(batch)].filter(Boolean).join('; '),
  };
}

function problemsOf({ errors }: Batch): string {
  return (errors?.data ?? []).flatMap(({ message }) => message ?? []).join('; ');
}

/**
 * Answers that came count whatever became of the batch; what never got one failed with the batch's own reason. Files that the
 * vendor deleted say nothing.
 */
async function collect(
  connection: ServerConnection,
  batch: Batch,
  signal: AbortSignal,
): Promise<readonly BatchAnswer[]> {
  if (!ENDED.includes(batch.status)) {
    throw new TransientError(`Batch ${batch.id} of ${connection.where} has not ended: it is ${batch.status}.`);
  }
  const filed = readInput(await readFile(connection, batch.input_file_id, signal));
  const answers = new Map<string, BatchAnswer>();
  // The error file first: should an id stand in both, the answer is what was paid for.
  for (const id of [batch.error_file_id, batch.output_file_id]) {
    if (!id) continue;
    for (const answer of readOutput(await readFile(connection, id, signal), filed))
      answers.set(answer.customId, answer);
  }
  const failure = [`the batch ${batch.status} before this request was answered`, problemsOf(batch)];
  for (const customId of filed.keys()) {
    if (!answers.has(customId)) answers.set(customId, { customId, failure: failure.filter(Boolean).join(': ') });
  }
  return [...answers.values()];
}

/** Empty when the vendor has it no more. */
async function readFile(connection: ServerConnection, id: string, signal: AbortSignal): Promise<Buffer> {
  const path = `/files/${encodeURIComponent(id)}/content`;
  const answer = await connection.ask({ method: 'GET', path, signal, largestAnswerBytes: LARGEST_FILE_BYTES });
  if (answer.status === 200) return answer.body;
  if (answer.status === 404) return Buffer.alloc(0);
  throw connection.refusal(answer);
}

function readAs<Shape>(schema: z.ZodType<Shape>, connection: ServerConnection, answer: HttpAnswer): Shape {
  if (answer.status === 404 || answer.status === 405) {
    throw new PermanentError(
      FailureType.RequestRefused,
      `${connection.refusal(answer).message}\nPerhaps this server has no batch interface: then write route: chat.`,
    );
  }
  if (answer.status !== 200) throw connection.refusal(answer);
  const text = answer.body.toString('utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const found = connection.excerpt(text);
    throw new TransientError(`The batch interface at ${connection.where} sent what it should not: ${found}`, {
      cause: error,
    });
  }
}
