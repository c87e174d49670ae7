// The pilot of a campaign, and what it says of the whole.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { estimateOf, pilotOf } from '../../cli/pilot.ts';
import type { CampaignConfig, LanguageModelGeneratorConfig } from '../../contracts/campaign.ts';
import { inventedConfig } from '../core/report/invented-campaign.ts';

const sampling = { temperature: 1, topP: 1, maxTokens: 100 };
const endpoint = { model: 'tiny', servers: [{ url: 'http://localhost:1/v1', weight: 1 }], route: 'chat' } as const;
const writer: LanguageModelGeneratorConfig = {
  kind: 'llm',
  name: 'writer',
  endpoint,
  sampling,
  requests: 200,
  perRequest: 2,
  fewShots: { count: 5, policy: 'pool' },
  structured: false,
  solver: { endpoint, sampling, attempts: 3, agreement: 2 },
};
const config: CampaignConfig = { ...inventedConfig, generators: [...inventedConfig.generators, writer] };

describe('a pilot', () => {
  it('is one round of the first requests, of the generators that ask models, without a student', () => {
    const student = {
      kind: 'command',
      model: 'm',
      command: ['t'],
      dataFormat: 'messages',
      stallMinutes: 1,
      environment: {},
    } as const;
    const pilot = pilotOf({ ...config, student }, 8);
    assert.equal(pilot?.name, 'invented-pilot');
    assert.equal(pilot.rounds, 1);
    assert.equal('student' in pilot, false);
    assert.deepEqual(pilot.generators, [{ ...writer, requests: 8 }]);
    // What decides the first requests is as in the whole campaign, so that their answers are found again.
    for (const key of ['seed', 'seeds', 'benchmarks', 'filters', 'decontamination', 'sketch', 'store'] as const) {
      assert.deepEqual(pilot[key], config[key]);
    }
  });

  it('takes every generator along where a judge is asked about all candidates', () => {
    const judge = { name: 'judge', endpoint, sampling, least: 3 };
    const pilot = pilotOf({ ...config, filters: { ...config.filters, judge } }, 8);
    assert.deepEqual(
      pilot?.generators.map(({ name }) => name),
      ['rules', 'writer'],
    );
  });

  it('is not there for a campaign that asks no model', () => {
    assert.equal(pilotOf(inventedConfig, 8), null);
  });
});

describe('an estimate', () => {
  const pilot = pilotOf(config, 4)!;

  it('multiplies the mean of the tried requests by all requests of all rounds', () => {
    const units = [100, 110, 90, 100].map((tokens) => ({ tokens, cost: tokens / 1000 }));
    const { tokens, cost } = estimateOf(config, pilot, { writer: units });
    assert.equal(tokens.total, 100 * 200 * 3);
    assert.ok(tokens.low < tokens.total && tokens.total < tokens.high);
    assert.ok(Math.abs(cost!.total - 60) < 1e-9);
    assert.deepEqual([tokens.generators[0]?.units, tokens.generators[0]?.piloted], [600, 4]);
  });

  it('counts units that nothing was asked about as free', () => {
    const { tokens } = estimateOf(config, pilot, { writer: [{ tokens: 100, cost: 0 }] });
    assert.equal(tokens.total, 25 * 600);
  });

  it('knows no cost where one price is unknown or there are no prices', () => {
    const units = [1, 2].map((tokens) => ({ tokens, cost: tokens === 1 ? null : 0.1 }));
    assert.equal(estimateOf(config, pilot, { writer: units }).cost, null);
    assert.equal(estimateOf({ ...config, prices: null }, pilot, { writer: [{ tokens: 1, cost: 0 }] }).cost, null);
  });
});
