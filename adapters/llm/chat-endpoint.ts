// One model behind its servers: each request goes to one of them by weight, and to another where that one is away.

import type { Capabilities, ChatEndpoint } from '../../activities/ports/language-model.ts';
import { TransientError } from '../../contracts/failures.ts';
import type { ChatServer } from './chat-server.ts';
import { createServerChoice } from './server-choice.ts';
import type { Door, Wait } from './server-choice.ts';
import { ServerUnreachable } from './server-connection.ts';

export interface PacedChatEndpoint extends ChatEndpoint {
  /** Why requests wait for a place at present; null while none does. */
  waiting(): Wait | null;
}

/** How long a server that is slower than another is waited for; what it honours is found by asking it. */
const graceSeconds = 3;

export function createChatEndpoint(servers: readonly (ChatServer & Door)[]): PacedChatEndpoint {
  const choice = createServerChoice(servers);
  return {
    waiting: () => choice.waiting(),
    async complete(request, signal, options = {}) {
      for (;;) {
        const { server, place } = await choice.enter(signal);
        try {
          return await server.complete(request, options, signal, place);
        } catch (error) {
          // Nothing was sent, so the request may go elsewhere at once; each server that fails so is set aside.
          if (!(error instanceof ServerUnreachable) || !choice.someOpen()) throw error;
        }
      }
    },
    async capabilities(signal) {
      const asked = await settledSoon(
        servers.map((server) => server.manners(signal)),
        graceSeconds,
      );
      signal.throwIfAborted();
      const failures = asked.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      const seen = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value.capabilities] : []));
      // A server that is away does not hinder those that answer; a refusal needs the user.
      const refusal = failures.find((failure) => !(failure instanceof TransientError));
      if (refusal !== undefined) throw asError(refusal);
      const [first, ...others] = seen;
      if (first === undefined) throw asError(failures[0]);
      return others.reduce(whatBothHonour, first);
    },
  };
}

/** How they ended, in any order: all of them, or those that ended within a while after the first one that succeeded. */
async function settledSoon<Value>(
  asked: readonly Promise<Value>[],
  seconds: number,
): Promise<readonly PromiseSettledResult<Value>[]> {
  const settled: PromiseSettledResult<Value>[] = [];
  const all = asked.map(async (one) => {
    const [result] = await Promise.allSettled([one]);
    settled.push(result);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    const wait = (): void => void (timer ??= setTimeout(resolve, 1000 * seconds));
    for (const one of asked) one.then(wait, () => undefined);
  });
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
  return [...settled];
}

function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}

function whatBothHonour(first: Capabilities, second: Capabilities): Capabilities {
  return {
    choices: first.choices && second.choices,
    seed: first.seed === 'accepted' ? second.seed : 'refused',
    logprobs: first.logprobs && second.logprobs,
    // Each server is sent its own form; that both have one is what counts.
    schema: second.schema === null ? null : first.schema,
    usage: first.usage && second.usage,
    models: first.models === null || second.models === null ? null : common(first.models, second.models),
  };
}

function common(first: readonly string[], second: readonly string[]): readonly string[] {
  return first.filter((name) => second.includes(name));
}
