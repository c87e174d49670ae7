// The gates against repeats: exact ones and near ones, of the pool and among the candidates.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDuplicateActivities } from '../../../activities/gates/duplicates.ts';
import { writeRows } from '../../../activities/rows.ts';
import type { Sample } from '../../../contracts/samples.ts';
import { makeWorkplace, pairOf, rowsOf, writeParts } from '../workplace.ts';

const pair = (id: string, premise: string, hypothesis = 'An animal moves.', generator = 'rules'): Sample =>
  pairOf(id, { premise, hypothesis, label: 'yes' }, generator);

const rule = { ngram: 3, buckets: 14, hashes: 4 };
const report = 'The committee of seven elected members will publish its final report on the river next Tuesday morning';

describe('the gate against duplicates', () => {
  it('turns away what the pool has and what an earlier candidate said, naming the first', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const pool = await writeRows(store, 'samples', [pair('seeds/1', 'A dog runs.')]);
    const candidates = await writeRows(store, 'samples', [
      pair('r1/1', 'A  DOG runs'),
      pair('r1/2', 'A cat sleeps.'),
      pair('r1/3', 'a cat sleeps;'),
      pair('r1/4', 'A cat sleeps.', 'Nothing sleeps.'),
    ]);
    const { deduplicate } = createDuplicateActivities({ openStore });
    const { output, rejects, counts } = await deduplicate({ context, candidates, pool });
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['r1/2', 'r1/4'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, detail }) => [id, detail]),
      [
        ['r1/1', 'same text as seeds/1'],
        ['r1/3', 'same text as r1/2'],
      ],
    );
    assert.deepEqual(counts['rules'], { in: 4, kept: 2, rejected: { duplicate: 2 } });
  });

  it('remembers across the parts of pool and candidates, and counts each generator by itself', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const pool = await writeParts(store, 'samples', [pair('seeds/1', 'A dog runs.')], [pair('seeds/2', 'A hen lays.')]);
    const candidates = await writeParts(
      store,
      'samples',
      [pair('r1/1', 'A cow eats.'), pair('r1/2', 'A hen lays.', undefined, 'writer')],
      [pair('r1/3', 'A cow eats.', undefined, 'writer')],
      [pair('r1/4', 'A dog runs.'), pair('r1/5', 'A cow eats.'), pair('r1/6', 'An owl sees.')],
    );
    const { deduplicate } = createDuplicateActivities({ openStore });
    const { output, rejects, counts } = await deduplicate({ context, candidates, pool });
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['r1/1', 'r1/6'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ detail }) => detail),
      ['same text as seeds/2', 'same text as r1/1', 'same text as seeds/1', 'same text as r1/1'],
    );
    assert.deepEqual(counts, {
      rules: { in: 4, kept: 2, rejected: { duplicate: 2 } },
      writer: { in: 2, kept: 0, rejected: { duplicate: 2 } },
    });
  });

  it('lets the seeds through when there is no pool, each text once', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeRows(store, 'samples', [pair('1', 'A dog runs.'), pair('2', 'a dog runs')]);
    const { deduplicate } = createDuplicateActivities({ openStore });
    assert.equal((await deduplicate({ context, candidates, pool: null })).output.rows, 1);
  });

  it('has nothing to say of no candidates', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const pool = await writeRows(store, 'samples', [pair('seeds/1', 'A dog runs.')]);
    const candidates = await writeRows(store, 'samples', []);
    const gates = createDuplicateActivities({ openStore });
    for (const outcome of [
      await gates.deduplicate({ context, candidates, pool }),
      await gates.removeNearDuplicates({ context, candidates, pool, rule }),
    ]) {
      assert.equal(outcome.output.rows, 0);
      assert.deepEqual(outcome.counts, {});
    }
  });
});

describe('the gate against near duplicates', () => {
  it('keeps the sample of the pool, and of candidates alike the earliest, wherever the parts end', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const pool = await writeRows(store, 'samples', [pair('seeds/1', `${report}.`, 'A report appears.')]);
    const lane = 'In the narrow lane behind the old bakery two grey cats were chasing one very fat pigeon all day long';
    const candidates = await writeParts(
      store,
      'samples',
      [pair('r1/1', `Yes: ${report}.`, 'A report appears.'), pair('r1/2', `${lane}.`, 'Cats were there.')],
      [pair('r1/3', `${lane}, they said.`, 'Cats were there.'), pair('r1/4', 'Nothing of this kind is here at all.')],
    );
    const { removeNearDuplicates } = createDuplicateActivities({ openStore });
    const { output, rejects, counts } = await removeNearDuplicates({ context, candidates, pool, rule });
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['r1/2', 'r1/4'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason, detail }) => [id, reason, detail]),
      [
        ['r1/1', 'near-duplicate', 'almost the same text as seeds/1'],
        ['r1/3', 'near-duplicate', 'almost the same text as r1/2'],
      ],
    );
    assert.deepEqual(counts['rules'], { in: 4, kept: 2, rejected: { 'near-duplicate': 2 } });
  });

  it('takes other numbers for another item', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test, 'math');
    const problem = (id: string, apples: number, pears: number): Sample => ({
      ...pair(id, 'A dog runs.'),
      task: 'math',
      prompt: `Mia has ${apples} apples and buys ${pears} pears; how many pieces of fruit does she have?`,
    });
    const candidates = await writeRows(store, 'samples', [problem('1', 12, 31), problem('2', 5, 8)]);
    const pool = await writeRows(store, 'samples', []);
    const { removeNearDuplicates } = createDuplicateActivities({ openStore });
    const numbers = { ngram: 5, buckets: 14, hashes: 8 };
    assert.equal((await removeNearDuplicates({ context, candidates, pool, rule: numbers })).output.rows, 2);
  });

  it('reads the rule and the pool into its key', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeRows(store, 'samples', [pair('1', report)]);
    const { removeNearDuplicates } = createDuplicateActivities({ openStore });
    const pool = await writeRows(store, 'samples', []);
    const run = async (change: object) =>
      (await removeNearDuplicates({ context, candidates, pool, rule, ...change })).key;
    const keys = [await run({}), await run({ rule: { ...rule, hashes: 8 } }), await run({ pool: candidates })];
    assert.equal(new Set(keys).size, 3);
    assert.equal(await run({}), keys[0]);
  });
});
