// A campaign without rounds: the student is trained on the seeds as they are, and nobody pays for gradients.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { makeTinyWorld, startTinyStack, tinyCampaign, type TinyWorld } from '../helpers/tiny-campaign.ts';

describe('a campaign without rounds', { timeout: 120_000 }, () => {
  const cleanings: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => void cleanings.unshift(clean) };
  let world: TinyWorld;
  before(async () => {
    world = await startTinyStack(lifetime, await makeTinyWorld(lifetime));
  });
  after(async () => {
    for (const clean of cleanings) await clean();
  });

  it('trains on the seeds, grades before and after, and sketches nothing', async () => {
    const config = tinyCampaign(world, 'seeds-alone');
    await world.campaigns.start({ ...config, rounds: 0, generators: [] });
    const view = await world.campaigns.result('seeds-alone');
    assert.deepEqual([view.state, view.outcome], ['completed', 'completed'], view.failure ?? '');
    assert.deepEqual([view.pool?.rows, view.history.length, view.seedDiversity], [24, 0, null]);
    assert.deepEqual(
      view.scores.map(({ benchmark, n, after }) => [benchmark, n, after !== null]),
      [
        ['same', 16, true],
        ['dates', 16, true],
      ],
    );
    assert.ok(view.timings.every(({ stage }) => !/sketch|measure|cluster/.test(stage)));
  });

  it('ends a trainer that ignores SIGTERM when it is stopped at once, and keeps the pool', async () => {
    const pidFile = join(world.folder, 'trainer.pid');
    const stubborn = `trap '' TERM; echo $$ > ${pidFile}; while true; do echo learning; sleep 0.2; done`;
    const config = tinyCampaign(world, 'stubborn');
    await world.campaigns.start({
      ...config,
      rounds: 0,
      generators: [],
      benchmarks: [],
      student: {
        kind: 'command',
        model: 'none',
        template: null,
        command: ['sh', '-c', stubborn],
        settings: {},
        dataFormat: 'prompt-completion',
        environment: {},
        stallMinutes: 60,
        graceSeconds: 1,
        attempts: 1,
        retryableExitCodes: [],
      },
    });
    while (!existsSync(pidFile)) await wait(100);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await world.campaigns.stop('stubborn', { now: true });
    const view = await world.campaigns.result('stubborn');
    assert.deepEqual([view.state, view.outcome, view.pool?.rows], ['completed', 'stopped', 24], view.failure ?? '');
    const deadline = Date.now() + 60_000;
    while (existsSync(`/proc/${pid}`)) {
      assert.ok(
        Date.now() < deadline,
        `the trainer outlived its campaign: ${readFileSync(`/proc/${pid}/stat`, 'utf8')}`,
      );
      await wait(100);
    }
  });
});
