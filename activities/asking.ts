// One request to a language model, answered from the response log where it stands there already.

import type { TokenUse } from '../contracts/status.ts';
import { uniformAt } from '../core/random/philox.ts';
import type { ChatEndpoint, ChatRequest, ChatResponse, OpenEndpoint, RequestHash } from './ports/language-model.ts';
import type { Store } from './ports/store.ts';

export interface AskingPorts {
  readonly openEndpoint: OpenEndpoint;
  readonly requestHash: RequestHash;
}

/** A request takes seconds, so a chunk is few of them. */
export const requestsPerChunk = 4;

/** Answers a request from the response log, or asks and logs: nothing is paid twice. */
export async function answerOnce(
  { requestHash }: Pick<AskingPorts, 'requestHash'>,
  store: Store,
  endpoint: ChatEndpoint,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatResponse> {
  const hash = requestHash(request);
  const logged = await store.readResponse(hash);
  if (logged !== null) return (JSON.parse(new TextDecoder().decode(logged)) as { response: ChatResponse }).response;
  const response = await endpoint.complete(request, signal);
  await store.writeResponse(hash, new TextEncoder().encode(JSON.stringify({ request, response })));
  return response;
}

export function tokensOf({ promptTokens, completionTokens }: ChatResponse): TokenUse {
  return { requests: 1, promptTokens, completionTokens };
}

/** A request's seed: 31 bits drawn from the stream `text`. */
export function drawnSeed(text: string, index: number): number {
  return Math.floor(uniformAt(text, index) * 0x7fff_ffff);
}
