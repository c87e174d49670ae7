// One answer of the embedded model, token by token, to where it ends: the end of the model's turn, a stop text, a closed
// JSON value, or the number of tokens allowed.

import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Rounds } from './embedded-rounds.ts';

export interface ChoiceSettings {
  readonly sampling: SequenceEvaluateOptions;
  /** At least 1. */
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** Whether the answer is one JSON value, held to it by a grammar in `sampling`. */
  readonly json: boolean;
}

export interface RawChoice {
  readonly content: string;
  readonly finishReason: 'stop' | 'length';
  /** Those of `content`, without the sign that ended it. */
  readonly tokens: readonly Token[];
  /** All that were drawn, but for the end of the turn. */
  readonly drawn: number;
}

/** The sequence, and the place it has among the others. */
export interface PlacedSequence {
  readonly sequence: LlamaContextSequence;
  readonly place: number;
  readonly rounds: Rounds;
}

/**
 * Goes on from the prompt's last token, which the sequence must not hold yet.
 * @throws the signal's reason when it is aborted, after the step under way
 */
export async function drawChoice(
  { sequence, place, rounds }: PlacedSequence,
  last: Token,
  settings: ChoiceSettings,
  signal: AbortSignal,
): Promise<RawChoice> {
  const { model } = sequence;
  const tokens: Token[] = [];
  const steps = sequence.evaluate([last], { ...settings.sampling, yieldEogToken: true });
  try {
    while (tokens.length < settings.maxTokens) {
      signal.throwIfAborted();
      const step = await rounds.step(place, () => steps.next());
      if (step.done || model.isEogToken(step.value)) return ended(model, tokens, 'stop', settings);
      tokens.push(step.value);
      const stopped = cutAtStop(model, tokens, settings.stop);
      if (stopped) return stopped;
      if (settings.json && isWholeJson(model, tokens)) return ended(model, tokens, 'stop', settings);
    }
    return ended(model, tokens, 'length', settings);
  } finally {
    await steps.return(undefined);
  }
}

function ended(
  model: LlamaModel,
  tokens: readonly Token[],
  finishReason: RawChoice['finishReason'],
  { json }: ChoiceSettings,
): RawChoice {
  const text = model.detokenize(tokens);
  return { content: json ? text.trimEnd() : text, finishReason, tokens, drawn: tokens.length };
}

function cutAtStop(model: LlamaModel, tokens: readonly Token[], stop: readonly string[]): RawChoice | undefined {
  if (stop.length === 0) return undefined;
  // A token has at least one byte, and the stop text may begin in the middle of one.
  const reach = Math.max(...stop.map((text) => Buffer.byteLength(text))) + 1;
  const tail = model.detokenize(tokens.slice(-reach));
  if (!stop.some((text) => tail.includes(text))) return undefined;
  const text = model.detokenize(tokens);
  const ends = stop.map((sign) => text.indexOf(sign)).filter((index) => index >= 0);
  if (ends.length === 0) return undefined;
  const content = text.slice(0, Math.min(...ends));
  let kept = tokens.length;
  while (kept > 0 && model.detokenize(tokens.slice(0, kept - 1)).length >= content.length) kept--;
  return { content, finishReason: 'stop', tokens: tokens.slice(0, kept), drawn: tokens.length };
}

// The grammar lets a new line follow a whole value, and inside one, but a whole value never goes on. Numbers and words
// show their end only by that new line.
function isWholeJson(model: LlamaModel, tokens: readonly Token[]): boolean {
  if (!/[}\]"\n]\s*$/.test(model.detokenize(tokens.slice(-2)))) return false;
  try {
    JSON.parse(model.detokenize(tokens));
    return true;
  } catch {
    return false;
  }
}
