// Reads a chat completion as servers really send them: two names for reasoning, or reasoning inside the text; usage
// that may be missing.

import { z } from 'zod';
import type { ChatRequest, ChatResponse } from '../../activities/ports/language-model.ts';

/** An answer whose token counts say whether the server gave them. */
export interface CountedResponse extends ChatResponse {
  /** True where the server sent no usage: the counts are then one token for every three bytes, which errs high. */
  readonly tokensEstimated: boolean;
}

/** The answer, or what is wrong with the body, in words. */
export type AnswerReading =
  { readonly ok: true; readonly response: CountedResponse } | { readonly ok: false; readonly problem: string };

const count = z.number().int().nonnegative();

const Answer = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          reasoning: z.string().nullish(),
          reasoning_content: z.string().nullish(),
        }),
        finish_reason: z.string(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish(),
});

const THINK_START = '<think>';
const THINK_END = '</think>';

export function readChatAnswer(body: string, request: ChatRequest): AnswerReading {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, problem: 'it is not whole JSON' };
  }
  const parsed = Answer.safeParse(json);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) {
    return { ok: false, problem: `it has not the shape of a chat completion (${firstIssue(parsed.error)})` };
  }
  const { message, finish_reason: finishReason } = choice;
  const text = message.content ?? '';
  const given = [message.reasoning, message.reasoning_content].find((field) => field);
  const { content, reasoning } = given ? { content: text, reasoning: given } : splitReasoning(text);
  const tokens = countTokens(parsed.data.usage, request, text + (given ?? ''));
  return { ok: true, response: { content, reasoning, finishReason, ...tokens } };
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

function countTokens(
  usage: z.infer<typeof Answer>['usage'],
  request: ChatRequest,
  text: string,
): Pick<CountedResponse, 'promptTokens' | 'completionTokens' | 'tokensEstimated'> {
  if (usage) {
    return { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens, tokensEstimated: false };
  }
  const prompt = request.messages.map((message) => message.content).join('\n');
  return { promptTokens: estimateTokens(prompt), completionTokens: estimateTokens(text), tokensEstimated: true };
}

// English runs at four bytes a token and more; three keeps a budget on the safe side.
function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}

function firstIssue(error: z.ZodError | undefined): string {
  const issue = error?.issues[0];
  return issue === undefined ? 'no choice' : `${issue.path.join('.') || 'top level'}: ${issue.message}`;
}
