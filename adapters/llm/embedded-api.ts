// The chat completions API as the embedded server speaks it: what it takes, and the shape of what it gives.

import { z } from 'zod';
import { UnservableRequest } from './embedded-model.ts';
import type { Choice, Generation, GenerationRequest } from './embedded-model.ts';
import type { ScoredToken, TokenProbability } from './embedded-logprobs.ts';

const MOST_CHOICES = 128;
const MOST_ALTERNATIVES = 20;

const schema = z.looseObject({});

const ResponseFormat = z.union([
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object'), schema: schema.optional() }),
  // OpenAI's form, then llama.cpp's.
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema }) }),
  z.object({ type: z.literal('json_schema'), schema }),
]);

// Strict, because a field that is passed over changes answers silently; zero penalties change nothing.
const ChatBody = z.strictObject({
  model: z.string().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  temperature: z.number().min(0).max(10).default(1),
  top_p: z.number().gt(0).max(1).default(1),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  seed: z.int().default(0),
  n: z.int().min(1).max(MOST_CHOICES).default(1),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).default([]),
  logprobs: z.boolean().default(false),
  top_logprobs: z.int().min(0).max(MOST_ALTERNATIVES).optional(),
  response_format: ResponseFormat.optional(),
  stream: z.literal(false).optional(),
  presence_penalty: z.literal(0).optional(),
  frequency_penalty: z.literal(0).optional(),
  user: z.string().optional(),
});

export interface ChatQuestion {
  readonly model: string | undefined;
  readonly request: GenerationRequest;
}

/** @throws {UnservableRequest} for a body that is no JSON, or asks for what the embedded model does not have */
export function readChatBody(text: string): ChatQuestion {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnservableRequest('The body is not JSON.');
  }
  const parsed = ChatBody.safeParse(withoutNulls(json));
  if (!parsed.success) throw new UnservableRequest(z.prettifyError(parsed.error));
  const { model, messages, temperature, top_p: topP, seed, n: choices, stop, response_format: format } = parsed.data;
  const { logprobs, top_logprobs: alternatives = 0, max_tokens, max_completion_tokens } = parsed.data;
  if (alternatives > 0 && !logprobs) throw new UnservableRequest('top_logprobs needs logprobs to be true.');
  const request: GenerationRequest = {
    messages,
    temperature,
    topP,
    seed,
    choices,
    stop: [stop].flat(),
    maxTokens: max_completion_tokens ?? max_tokens,
    jsonSchema: format && schemaOf(format),
    alternatives: logprobs ? alternatives : undefined,
  };
  return { model, request };
}

/** OpenAI's clients write null for what is not set. */
function withoutNulls(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function schemaOf(format: z.infer<typeof ResponseFormat>): object | undefined {
  if (format.type === 'text') return undefined;
  if (format.type === 'json_object') return format.schema ?? { type: 'object', additionalProperties: true };
  return 'json_schema' in format ? format.json_schema.schema : format.schema;
}

export function completion(model: string, { choices, promptTokens, completionTokens }: Generation): object {
  return {
    object: 'chat.completion',
    model,
    choices: choices.map(({ content, finishReason, scores }: Choice, index) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: finishReason,
      logprobs: scores === undefined ? null : { content: scores.map(scoredToken) },
    })),
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      // No prompt is kept for the next request: a kept one would be evaluated in other pieces.
      prompt_tokens_details: { cached_tokens: 0 },
    },
  };
}

function scoredToken({ alternatives, ...own }: ScoredToken): object {
  return { ...probability(own), top_logprobs: alternatives.map(probability) };
}

function probability({ token, logprob }: TokenProbability): object {
  // Half a character decodes to U+FFFD, whose bytes are not the token's.
  const bytes = token.includes('\uFFFD') ? null : [...Buffer.from(token)];
  return { token, logprob, bytes };
}
