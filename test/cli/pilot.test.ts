// The pilot of a campaign, and what it says of the whole.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { estimateOf, pilotOf, unsolvedOf } from '../../cli/pilot.ts';
import type { CampaignConfig, LanguageModelGeneratorConfig } from '../../contracts/campaign.ts';
import { inventedConfig, inventedStatus } from '../core/report/invented-campaign.ts';

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
      template: null,
      settings: {},
      dataFormat: 'messages',
      graceSeconds: 120,
      attempts: 3,
      retryableExitCodes: [],
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

  it('takes a file along where a solver checks its answers, by its first rows', () => {
    const rows = { kind: 'file', name: 'rows', sources: [], count: 50 } as const;
    const checked = { ...rows, name: 'checked', solver: writer.solver };
    const pilot = pilotOf({ ...inventedConfig, generators: [rows, checked] }, 8);
    assert.deepEqual(pilot?.generators, [{ ...checked, count: 8 }]);
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

  it('has a name of its own that is a name, however long the campaign is called', () => {
    const name = `a${'-b'.repeat(31)}`;
    const { name: piloted } = pilotOf({ ...config, name }, 8)!;
    assert.equal(piloted.length, 63);
    assert.match(piloted, /^[a-z0-9][a-z0-9-]{0,62}$/);
    assert.match(piloted, /-pilot$/);
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

  it('counts what was asked about the seeds once, and as it was', () => {
    const units = [100, 110, 90, 100].map((tokens) => ({ tokens, cost: 0 }));
    const { tokens } = estimateOf(config, pilot, { writer: units, seeds: [{ tokens: 7, cost: 0 }] });
    assert.equal(tokens.total, 100 * 200 * 3 + 7);
    assert.deepEqual(tokens.generators[0], { name: 'seeds', units: 1, piloted: 1, total: 7, low: 7, high: 7 });
  });

  it('tries two requests of a campaign that makes one a round, and is exact where all were tried', () => {
    const small = { ...config, rounds: 2, generators: [{ ...writer, requests: 1 }] };
    const two = pilotOf(small, 8)!;
    assert.deepEqual(two.generators, [{ ...writer, requests: 2 }]);
    const { tokens } = estimateOf(small, two, { writer: [3, 5].map((tokens) => ({ tokens, cost: 0 })) });
    assert.deepEqual([tokens.low, tokens.total, tokens.high], [8, 8, 8]);
  });

  it('knows no cost where one price is unknown or there are no prices', () => {
    const units = [1, 2].map((tokens) => ({ tokens, cost: tokens === 1 ? null : 0.1 }));
    assert.equal(estimateOf(config, pilot, { writer: units }).cost, null);
    assert.equal(estimateOf({ ...config, prices: null }, pilot, { writer: [{ tokens: 1, cost: 0 }] }).cost, null);
  });

  it('names the generators whose solver was never asked', () => {
    const [round] = inventedStatus.history;
    const row = (stage: string, kept: number) => ({ stage, generator: 'writer', in: kept, kept, rejected: {} });
    assert.deepEqual(unsolvedOf(pilot, [{ ...round!, funnel: [row('parse', 3), row('verify', 0)] }]), ['writer']);
    assert.deepEqual(unsolvedOf(pilot, [{ ...round!, funnel: [row('parse', 3), row('verify', 2)] }]), []);
  });
});
