// What a card says of how candidates were made and checked.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rulesSection } from '../../../adapters/export/card-rules.ts';
import type { LanguageModelGeneratorConfig } from '../../../contracts/campaign.ts';
import { config } from './made-campaign.ts';

describe('the rules of a campaign on its card', () => {
  it('says how candidates were made and what they had to pass, and names no folder and no server', () => {
    const endpoint = { model: '/models/tiny', servers: [{ url: 'http://a:1/v1', weight: 1 }], route: 'chat' } as const;
    const use = { endpoint, sampling: { temperature: 0.8, topP: 1, maxTokens: 9 } };
    const writer: LanguageModelGeneratorConfig = {
      ...{ ...use, name: 'writer', requests: 20, perRequest: 2, structured: false },
      kind: 'llm',
      fewShots: { count: 5, policy: 'persona', personas: '/home/me/voices.txt' },
      solver: { ...use, attempts: 5, agreement: 3 },
    };
    const judge = { ...use, name: 'judge', least: 4 };
    const filters = { ...config.filters, language: 'en', nearDuplicates: null, judge };
    const text = rulesSection({ ...config, generators: [writer], filters }) ?? '';
    assert.match(text, /`writer` asked `tiny` 20 times for 2 samples, at temperature 0\.8/);
    assert.match(text, /showing 5 samples of the pool \(policy `persona`, personas `voices\.txt`\)/);
    assert.match(text, /Each was answered 5 times by `tiny`; 3 of the answers had to agree\./);
    assert.match(text, /in the language `en` only\.\n- Exact repeats were dropped/);
    assert.match(text, /`tiny` judged them; scores of 4 of 5 and more were kept\./);
    assert.doesNotMatch(text, /http|home|models/);
    assert.equal(rulesSection(null), null);
  });
});
