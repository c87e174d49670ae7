// A model's own Jinja chat template, rendered without a clock: a template that asks for today's date gets a fixed day,
// so that the same sample renders to the same text for ever.

import { Template } from '@huggingface/jinja';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { JsonObject } from './model-source.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface RenderOptions {
  /** `assistant`: the text ends where the assistant's next turn begins. */
  readonly nextTurn: 'assistant' | 'none';
}

export interface ChatTemplate {
  /** @throws {PermanentError} `InvalidData` when the template refuses the messages */
  readonly render: (messages: readonly ChatMessage[], options: RenderOptions) => string;
}

/**
 * @param tokenizerConfig - the names of the special tokens that templates write, such as `bos_token`
 * @throws {PermanentError} `UnsupportedModel` when the template cannot be parsed
 */
export function createChatTemplate(source: string, tokenizerConfig: JsonObject): ChatTemplate {
  const template = parse(source);
  const tokens: JsonObject = {};
  for (const key of ['bos_token', 'eos_token', 'unk_token', 'pad_token']) tokens[key] = tokenizerConfig[key] ?? '';
  return {
    render: (messages, { nextTurn }) => {
      const variables = { ...tokens, messages, add_generation_prompt: nextTurn === 'assistant', fixed_day: fixedDay };
      try {
        return template.render(variables);
      } catch (error) {
        throw new PermanentError(
          FailureType.InvalidData,
          `The model's chat template refused the turns ${messages.map(({ role }) => role).join(', ')}: ` +
            `${error instanceof Error ? error.message : String(error)}. Send turns that the model knows.`,
          { cause: error },
        );
      }
    },
  };
}

function parse(source: string): Template {
  try {
    return new Template(withoutClock(source));
  } catch (error) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `The model's chat template cannot be parsed: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  }
}

/** The engine forbids to replace its clock by a variable, so the template itself does, on a line that renders to nothing. */
function withoutClock(source: string): string {
  return `{% set strftime_now = fixed_day %}\n${source}`;
}

/** 1 January 2025, in the parts of a date that chat templates print. */
function fixedDay(format: string): string {
  const parts: Readonly<Record<string, string>> = { d: '01', m: '01', Y: '2025', b: 'Jan', B: 'January', y: '25' };
  return format.replace(/%([a-zA-Z])/g, (_, directive: string) => parts[directive] ?? '');
}
