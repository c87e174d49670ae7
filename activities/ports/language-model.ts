// Language models as activities see them: a chat request in, one or several answers out, at once or by a vendor's batch.

import type { Endpoint } from '../../contracts/campaign.ts';
import { PermanentError } from '../../contracts/failures.ts';
import type { SamplingParameters } from '../../contracts/samples.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ResponseSchema {
  readonly name: string;
  /** JSON Schema. */
  readonly schema: object;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: SamplingParameters;
  /** Sent as `seed`; servers that ignore it still get a distinct request hash for every draw. */
  readonly seed: number;
  /** Absent: the answer is free text. */
  readonly responseSchema?: ResponseSchema;
}

export interface TokenLogprob {
  readonly token: string;
  /** Natural logarithm. */
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

export interface ChatChoice {
  readonly content: string;
  readonly reasoning: string | null;
  /** `length` means cut short: never a valid solution. */
  readonly finishReason: string;
  /** Null unless they were asked for and the server gives them. */
  readonly logprobs: readonly TokenLogprob[] | null;
}

export interface ChatUsage {
  readonly promptTokens: number;
  /** Of the prompt tokens, those that the server had cached. */
  readonly cachedTokens: number;
  /** Over all choices, reasoning included. */
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  /** True where the server sent no usage and tokens were counted from the texts, erring high. */
  readonly estimated: boolean;
  /** As the server sent it. */
  readonly raw: unknown;
}

export interface ChatResponse {
  /** As many as were asked for, or fewer, but at least one, where the server gives no more of them at once. */
  readonly choices: readonly ChatChoice[];
  readonly usage: ChatUsage;
}

/** How many answers are wanted of one prompt, and whether with the likeliest tokens of every place. */
export interface AnswerOptions {
  /** More than 1 only where `capabilities` says that the server honours `n`. */
  readonly choices?: number;
  readonly topLogprobs?: number;
}

/** What a server was seen to honour, by one tiny request. */
export interface Capabilities {
  readonly choices: boolean;
  readonly seed: 'accepted' | 'refused';
  readonly logprobs: boolean;
  /** The form of `response_format` that gave JSON of the schema; null: none did. */
  readonly schema: 'nested' | 'top-level' | null;
  readonly usage: boolean;
  /** Null where the server lists none. */
  readonly models: readonly string[] | null;
}

/** What the server billed for a try that gave nothing usable. */
export interface FailedTry {
  readonly reason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** True where one of them was counted from the texts. */
  readonly estimated: boolean;
}

/**
 * One model behind its servers. Requests run at the pace the servers allow (AIMD on 429 and rate-limit headers).
 * @throws {RefusedRequest} for 400, 401, 403, 404, 413, 422
 * @throws {TransientError} for 408, 409, 429, 5xx, connections that broke before an answer and time-outs, and at once instead of waiting where
 * a server asks to be left alone for longer than a minute
 * @throws {UnusableAnswer} when an answer came that cannot be used: cut off by a broken connection, not whole JSON, of
 * another shape, without choices
 */
export interface ChatEndpoint {
  complete(request: ChatRequest, signal: AbortSignal, options?: AnswerOptions): Promise<ChatResponse>;
  /** What all servers that answer honour. Each is asked once a process; one that is slower than another is not waited for. */
  capabilities(signal: AbortSignal): Promise<Capabilities>;
}

/** The server will not answer this request, however often it is asked. */
export class RefusedRequest extends PermanentError {
  /** HTTP status. */
  readonly status: number;

  constructor(message: string, status: number) {
    super('RequestRefused', message);
    this.status = status;
  }
}

/** An answer that came, perhaps was billed, and cannot be used. Asking again may help. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly failedTry: FailedTry;

  constructor(message: string, failedTry: FailedTry) {
    super(message);
    this.failedTry = failedTry;
  }
}

/** Requests filed together with a vendor, which answers them within a day. */
export interface BatchHandle {
  readonly server: string;
  readonly id: string;
}

export type BatchAnswer =
  | { readonly customId: string; readonly response: ChatResponse }
  | { readonly customId: string; readonly failure: string };

export interface BatchState {
  readonly state: 'running' | 'ended';
  readonly completed: number;
  readonly total: number;
  /** The vendor's own word, for people. */
  readonly detail: string;
}

/** The second route to the same models. Throws as `ChatEndpoint` does. */
export interface BatchEndpoint {
  /**
   * Files the requests, or finds the batch that they were filed in before.
   * @param known - batches of these requests that ended: what they left open is filed anew
   */
  submit(
    requests: readonly { readonly customId: string; readonly request: ChatRequest }[],
    signal: AbortSignal,
    known?: readonly BatchHandle[],
  ): Promise<BatchHandle>;
  /** One that the vendor does not know any more has ended. */
  poll(handle: BatchHandle, signal: AbortSignal): Promise<BatchState>;
  /** One answer for each request that the vendor answered or refused, in any order; none of a batch that it lost. */
  collect(handle: BatchHandle, signal: AbortSignal): Promise<readonly BatchAnswer[]>;
}

export interface LanguageModel {
  readonly chat: ChatEndpoint;
  readonly batch: BatchEndpoint;
}

export type OpenEndpoint = (endpoint: Endpoint) => Promise<LanguageModel>;

/** Canonical hash of what determines an answer: model, messages, sampling, seed, schema. */
export type RequestHash = (request: ChatRequest) => string;
