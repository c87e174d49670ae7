// A sample as tokens: the prompt through the model's chat template up to where the assistant speaks, then the
// assistant's content and the token that ends the turn. What the template writes after that token is left out.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { ChatTemplate } from './chat-template.ts';
import type { TextTokenizer } from './tokenizer.ts';

export interface ChatSample {
  readonly prompt: string;
  readonly completion: string;
}

export interface EncodedChat {
  readonly promptTokens: number[];
  /** The content and the end-of-turn token, nothing after it. */
  readonly completionTokens: number[];
}

export interface ChatEncoder {
  /** The token that closes the assistant's turn, as text; generation stops at it. */
  readonly endOfTurn: string;
  /** The tokens a model continues when it answers `prompt`. */
  readonly encodePrompt: (prompt: string) => number[];
  /**
   * Prompt and completion are tokenised apart, since that is what the model saw and wrote when it generated. For a
   * completion that does not begin with white space the two together are the tokens of the whole text.
   * @throws {PermanentError} `InvalidData` when the template changes the completion
   */
  readonly encodeChat: (sample: ChatSample) => EncodedChat;
}

/** @throws {PermanentError} `UnsupportedModel` when the template closes the assistant's turn with no special token */
export function createChatEncoder(template: ChatTemplate, tokenizer: TextTokenizer): ChatEncoder {
  const frame = readTurnFrame(template, tokenizer);
  const promptText = (prompt: string): string => template.render(promptTurns(prompt), { nextTurn: 'assistant' });
  return {
    endOfTurn: frame.endOfTurn,
    encodePrompt: (prompt) => tokenizer.encode(promptText(prompt)),
    encodeChat: ({ prompt, completion }) => {
      const opening = promptText(prompt) + frame.prelude;
      const whole = renderWhole(template, prompt, completion);
      const content = [completion, completion.trim()].find((text) => whole.startsWith(opening + text + frame.close));
      if (content === undefined) throw changedCompletion(opening, completion, whole);
      return {
        promptTokens: tokenizer.encode(opening),
        completionTokens: tokenizer.encode(content + frame.close),
      };
    },
  };
}

interface TurnFrame {
  /** What the template writes between the generation prompt and the content, such as an empty thought. */
  readonly prelude: string;
  /** From the end of the content to the end of the end-of-turn token. */
  readonly close: string;
  readonly endOfTurn: string;
}

/** Learns what the template puts around an assistant's content by rendering a marker in its place. */
function readTurnFrame(template: ChatTemplate, tokenizer: TextTokenizer): TurnFrame {
  const marker = 'diffractmarker';
  const whole = renderWhole(template, 'prompt', marker);
  const opening = template.render(promptTurns('prompt'), { nextTurn: 'assistant' });
  const start = whole.indexOf(marker);
  const after = whole.slice(start + marker.length);
  const endings = [...tokenizer.specialTokens.keys()].filter((token) => token !== '' && after.includes(token));
  const [endOfTurn] = endings.sort((a, b) => after.indexOf(a) - after.indexOf(b) || b.length - a.length);
  if (start < 0 || !whole.startsWith(opening) || endOfTurn === undefined) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `The chat template renders an answered prompt as ${JSON.stringify(whole)}; expected it to begin with the ` +
        `unanswered one, ${JSON.stringify(opening)}, then the answer, then a special token that ends the turn. ` +
        'Use an instruction-tuned model whose template closes its turns.',
    );
  }
  return {
    prelude: whole.slice(opening.length, start),
    close: after.slice(0, after.indexOf(endOfTurn) + endOfTurn.length),
    endOfTurn,
  };
}

function promptTurns(prompt: string): { role: 'user'; content: string }[] {
  return [{ role: 'user', content: prompt }];
}

function renderWhole(template: ChatTemplate, prompt: string, completion: string): string {
  return template.render([...promptTurns(prompt), { role: 'assistant', content: completion }], { nextTurn: 'none' });
}

function changedCompletion(opening: string, completion: string, whole: string): PermanentError {
  const rendered = whole.startsWith(opening) ? whole.slice(opening.length) : whole;
  return new PermanentError(
    FailureType.InvalidData,
    `The chat template changed a completion: found ${JSON.stringify(rendered.slice(0, 200))}, expected it to begin with ` +
      `${JSON.stringify(completion.slice(0, 200))}. Remove what the template rewrites, such as thought tags.`,
  );
}
