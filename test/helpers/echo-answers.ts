// Answers for the chat server in its own process: the question, the seed and the number of the choice.

import type { AnswerInput } from './seeded-chat-server.ts';

export function answer({ messages, seed, choice }: AnswerInput): string {
  return `${messages[0]?.content ?? ''}/${seed}/${choice}`;
}
