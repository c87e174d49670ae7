import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerOptions, ChatRequest, ChatResponse, FailedTry } from '../../../activities/ports/language-model.ts';
import { readChatAnswer } from '../../../adapters/llm/chat-answer.ts';

const request: ChatRequest = {
  model: 'small',
  messages: [{ role: 'user', content: 'two and two?' }],
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 64 },
  seed: 7,
};
const estimatedPrompt = Math.ceil('two and two?'.length / 3);
const usage = { prompt_tokens: 11, completion_tokens: 3 };

function read(body: object, options?: AnswerOptions): ChatResponse {
  const reading = readChatAnswer(JSON.stringify(body), request, options);
  assert.ok(reading.ok, reading.ok ? '' : reading.problem);
  return reading.response;
}

function choice(content: string, rest: object = {}): object {
  return { message: { content }, finish_reason: 'stop', ...rest };
}

describe('reading an answer', () => {
  it('puts several choices into the order of their index', () => {
    const { choices } = read(
      { choices: [choice('b', { index: 1 }), choice('a', { index: 0 })], usage },
      { choices: 2 },
    );
    assert.deepEqual(
      choices.map(({ content }) => content),
      ['a', 'b'],
    );
  });

  it('keeps the choices of a server that gives fewer than were asked for', () => {
    const response = read({ choices: [choice('a'), choice('b')], usage }, { choices: 3 });
    assert.deepEqual(
      response.choices.map(({ content }) => content),
      ['a', 'b'],
    );
  });

  it('keeps as many choices as were asked for, and what all of them cost', () => {
    const response = read({ choices: [choice('a'), choice('b'), choice('c')], usage }, { choices: 2 });
    assert.equal(response.choices.length, 2);
    assert.equal(response.usage.completionTokens, 3);
  });

  it('reads log-probabilities with the likeliest tokens of every place', () => {
    const place = {
      token: 'four',
      bytes: null,
      logprob: -0.1,
      top_logprobs: [{ token: '4', logprob: -2.5, bytes: null }],
    };
    const { choices } = read(
      { choices: [choice('four', { logprobs: { content: [place] } })], usage },
      { topLogprobs: 1 },
    );
    assert.deepEqual(choices[0]!.logprobs, [{ token: 'four', logprob: -0.1, top: [{ token: '4', logprob: -2.5 }] }]);
  });

  const usages: [string, object, Partial<ChatResponse['usage']>][] = [
    ['cached tokens as OpenAI counts them', { prompt_tokens_details: { cached_tokens: 8 } }, { cachedTokens: 8 }],
    ['cached tokens as llama.cpp counts them', { cached_tokens: 9 }, { cachedTokens: 9 }],
    ['reasoning tokens', { completion_tokens_details: { reasoning_tokens: 2 } }, { reasoningTokens: 2 }],
    ['details that are null', { prompt_tokens_details: null, completion_tokens_details: null }, {}],
  ];
  for (const [name, details, expected] of usages) {
    it(`reads the usage: ${name}`, () => {
      const raw = { ...usage, ...details };
      assert.deepEqual(read({ choices: [choice('4')], usage: raw }).usage, {
        promptTokens: 11,
        cachedTokens: 0,
        completionTokens: 3,
        reasoningTokens: 0,
        estimated: false,
        raw,
        ...expected,
      });
    });
  }

  it('estimates usage that makes no sense, over all choices and their reasoning', () => {
    const thinking = { message: { content: 'four', reasoning: 'two, two' }, finish_reason: 'stop' };
    const response = read({ choices: [thinking, thinking], usage: { prompt_tokens: -1 } }, { choices: 2 });
    assert.deepEqual(response.usage, {
      promptTokens: estimatedPrompt,
      cachedTokens: 0,
      completionTokens: 2 * Math.ceil(12 / 3),
      reasoningTokens: 2 * Math.ceil(8 / 3),
      estimated: true,
      raw: { prompt_tokens: -1 },
    });
  });
});

describe('an answer that cannot be used', () => {
  const billed = { promptTokens: 11, completionTokens: 3, estimated: false };
  const guessed = (body: string): Omit<FailedTry, 'reason'> => ({
    promptTokens: estimatedPrompt,
    completionTokens: Math.ceil(body.length / 3),
    estimated: true,
  });
  const cutEarly = '{"choices":[{"message":{"content":"fo';
  const cutLate = '{"usage":{"prompt_tokens":11,"completion_tokens": 3},"choices":[{"mess';
  const cutInNumber = '{"usage":{"prompt_tokens":11,"completion_tokens":3';
  const wrongType = '{"choices":[{"message":{"content":4},"finish_reason":"stop"}]}';
  const counts = '"usage":{"prompt_tokens":11,"completion_tokens":3}';
  const cases: [string, string, string, RegExp, Omit<FailedTry, 'reason'>][] = [
    ['JSON cut short', cutEarly, 'cut-short', /not whole JSON/, guessed(cutEarly)],
    ['JSON cut after its usage', cutLate, 'cut-short', /not whole JSON/, billed],
    [
      'JSON cut in its usage',
      cutInNumber,
      'cut-short',
      /not whole JSON/,
      { ...guessed(cutInNumber), promptTokens: 11 },
    ],
    ['another shape', `{"text":"four",${counts}}`, 'wrong-shape', /shape of a chat completion \(choices/, billed],
    ['no choices', `{"choices":[],${counts}}`, 'no-choices', /shape.*choices/, billed],
    ['content of another type', wrongType, 'wrong-shape', /content/, guessed(wrongType)],
    [
      'no reason to stop',
      `{"choices":[{"message":{"content":"4"},"finish_reason":null}],${counts}}`,
      'wrong-shape',
      /finish_reason/,
      billed,
    ],
    ['nothing', '', 'empty-body', /empty/, guessed('')],
    ['white space', ' \n', 'empty-body', /empty/, guessed(' \n')],
  ];
  for (const [name, body, reason, problem, tokens] of cases) {
    it(`says why and what it cost: ${name}`, () => {
      const reading = readChatAnswer(body, request);
      assert.ok(!reading.ok);
      assert.match(reading.problem, problem);
      assert.deepEqual(reading.failedTry, { reason, ...tokens });
    });
  }
});
