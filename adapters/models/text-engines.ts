// From texts to tokens and back around the engines of core: the chat template, batches in flight, likeliest labels.

import type { ChatExample, Scorer, SketchedExample, Sketcher } from '../../activities/ports/models.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { itemAt } from '../../core/item-at.ts';
import { planBatches } from '../../core/models/batches.ts';
import type { Decoder } from '../../core/models/decoder.ts';
import { bucketOf } from '../../core/models/encode.ts';
import type { Scorer as TokenScorer } from '../../core/models/scorer.ts';
import type { Sketcher as TokenSketcher } from '../../core/sketch/sketcher.ts';
import type { ChatEncoder, EncodedChat } from './chat-encoding.ts';
import type { Lazy } from './lazily.ts';
import type { LanguageModelFiles } from './model.ts';

type Group = readonly { readonly position: number; readonly result: SketchedExample }[];

/** Sketches batch by batch, as many at once as there are sessions, and yields each batch when it is done. */
export function sketchWith(
  sketcher: Lazy<TokenSketcher>,
  chat: ChatEncoder,
  { tokenBudget, sessions }: { readonly tokenBudget: number; readonly sessions: number },
): Pick<Sketcher, 'sketch'> & { close(): Promise<void> } {
  return {
    async *sketch(examples: readonly ChatExample[], signal: AbortSignal) {
      const encoded = examples.map((example, position) => ({ position, sample: encodeExample(chat, example) }));
      const refused = encoded.flatMap(({ position, sample }) =>
        'excluded' in sample ? [{ position, result: sample }] : [],
      );
      if (refused.length > 0) yield refused;
      const readable = encoded.flatMap(({ position, sample }) => ('excluded' in sample ? [] : [{ position, sample }]));
      if (readable.length === 0) return;
      const engine = await sketcher.get();
      const waiting = planBatches(
        readable.map(({ sample }) => bucketOf(sample)),
        tokenBudget,
      );
      const running = new Map<number, Promise<{ ticket: number; group: Group }>>();
      const start = (ticket: number, members: readonly number[]) => {
        const batch = members.map((member) => itemAt(readable, member));
        const sketched = engine.sketch(batch.map(({ sample }) => sample));
        const group = sketched.then((results) =>
          results.map((result, row) => ({ position: itemAt(batch, row).position, result: asExample(result) })),
        );
        running.set(
          ticket,
          group.then((done) => ({ ticket, group: done })),
        );
      };
      for (let ticket = 0; ticket < waiting.length || running.size > 0;) {
        signal.throwIfAborted();
        while (ticket < waiting.length && running.size < sessions) start(ticket, itemAt(waiting, ticket++).members);
        const { ticket: done, group } = await Promise.race(running.values());
        running.delete(done);
        yield group;
      }
    },
    close: () => sketcher.close(),
  };
}

export function scoreWith(
  scorer: Lazy<TokenScorer>,
  decoder: Decoder,
  { chat, tokenizer }: Pick<LanguageModelFiles, 'chat' | 'tokenizer'>,
): Pick<Scorer, 'scoreLabels' | 'answer'> & { close(): Promise<void> } {
  return {
    async scoreLabels(prompts, labels, signal) {
      signal.throwIfAborted();
      const continuations = labels.map((label) => tokenizer.encode(label));
      const promptTokens = prompts.map((prompt) => chat.encodePrompt(prompt));
      const engine = await scorer.get();
      if (continuations.every(({ length }) => length === 1)) {
        const scores = await engine.nextTokenLogProbabilities(promptTokens, continuations.flat());
        return scores.map((row) => [...row]);
      }
      const samples = promptTokens.flatMap((tokens) =>
        continuations.map((completionTokens) => ({ promptTokens: tokens, completionTokens })),
      );
      const scores = (await engine.logProbabilities(samples)).map((tokens) =>
        tokens.reduce((sum, value) => sum + value, 0),
      );
      return prompts.map((_, index) => scores.slice(index * labels.length, (index + 1) * labels.length));
    },
    async answer(prompts, maxTokens, signal) {
      signal.throwIfAborted();
      const stopTokens = tokenizer.encode(chat.endOfTurn);
      const options = { maximumTokens: maxTokens, stopTokens };
      const answers = await decoder.greedy(
        prompts.map((prompt) => chat.encodePrompt(prompt)),
        options,
      );
      return answers.map((tokens) => tokenizer.decode(tokens));
    },
    async close() {
      await scorer.close();
      await decoder.close();
    },
  };
}

/** The tokens of an example, or why it has no sketch: a row that cannot be read is counted, and stops no other. */
function encodeExample(chat: ChatEncoder, example: ChatExample): EncodedChat | SketchedExample {
  const refused = (excluded: string): SketchedExample => {
    return { sketch: null, excluded, loss: 0, tokens: 0, truncated: 0 };
  };
  if (example.completion.trim() === '') return refused('empty-completion');
  try {
    return chat.encodeChat(example);
  } catch (error) {
    if (error instanceof PermanentError && error.type === FailureType.InvalidData)
      return refused('changed-by-template');
    throw error;
  }
}

function asExample({
  sketch,
  loss,
  tokenCount,
  excluded,
  truncated,
}: Awaited<ReturnType<TokenSketcher['sketch']>>[number]): SketchedExample {
  return { sketch, loss: loss ?? 0, tokens: tokenCount, excluded, truncated };
}
