// Reads a chat completion as servers really send them: two names for reasoning, or reasoning inside the text; usage
// that may be missing; answers that cannot be used and were billed all the same.

import { z } from 'zod';
import type {
  AnswerOptions,
  ChatChoice,
  ChatRequest,
  ChatResponse,
  ChatUsage,
  FailedTry,
} from '../../activities/ports/language-model.ts';

/** The answer, or what is wrong with the body, in words, and what it cost. */
export type AnswerReading =
  | { readonly ok: true; readonly response: ChatResponse }
  | { readonly ok: false; readonly problem: string; readonly failedTry: FailedTry };

const count = z.number().int().nonnegative();

const Usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  // llama.cpp also says it at the top level.
  cached_tokens: count.nullish(),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});

const LikelyToken = z.object({ token: z.string(), logprob: z.number() });

const Choice = z.object({
  index: z.number().nullish(),
  message: z.object({
    content: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_content: z.string().nullish(),
  }),
  finish_reason: z.string(),
  logprobs: z
    .object({ content: z.array(LikelyToken.extend({ top_logprobs: z.array(LikelyToken).nullish() })).nullish() })
    .nullish(),
});

const Answer = z.object({ choices: z.array(Choice), usage: z.unknown().optional() });

const THINK_START = '<think>';
const THINK_END = '</think>';

export function readChatAnswer(body: string, request: ChatRequest, options: AnswerOptions = {}): AnswerReading {
  const unusable = (reason: string, problem: string): AnswerReading => ({
    ok: false,
    problem,
    failedTry: { reason, ...billedTokens(body, request) },
  });
  if (body.trim() === '') return unusable('empty-body', 'it is empty');
  const json = parseJson(body);
  if (json === undefined) return unusable('cut-short', 'it is not whole JSON');
  const parsed = Answer.safeParse(json);
  if (!parsed.success) {
    return unusable('wrong-shape', `it has not the shape of a chat completion (${firstIssue(parsed.error)})`);
  }
  const given = parsed.data.choices;
  if (given.length === 0) return unusable('no-choices', 'it has not the shape of a chat completion (choices: none)');
  const ordered = given.toSorted((first, second) => (first.index ?? 0) - (second.index ?? 0));
  const choices = ordered.slice(0, options.choices ?? 1).map(readChoice);
  return { ok: true, response: { choices, usage: readUsage(parsed.data.usage, request, choices) } };
}

/** Undefined for what is not JSON, which no JSON text means. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readChoice({ message, finish_reason: finishReason, logprobs }: z.infer<typeof Choice>): ChatChoice {
  const text = message.content ?? '';
  // An empty string is no reasoning, so `??` would not do.
  const given = [message.reasoning, message.reasoning_content].find((field) => field);
  const parts = given ? { content: text, reasoning: given } : splitReasoning(text);
  const places = logprobs?.content?.map(({ token, logprob, top_logprobs: top }) => ({
    token,
    logprob,
    top: (top ?? []).map((other) => ({ token: other.token, logprob: other.logprob })),
  }));
  return { ...parts, finishReason, logprobs: places ?? null };
}

/** Text up to the last `</think>` is reasoning, with or without an opening tag; an unclosed one makes all of it so. */
function splitReasoning(text: string): { content: string; reasoning: string | null } {
  const end = text.lastIndexOf(THINK_END);
  if (end >= 0) {
    return { content: text.slice(end + THINK_END.length).trimStart(), reasoning: withoutStart(text.slice(0, end)) };
  }
  if (text.trimStart().startsWith(THINK_START)) return { content: '', reasoning: withoutStart(text) };
  return { content: text, reasoning: null };
}

function withoutStart(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith(THINK_START) ? trimmed.slice(THINK_START.length).trim() : trimmed;
}

function readUsage(raw: unknown, request: ChatRequest, choices: readonly ChatChoice[]): ChatUsage {
  const parsed = Usage.safeParse(raw);
  if (parsed.success) {
    const usage = parsed.data;
    return {
      promptTokens: usage.prompt_tokens,
      cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? usage.cached_tokens ?? 0,
      completionTokens: usage.completion_tokens,
      reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
      estimated: false,
      raw,
    };
  }
  return {
    promptTokens: estimatedPrompt(request),
    cachedTokens: 0,
    completionTokens: sum(choices, ({ content, reasoning }) => estimateTokens(content + (reasoning ?? ''))),
    reasoningTokens: sum(choices, ({ reasoning }) => estimateTokens(reasoning ?? '')),
    estimated: true,
    raw: raw ?? null,
  };
}

/**
 * Of an answer that cannot be used. Its own counts where they can be found, also in a text that was cut short after
 * them; otherwise the whole body counts as completion, which errs high. An empty body counts its prompt only.
 */
export function billedTokens(body: string, request: ChatRequest): Omit<FailedTry, 'reason'> {
  const prompt = countIn(body, 'prompt_tokens');
  const completion = countIn(body, 'completion_tokens');
  return {
    promptTokens: prompt ?? estimatedPrompt(request),
    completionTokens: completion ?? estimateTokens(body),
    estimated: prompt === undefined || completion === undefined,
  };
}

function countIn(body: string, name: string): number | undefined {
  // A number at the very end of a text that was cut may be cut itself.
  const found = new RegExp(`"${name}"\\s*:\\s*(\\d+)\\s*[,}]`).exec(body)?.[1];
  return found === undefined ? undefined : Number(found);
}

function estimatedPrompt({ messages }: ChatRequest): number {
  return estimateTokens(messages.map(({ content }) => content).join('\n'));
}

// English runs at four bytes a token and more; three keeps a budget on the safe side.
function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'top level'}: ${issue.message}`;
}
