// Stages: found again by their key, refused when their sums do not close.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runStage, stageKey, sumOf } from '../../activities/stage.ts';
import type { ArtifactRef, StageCounts } from '../../contracts/artifacts.ts';
import { makeWorkplace } from './workplace.ts';

const ref = (manifest: string): ArtifactRef => ({ kind: 'samples', manifest, rows: 1, bytes: 1 });
const identity = { stage: 'test', version: 1, inputs: [ref('aa'), null], config: { share: 0.5, names: ['a', 'b'] } };
const product = (counts: Record<string, StageCounts>, summary: unknown = null) => ({
  output: ref('cc'),
  rejects: null,
  counts,
  summary,
});

describe('the key of a stage', () => {
  const key = stageKey(identity);

  it('is a sha256 and does not depend on the order in which a config was written', () => {
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(stageKey({ ...identity, config: { names: ['a', 'b'], share: 0.5 } }), key);
  });

  it('knows an input by its manifest alone', () => {
    assert.equal(stageKey({ ...identity, inputs: [{ ...ref('aa'), rows: 9, bytes: 9 }, null] }), key);
  });

  const changes: Record<string, Partial<typeof identity>> = {
    'the stage': { stage: 'other' },
    'its version': { version: 2 },
    'an input': { inputs: [ref('ab'), null] },
    'the order of the inputs': { inputs: [null, ref('aa')] },
    'the config': { config: { share: 0.6, names: ['a', 'b'] } },
    'the order of a list in the config': { config: { share: 0.5, names: ['b', 'a'] } },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`changes with ${what}`, () => assert.notEqual(stageKey({ ...identity, ...change }), key));
  }
});

describe('a stage', () => {
  it('works once: the second run gives the stored result and says so', async (test) => {
    const { store } = await makeWorkplace(test);
    let calls = 0;
    const produce = () => {
      calls += 1;
      return Promise.resolve(product({ seeds: { in: 3, kept: 2, rejected: { short: 1 } } }, { calls }));
    };
    const first = await runStage(store, identity, produce);
    const second = await runStage(store, identity, produce);
    assert.equal(calls, 1);
    assert.equal(first.reused, false);
    assert.equal(second.reused, true);
    assert.deepEqual({ ...second, reused: false, seconds: 0 }, { ...first, seconds: 0 });
  });

  it('refuses sums that do not close and writes nothing', async (test) => {
    const { store } = await makeWorkplace(test);
    const lossy = {
      seeds: { in: 3, kept: 3, rejected: {} },
      rules: { in: 5, kept: 2, rejected: { short: 1, long: 1 } },
    };
    await assert.rejects(
      runStage(store, identity, () => Promise.resolve(product(lossy))),
      {
        type: 'ConservationBroken',
        message: /Stage test, generator rules: 5 went in, 4 came out \(2 kept, 2 rejected\)/,
      },
    );
    assert.equal(await store.readStage(stageKey(identity)), null);
  });

  it('leaves nothing behind when its work fails, and works the next time', async (test) => {
    const { store } = await makeWorkplace(test);
    await assert.rejects(
      runStage(store, identity, () => Promise.reject(new Error('network'))),
      /network/,
    );
    const outcome = await runStage(store, identity, () => Promise.resolve(product({})));
    assert.equal(outcome.reused, false);
  });

  it('adds up rejects over their reasons', () => {
    assert.equal(sumOf({}), 0);
    assert.equal(sumOf({ duplicate: 2, 'too-long': 3 }), 5);
  });
});
