import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lazily } from '../../../adapters/models/lazily.ts';

describe('a thing opened lazily', () => {
  it('opens once, at first need, and closes what it opened', async () => {
    const calls: string[] = [];
    const lazy = lazily(() => {
      calls.push('open');
      return Promise.resolve({ close: () => Promise.resolve(void calls.push('close')).then(() => undefined) });
    });
    assert.deepEqual(calls, []);
    assert.equal(await lazy.get(), await lazy.get());
    await lazy.close();
    assert.deepEqual(calls, ['open', 'close']);
  });

  it('closes nothing that was never opened, and tries again after a failure', async () => {
    let tries = 0;
    const lazy = lazily(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve({ close: () => Promise.resolve() });
    });
    await lazy.close();
    assert.equal(tries, 0);
    await assert.rejects(lazy.get(), /no memory/);
    await lazy.get();
    assert.equal(tries, 2);
  });
});
