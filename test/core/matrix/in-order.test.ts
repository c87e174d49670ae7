import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { inOrder } from '../../../core/matrix/in-order.ts';

async function* upTo(count: number): AsyncGenerator<number> {
  for (let item = 0; item < count; item++) yield await Promise.resolve(item);
}

describe('jobs in order', () => {
  it('gives results in the order of the items, however long each job takes, and never runs more than allowed', async () => {
    let running = 0;
    let most = 0;
    const results: number[] = [];
    const job = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      await sleep(item % 3 === 0 ? 8 : 1);
      running--;
      return item * 10;
    };
    for await (const result of inOrder(upTo(10), 3, job)) results.push(result);
    assert.deepEqual(results, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    assert.equal(most, 3);
  });

  it('fails when the turn of the failed job comes, and not before', async () => {
    const results: number[] = [];
    const walk = async (): Promise<void> => {
      const job = (item: number) => (item === 2 ? Promise.reject(new Error('third')) : Promise.resolve(item));
      for await (const result of inOrder(upTo(6), 4, job)) results.push(result);
    };
    await assert.rejects(walk(), /third/);
    assert.deepEqual(results, [0, 1]);
  });
});
