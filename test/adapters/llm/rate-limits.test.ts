import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resetSeconds, spentAllowanceSeconds } from '../../../adapters/llm/rate-limits.ts';

describe('the time until an allowance is whole again', () => {
  const cases: [string, number | undefined][] = [
    ['6m0s', 360],
    ['1s', 1],
    ['20ms', 0.02],
    ['1h2m3.5s', 3723.5],
    ['1d', 86_400],
    ['59.70', 59.7],
    ['2015-10-21T07:28:00Z', 0],
    ['1445412480', 0],
    ['', undefined],
    ['soon', undefined],
    ['5 parsecs', undefined],
  ];
  for (const [text, seconds] of cases) {
    it(`is ${seconds ?? 'unknown'} s for "${text}"`, () => {
      assert.equal(resetSeconds(text), seconds);
    });
  }

  const inAMinute = Date.now() + 60_000;
  for (const text of [new Date(inAMinute).toISOString(), String(inAMinute), String(Math.ceil(inAMinute / 1000))]) {
    it(`is counted from now for the point in time ${text}`, () => {
      const seconds = resetSeconds(text)!;
      assert.ok(seconds > 50 && seconds <= 61, String(seconds));
    });
  }
});

describe('an allowance that is used up', () => {
  const cases: [string, Record<string, string>, number | undefined][] = [
    ['none is counted', {}, undefined],
    ['some is left', { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '9s' }, undefined],
    ['no requests are left', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '9s' }, 9],
    ['no tokens are left', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, 360],
    [
      'neither is left',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '20ms',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '4s',
      },
      4,
    ],
    [
      'Anthropic counts',
      { 'anthropic-ratelimit-output-tokens-remaining': '0', 'anthropic-ratelimit-output-tokens-reset': '7s' },
      7,
    ],
    ['nothing says when', { 'x-ratelimit-remaining-requests': '0' }, undefined],
    [
      'the count makes no sense',
      { 'x-ratelimit-remaining-requests': '', 'x-ratelimit-reset-requests': '9s' },
      undefined,
    ],
  ];
  for (const [name, headers, seconds] of cases) {
    it(`is known from the headers where ${name}`, () => {
      assert.equal(spentAllowanceSeconds(headers), seconds);
    });
  }
});
