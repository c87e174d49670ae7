// A campaign without rounds: the student is trained on the seeds as they are, and nobody pays for gradients.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
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
});
