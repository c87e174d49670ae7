// The product's promise: kill anything, start again, and the artifacts are those of a run that nothing disturbed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Campaigns, CampaignView } from '../../adapters/temporal/campaigns.ts';
import { makeTinyWorld, startTinyStack, tinyCampaign, type TinyWorld } from '../helpers/tiny-campaign.ts';

describe('a campaign on a real Temporal server with a real model', { timeout: 540_000 }, () => {
  it('gives the same artifacts when killed with kill -9 as when left alone', async (test) => {
    const world = await makeTinyWorld(test);
    const first = await startTinyStack(test, world);
    const undisturbed = await runWhole(first.campaigns, tinyCampaign(world, 'undisturbed'));
    assert.equal(undisturbed.state, 'completed', undisturbed.failure ?? '');

    await first.campaigns.start(tinyCampaign(world, 'disturbed'));
    await until(first.campaigns, 'disturbed', ({ round, progress }) => round === 1 && progress.stage === 'sketch');
    kill(first, 'gradients');
    await until(first.campaigns, 'disturbed', ({ round }) => round === 2);
    kill(first, 'control');
    await until(first.campaigns, 'disturbed', ({ progress }) => progress.stage === 'train');
    // Everything at once: workers, server, and the supervisor's hold on them.
    const stopped = first.stack.stop();
    for (const name of ['control', 'gradients', 'llm', 'training', 'temporal']) kill(first, name);
    await stopped;

    const second = await startTinyStack(test, world, 2);
    const disturbed = await second.campaigns.result('disturbed');
    assert.equal(disturbed.state, 'completed', disturbed.failure ?? '');
    assert.deepEqual(artifactsOf(disturbed), artifactsOf(undisturbed));
    assert.ok(undisturbed.history.every(({ accepted }) => accepted.n > 0 && accepted.n <= 12));
    const grown = undisturbed.history.reduce((sum, { accepted }) => sum + accepted.n, 24);
    assert.equal(undisturbed.pool?.rows, grown);
    assert.ok(undisturbed.scores.every(({ after }) => after?.n === 16));
  });

  it('reuses every stage when the same campaign runs again, with another batch size and more workers', async (test) => {
    const world = await makeTinyWorld(test);
    const { campaigns } = await startTinyStack(test, world, 2);
    const config = tinyCampaign(world, 'again');
    const first = await runWhole(campaigns, config);
    const other = { ...config, sketch: { ...config.sketch, tokenBudget: 2 * config.sketch.tokenBudget } };
    const elsewhere = { ...other, store: { kind: 'directory', path: `${world.folder}/other` } as const };
    const second = await runWhole(campaigns, other);
    const third = await runWhole(campaigns, elsewhere);
    assert.deepEqual(artifactsOf(second), artifactsOf(first));
    assert.deepEqual(artifactsOf(third), artifactsOf(first));
    assert.ok(first.timings.every(({ reused }) => !reused));
    assert.ok(
      second.timings.every(({ reused }) => reused),
      'the second run of one file must reuse every stage',
    );
    assert.ok(
      third.timings.every(({ reused }) => !reused),
      'an empty store has nothing to reuse',
    );
  });

  it('pauses, refuses what makes no sense, resumes, and stops early with a report', async (test) => {
    const world = await makeTinyWorld(test);
    const { campaigns } = await startTinyStack(test, world);
    await campaigns.start(tinyCampaign(world, 'steered'));
    await assert.rejects(campaigns.resume('steered'), /not paused/);
    await campaigns.pause('steered', 'lunch');
    await until(campaigns, 'steered', ({ waiting }) => waiting === 'paused by operator: lunch');
    const held = await campaigns.status('steered');
    await wait(1_500);
    assert.deepEqual((await campaigns.status('steered')).timings.length, held.timings.length);
    await campaigns.resume('steered');
    await campaigns.stop('steered');
    const view = await campaigns.result('steered');
    assert.deepEqual([view.state, view.outcome], ['completed', 'stopped']);
    assert.ok(view.history.length < 2, 'a stop keeps later rounds from starting');
    const report = await campaigns.readFile('steered', view.report!, 'report.html');
    assert.match(new TextDecoder().decode(report), /steered/);
  });

  it('adopts the same campaign and refuses another one under its name', async (test) => {
    const world = await makeTinyWorld(test);
    const { campaigns } = await startTinyStack(test, world);
    const config = tinyCampaign(world, 'one-name');
    assert.equal((await campaigns.start(config)).adopted, false);
    assert.equal((await campaigns.start(config)).adopted, true);
    await assert.rejects(campaigns.start({ ...config, seed: 8 }), { type: 'CampaignConflict' });
    await assert.rejects(campaigns.status('nobody'), /No campaign named nobody/);
    await campaigns.stop('one-name');
    await campaigns.result('one-name');
  });
});

async function runWhole(campaigns: Campaigns, config: Parameters<Campaigns['start']>[0]): Promise<CampaignView> {
  await campaigns.start(config);
  return campaigns.result(config.name);
}

/** The content hashes of all that a campaign makes; its report also holds times, which differ. */
function artifactsOf({ pool, checkpoint, scores, history }: CampaignView) {
  const diversity = history.map(({ pool: before, accepted, random, poolAfter }) => [
    before,
    accepted,
    random,
    poolAfter,
  ]);
  return { pool: pool?.manifest, checkpoint: checkpoint?.manifest, scores, diversity };
}

async function until(campaigns: Campaigns, name: string, reached: (view: CampaignView) => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const view = await campaigns.status(name).catch(() => null);
    if (view !== null && reached(view)) return;
    assert.ok(Date.now() < deadline, `campaign ${name} never got there; last seen: ${JSON.stringify(view?.progress)}`);
    await wait(50);
  }
}

function kill({ stack }: TinyWorld, name: string): void {
  const found = Object.entries(stack.processes()).find(([label]) => label === name || label.startsWith(`${name}-`));
  assert.ok(found, `no process ${name}`);
  try {
    process.kill(found[1], 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}
