// Language models as activities see them: one chat request in, one stored answer out.

import type { Endpoint, SamplingParameters } from '../../contracts/campaign.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: SamplingParameters;
  /** Sent as `seed`; servers that ignore it still get a distinct request hash for every draw. */
  readonly seed: number;
}

export interface ChatResponse {
  readonly content: string;
  readonly reasoning: string | null;
  /** `length` means cut short: never a valid solution. */
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/**
 * One OpenAI-compatible endpoint. Requests run at the pace the server allows (AIMD on 429).
 * @throws {PermanentError} `RequestRefused` for 400, 401, 403, 404, 422
 * @throws {TransientError} for 408, 409, 429, 5xx, broken connections and time-outs
 */
export interface ChatEndpoint {
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatResponse>;
}

export type OpenEndpoint = (endpoint: Endpoint) => Promise<ChatEndpoint>;

/** Canonical hash of what determines an answer: endpoint model, messages, sampling, seed. */
export type RequestHash = (request: ChatRequest) => string;
