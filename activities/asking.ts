// Asks a language model many questions so that nothing is paid twice: what the response log holds is taken from there, and
// every answer and every billed failure is logged before it counts.

import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { LanguageModelUse } from '../contracts/campaign.ts';
import type { Attempt } from '../contracts/samples.ts';
import type { TokenUse } from '../contracts/status.ts';
import { uniformAt } from '../core/random/philox.ts';
import { askAtOnce } from './asking-at-once.ts';
import { askByBatch } from './asking-by-batch.ts';
import type { ChunkWork } from './chunks.ts';
import { writeLedger, type Account } from './ledger.ts';
import { openRequestBook, type BookedRequest, type RequestBook } from './request-book.ts';
import { isAnswer, momentId } from './request-record.ts';
import type { ChatChoice, ChatMessage, OpenEndpoint, RequestHash, ResponseSchema } from './ports/language-model.ts';

export interface AskingPorts {
  readonly openEndpoint: OpenEndpoint;
  readonly requestHash: RequestHash;
}

export interface Question {
  /** Of its own among the questions asked under one key. */
  readonly id: string;
  readonly messages: readonly ChatMessage[];
  /** Answers wanted, each with a seed of its own. */
  readonly choices: number;
  readonly responseSchema?: ResponseSchema;
}

export interface Role extends Account {
  /** Seeds are drawn from it with the question's id. */
  readonly key: string;
}

export type Answer =
  | { readonly kind: 'choice'; readonly choice: ChatChoice; readonly requestHash: string }
  | {
      readonly kind: 'failure';
      /** `unusable-answer`, `request-refused` or `unanswered-in-batch`. */
      readonly reason: string;
      /** In the server's words. */
      readonly detail: string;
      readonly requestHash: string;
    };

export interface Answers {
  /** By question id, as many as it has choices. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  readonly ledger: TableRef<'ledger'> | null;
  readonly tokens: TokenUse;
}

/** Rows of a chunk whose rows are each asked about: minutes of work for a slow server. */
const requestsPerChunk = 16;

/** A batch costs hours whatever its size, so a chunk that is filed with a vendor is large. */
const requestsPerBatch = 2048;

/** From this many requests on, a chunk of which none could be answered says something of all requests. */
const tellingRequests = 8;

export function chunkRowsFor({ endpoint }: LanguageModelUse): number {
  return endpoint.route === 'batch' ? requestsPerBatch : requestsPerChunk;
}

/** A request's seed: 31 bits drawn from the stream `text`. */
export function drawnSeed(text: string, index: number): number {
  return Math.floor(uniformAt(text, index) * 0x7fff_ffff);
}

/** The text of an answer; '' where none came, or one that was cut short: that says nothing, whatever its last words look like. */
export function wholeText(answer: Answer): string {
  return answer.kind === 'choice' && answer.choice.finishReason !== 'length' ? answer.choice.content : '';
}

/** A row of words: `id` and its answers' texts. */
export function attemptOf(id: string, answers: readonly Answer[]): Attempt {
  return { id, responses: answers.map(wholeText), requestHashes: answers.map(({ requestHash }) => requestHash) };
}

/**
 * Answers every question as often as it says, or says why not. A failure of single requests is data; one of all is not.
 * @throws {TransientError} when something is left to ask and the server must be given time; what was answered is kept
 * @throws {PermanentError} `RequestRefused` when the server refuses the key or the model, or every request
 */
export async function askAll(
  ports: AskingPorts,
  role: Role,
  questions: readonly Question[],
  work: Pick<ChunkWork, 'store' | 'signal'>,
): Promise<Answers> {
  const log = work.store.responseLog(role.use.endpoint.model);
  await log.refresh();
  const groups = questions.map((question) => requestsOf(question, role, ports.requestHash));
  const book = openRequestBook(log);
  const model = () => ports.openEndpoint(role.use.endpoint);
  const ask = role.use.endpoint.route === 'batch' ? askByBatch : askAtOnce;
  const capabilities = await ask({ book, model, groups, signal: work.signal });
  await assertSomeAnswered(book, groups.flat(), role);
  const { ledger, tokens } = await writeLedger(work.store, {
    account: role,
    book,
    requests: groups.flat(),
    capabilities,
  });
  const answers = questions.map(
    ({ id }, place) => [id, (groups[place] ?? []).map((one) => answerIn(book, one))] as const,
  );
  return { answers: new Map(answers), ledger, tokens };
}

function requestsOf(
  { id, messages, choices, responseSchema }: Question,
  { key, use }: Role,
  requestHash: RequestHash,
): readonly BookedRequest[] {
  return Array.from({ length: choices }, (_, choice) => {
    const seed = drawnSeed(`${key}/${id}`, choice);
    const asked = { model: use.endpoint.model, messages, sampling: use.sampling, seed };
    const request = responseSchema === undefined ? asked : { ...asked, responseSchema };
    return { request, hash: requestHash(request) };
  });
}

function answerIn(book: RequestBook, { hash }: BookedRequest): Answer {
  const { answer } = book.recordOf(hash);
  if (answer !== null) return { kind: 'choice', choice: answer.choice, requestHash: hash };
  const failure = book.failureOf(hash);
  if (failure !== null) return { kind: 'failure', ...failure, requestHash: hash };
  throw new Error(`Request ${hash} has neither an answer nor a failure after all were asked; this is a defect.`);
}

/**
 * A chunk in which nothing could be answered is no chunk of bad luck, unless it is small and something came of this model
 * before. Its failures are forgiven, so that its requests are asked again once somebody has mended the cause.
 */
async function assertSomeAnswered(
  book: RequestBook,
  requests: readonly BookedRequest[],
  { stage, use }: Role,
): Promise<void> {
  const [first] = requests;
  if (first === undefined || requests.some(({ hash }) => book.recordOf(hash).answer !== null)) return;
  if (requests.length < tellingRequests && (await book.log.some(isAnswer))) return;
  const { reason, detail } = book.failureOf(first.hash) ?? { reason: 'unknown', detail: '' };
  const id = momentId();
  await book.append(requests.map(({ hash }) => ({ hash, id, event: { kind: 'pardon' } })));
  throw new PermanentError(
    FailureType.RequestRefused,
    `Stage ${stage}: model "${use.endpoint.model}" gave nothing usable for any of ${requests.length} requests, at least 1 was ` +
      `expected. The first one: ${reason}: ${detail}. ` +
      'Mend the server, the model or the form that is asked for, and run the campaign again: what is logged is found.',
  );
}
