// Budgets in a running campaign: a hard one holds a stage between two chunks, a soft one holds the campaign between two stages;
// both say so, and give way to the operator.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CampaignView } from '../../adapters/temporal/campaigns.ts';
import type { BudgetConfig, CampaignConfig } from '../../contracts/campaign.ts';
import { chatCampaign, billedTokens } from '../helpers/chat-campaign.ts';
import { answer } from '../helpers/chat-answers.ts';
import { startSeededChatServer, type SeededChatServer } from '../helpers/seeded-chat-server.ts';
import { makeTinyWorld, startTinyStack, type TinyWorld } from '../helpers/tiny-campaign.ts';

/** Two chunks and a half. */
const requests = 40;
const chunk = 16;

describe('the budget of a campaign', { timeout: 300_000 }, () => {
  const cleanings: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => void cleanings.unshift(clean) };
  let world: TinyWorld;
  before(async () => {
    world = await startTinyStack(lifetime, await makeTinyWorld(lifetime));
  });
  after(async () => {
    for (const clean of cleanings) await clean();
  });

  async function start(name: string, budget: Partial<BudgetConfig>) {
    const server = await startSeededChatServer({ seed: name, answer });
    lifetime.after(() => server.close());
    const config = chatCampaign(world, name, { url: server.url, requests });
    await world.campaigns.start({ ...config, budget: { ...config.budget, ...budget } });
    return { server, config };
  }

  async function waiting({ name }: CampaignConfig, reason: RegExp): Promise<CampaignView> {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const view = await world.campaigns.status(name).catch(() => null);
      if (reason.test(view?.waiting ?? '')) return view!;
      assert.ok(Date.now() < deadline, `never waited for ${reason}; last seen: ${JSON.stringify(view?.progress)}`);
      await wait(50);
    }
  }

  /** Nothing is asked while nobody allows it. */
  async function assertIdle({ accounting }: SeededChatServer, asked: number): Promise<void> {
    await wait(1_500);
    assert.equal(accounting().requests, asked);
  }

  it('holds a stage in its middle when its tokens are spent, and lets it go on when it is raised', async () => {
    const { server, config } = await start('hard', { tokens: 1 });
    const held = await waiting(config, /^token budget of 1 reached \(\d+ used\); raise it with: diffract set/);
    assert.equal(held.progress.stage, 'generate-writer');
    await assertIdle(server, chunk);
    await world.campaigns.setBudget('hard', { tokens: null, cost: 1e-6 });
    await waiting(config, /^cost budget of 0.000001 reached/);
    await assertIdle(server, chunk);
    await world.campaigns.setBudget('hard', { cost: null });
    const view = await world.campaigns.result('hard');
    assert.deepEqual([view.state, view.outcome, view.waiting], ['completed', 'completed', null], view.failure ?? '');
    const { whole } = billedTokens(server.accounting());
    assert.deepEqual([view.tokens.promptTokens, view.tokens.completionTokens], [whole.prompt, whole.completion]);
  });

  it('ends a campaign that is stopped while it waits with the pool so far, a report, and what was spent', async () => {
    const { server, config } = await start('stopped', { tokens: 1 });
    await waiting(config, /^token budget of 1 reached/);
    await world.campaigns.stop('stopped');
    const view = await world.campaigns.result('stopped');
    assert.deepEqual([view.state, view.outcome, view.waiting], ['completed', 'stopped', null], view.failure ?? '');
    assert.deepEqual([view.pool?.rows, view.history.length], [24, 0]);
    assert.equal(server.accounting().requests, chunk);
    const { whole } = billedTokens(server.accounting());
    assert.deepEqual(
      [view.tokens.requests, view.tokens.promptTokens, view.tokens.completionTokens],
      [chunk, whole.prompt, whole.completion],
      'what an abandoned stage has spent is spent',
    );
    const report = new TextDecoder().decode(await world.campaigns.readFile('stopped', view.report!, 'report.html'));
    assert.ok(report.includes(whole.prompt.toLocaleString('en')));
  });

  it('gives up a stage whose server never answers, when it is stopped at once', async () => {
    const server = await startSeededChatServer({ seed: 'gone', answer });
    const config = chatCampaign(world, 'gone', { url: server.url, requests });
    await server.close();
    await world.campaigns.start(config);
    const deadline = Date.now() + 120_000;
    while ((await world.campaigns.status('gone').catch(() => null))?.progress.stage !== 'generate-writer') {
      assert.ok(Date.now() < deadline, 'the stage never began');
      await wait(100);
    }
    await world.campaigns.stop('gone', { now: true });
    const view = await world.campaigns.result('gone');
    assert.deepEqual([view.state, view.outcome, view.pool?.rows], ['completed', 'stopped', 24], view.failure ?? '');
    assert.ok(view.report);
  });

  it('holds no stage that asks no model, however far the last request went over', async () => {
    const server = await startSeededChatServer({ seed: 'over', answer });
    lifetime.after(() => server.close());
    const config = chatCampaign(world, 'over', { url: server.url, requests: chunk });
    const generators = config.generators.map((generator) =>
      generator.kind === 'llm'
        ? { ...generator, solver: { ...generator.solver, attempts: 0, agreement: 0 } }
        : generator,
    );
    await world.campaigns.start({ ...config, generators, budget: { ...config.budget, tokens: 1 } });
    const view = await world.campaigns.result('over');
    assert.deepEqual([view.state, view.outcome, view.waiting], ['completed', 'completed', null], view.failure ?? '');
    assert.equal(server.accounting().requests, chunk);
    assert.equal(view.history.length, config.rounds);
  });

  it('pauses between two stages at a soft limit, and goes on when it is resumed', async () => {
    const { server, config } = await start('soft', { softTokens: 1 });
    const held = await waiting(
      config,
      /^soft token budget of 1 reached .*go on with: diffract resume soft, or raise it with: diffract set soft/,
    );
    assert.equal(held.tokens.requests, requests, 'the stage that passed the limit came to its end');
    await assertIdle(server, requests);
    await world.campaigns.resume('soft');
    const view = await world.campaigns.result('soft');
    assert.deepEqual([view.state, view.outcome], ['completed', 'completed'], view.failure ?? '');
    assert.ok(view.tokens.requests > requests);
  });
});
