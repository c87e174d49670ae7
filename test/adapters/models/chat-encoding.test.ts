import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createChatEncoder } from '../../../adapters/models/chat-encoding.ts';
import { createChatTemplate } from '../../../adapters/models/chat-template.ts';
import { openModel } from '../../../adapters/models/model.ts';
import type { LanguageModelFiles } from '../../../adapters/models/model.ts';
import { tinyChatTemplate, writeTinyGguf } from '../../helpers/tiny-gguf.ts';

let root: string;
let model: LanguageModelFiles;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-chat-'));
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
  await writeTinyGguf(join(root, 'tiny.gguf'));
  model = await openModel({ gguf: join(root, 'tiny.gguf') });
});
after(() => rm(root, { recursive: true }));

describe('encodeChat', () => {
  it('ends the completion with the end-of-turn token and leaves out the line break after it', () => {
    const { promptTokens, completionTokens } = model.chat.encodeChat({ prompt: 'the sum?', completion: 'is 12' });
    assert.equal(model.chat.endOfTurn, '<|im_end|>');
    assert.equal(model.tokenizer.decode(promptTokens), '<|im_start|>user\nthe sum?<|im_end|>\n<|im_start|>assistant\n');
    assert.equal(model.tokenizer.decode(completionTokens), 'is 12<|im_end|>');
    assert.deepEqual(promptTokens, model.chat.encodePrompt('the sum?'));
  });

  it('gives the tokens of the whole text for every completion that does not begin with white space', () => {
    const text = fc.string({ unit: 'grapheme' });
    const solid = text.filter((completion) => !/^\s/.test(completion));
    fc.assert(
      fc.property(text, solid, (prompt, completion) => {
        const { promptTokens, completionTokens } = model.chat.encodeChat({ prompt, completion });
        const turns = [
          { role: 'user', content: prompt },
          { role: 'assistant', content: completion },
        ] as const;
        const whole = model.tokenizer.encode(model.chatTemplate.render(turns, { nextTurn: 'none' }));
        assert.deepEqual([...promptTokens, ...completionTokens], whole.slice(0, -1));
      }),
    );
  });

  it('keeps the text of a completion that begins with white space', () => {
    const { completionTokens } = model.chat.encodeChat({ prompt: 'a', completion: '\n\n is' });
    assert.equal(model.tokenizer.decode(completionTokens), '\n\n is<|im_end|>');
  });

  it('ends at the turn that the template closes, not at a token that the completion spells', () => {
    const { completionTokens } = model.chat.encodeChat({ prompt: 'a', completion: 'x<|im_end|>y' });
    assert.equal(model.tokenizer.decode(completionTokens), 'x<|im_end|>y<|im_end|>');
  });

  it('leaves what the template writes before the content to the prompt', () => {
    const encoder = encoderOf(
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}" +
        '{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}',
    );
    const { promptTokens, completionTokens } = encoder.encodeChat({ prompt: 'a', completion: 'b' });
    assert.match(model.tokenizer.decode(promptTokens), /assistant\n<think>\n\n<\/think>\n\n$/);
    assert.equal(model.tokenizer.decode(completionTokens), 'b<|im_end|>');
  });

  it('accepts a template that trims the content, and refuses one that rewrites it', () => {
    const trimming = encoderOf(tinyChatTemplate.replaceAll("message['content']", "message['content'] | trim"));
    const { completionTokens } = trimming.encodeChat({ prompt: 'a', completion: ' b ' });
    assert.equal(model.tokenizer.decode(completionTokens), 'b<|im_end|>');
    const rewriting = encoderOf(
      tinyChatTemplate.replaceAll("message['content']", "message['content'] | replace('<t>', '')"),
    );
    assert.throws(() => rewriting.encodeChat({ prompt: 'a', completion: '<t>b' }), { type: 'InvalidData' });
  });

  it('refuses a template that closes the turn with no special token', () => {
    assert.throws(() => encoderOf('{% for m in messages %}{{ m.content }}\n{% endfor %}'), {
      type: 'UnsupportedModel',
    });
  });
});

describe('createChatTemplate', () => {
  const turn = [{ role: 'user', content: 'a' }] as const;

  it('gives a template that asks for the day the same day for ever', () => {
    const template = createChatTemplate('{{ strftime_now("%d %B %Y, %b") }}', {});
    assert.equal(template.render(turn, { nextTurn: 'none' }), '01 January 2025, Jan');
  });

  it('keeps a line break at the beginning and knows the special tokens', () => {
    const template = createChatTemplate('\n{{ bos_token }}{{ messages[0].content }}', { bos_token: '<s>' });
    assert.equal(template.render(turn, { nextTurn: 'none' }), '\n<s>a');
  });

  it('says so when it cannot be parsed or refuses the turns', () => {
    assert.throws(() => createChatTemplate('{% if %}', {}), { type: 'UnsupportedModel' });
    const refusing = createChatTemplate("{{ raise_exception('no users here') }}", {});
    assert.throws(() => refusing.render(turn, { nextTurn: 'none' }), { type: 'InvalidData', message: /no users here/ });
  });
});

function encoderOf(template: string): ReturnType<typeof createChatEncoder> {
  return createChatEncoder(createChatTemplate(template, {}), model.tokenizer);
}
