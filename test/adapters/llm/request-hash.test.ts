import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatRequest } from '../../../activities/ports/language-model.ts';
import { requestHash } from '../../../adapters/llm/request-hash.ts';

const request: ChatRequest = {
  model: 'm',
  messages: [{ role: 'user', content: 'two and two?' }],
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 64 },
  seed: 7,
};

describe('the hash of a request', () => {
  it('is the same for the same request, whatever the order of its fields', () => {
    const reordered: ChatRequest = {
      seed: 7,
      sampling: { maxTokens: 64, topP: 0.95, temperature: 0.7 },
      messages: [{ content: 'two and two?', role: 'user' }],
      model: 'm',
    };
    assert.equal(requestHash(reordered), requestHash(request));
    assert.match(requestHash(request), /^[0-9a-f]{64}$/);
  });

  it('is for free text what it was before answers could have a schema', () => {
    assert.equal(requestHash(request), '8bb4dab6346a3de910bf3d7027c5096cec0acaada15e44980b14116fa9a69f47');
  });

  it('differs as soon as anything that shapes the answer differs', () => {
    const variants: ChatRequest[] = [
      request,
      { ...request, model: 'n' },
      { ...request, seed: 8 },
      { ...request, sampling: { ...request.sampling, temperature: 0.8 } },
      { ...request, sampling: { ...request.sampling, topP: 1 } },
      { ...request, sampling: { ...request.sampling, maxTokens: 65 } },
      { ...request, messages: [{ role: 'system', content: 'two and two?' }] },
      { ...request, responseSchema: { name: 'a', schema: { type: 'object' } } },
      { ...request, responseSchema: { name: 'a', schema: { type: 'array' } } },
      { ...request, messages: [...request.messages, ...request.messages] },
    ];
    assert.equal(new Set(variants.map(requestHash)).size, variants.length);
  });
});
