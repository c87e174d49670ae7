// The gates before the gradient: duplicates, contamination, verification.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGateActivities } from '../../activities/gates.ts';
import { writeRows } from '../../activities/rows.ts';
import type { Sample } from '../../contracts/samples.ts';
import { makeWorkplace, pairOf, rowsOf, symbolicSamples } from './workplace.ts';

const rule = { ngram: 5, overlap: 0.6, commonShare: 0.5 };
const pair = (id: string, premise: string, hypothesis = 'An animal moves.', generator = 'rules'): Sample =>
  pairOf(id, { premise, hypothesis, label: 'yes' }, generator);

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
    const { deduplicate } = createGateActivities({ openStore });
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

  it('lets the seeds through when there is no pool, each text once', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeRows(store, 'samples', [pair('1', 'A dog runs.'), pair('2', 'a dog runs')]);
    const { deduplicate } = createGateActivities({ openStore });
    assert.equal((await deduplicate({ context, candidates, pool: null })).output.rows, 1);
  });
});

describe('the gate against contamination', () => {
  const question = 'The committee of seven elected members will publish its final report next Tuesday morning.';
  const leaked =
    'As we heard, the committee of seven elected members will publish its final report next Tuesday morning';

  it('finds a planted benchmark row, and says which and by what words', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const samples = await writeRows(store, 'samples', [
      pair('r1/clean', 'A dog runs over the wet grass of the park behind our house.'),
      pair('r1/leaked', `${leaked}.`),
    ]);
    const benchmarks = {
      dates: await writeRows(store, 'samples', [pair('dates/1', question)]),
      other: await writeRows(store, 'samples', [
        pair('other/1', 'Every third apple in the basket was rotten at noon.'),
      ]),
    };
    const common = await writeRows(store, 'samples', symbolicSamples(20, ['hypernyms']));
    const { decontaminate } = createGateActivities({ openStore });
    const outcome = await decontaminate({ context, samples, benchmarks, common, rule });
    const [reject, ...others] = await rowsOf(store, 'rejects', outcome.rejects);
    assert.deepEqual(others, []);
    assert.equal(reject?.id, 'r1/leaked');
    assert.equal(reject.reason, 'contaminated:dates');
    assert.match(reject.detail, /^dates\/1 of dates: "the committee of seven elected", overlap (?:1\.00|0\.\d\d)$/);
    assert.deepEqual(outcome.summary, [
      { benchmark: 'dates', sharing: 1, pointed: 1, confirmed: 1 },
      { benchmark: 'other', sharing: 0, pointed: 0, confirmed: 0 },
    ]);
    assert.deepEqual(outcome.counts['rules'], { in: 2, kept: 1, rejected: { 'contaminated:dates': 1 } });
  });

  it('reads the rule and the benchmarks into its key', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const samples = await writeRows(store, 'samples', [pair('1', 'A dog runs.')]);
    const one = await writeRows(store, 'samples', [pair('2', question)]);
    const { decontaminate } = createGateActivities({ openStore });
    const run = async (change: object) =>
      (await decontaminate({ context, samples, benchmarks: { one }, common: samples, rule, ...change })).key;
    const keys = [
      await run({}),
      await run({ rule: { ...rule, overlap: 0.7 } }),
      await run({ benchmarks: { renamed: one } }),
      await run({ benchmarks: { one, two: one } }),
      await run({ common: one }),
    ];
    assert.equal(new Set(keys).size, 5);
    assert.equal(await run({}), keys[0]);
  });
});

describe('verification', () => {
  it('asks for agreement where the generator needs it, and for consistency from all', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const inconsistent = { ...pair('r1/rules/1', 'A cat sleeps.'), completion: 'no' };
    const candidates = await writeRows(store, 'samples', [
      pair('r1/writer/agreed', 'A dog runs.', 'An animal runs.', 'writer'),
      pair('r1/writer/disputed', 'A dog barks.', 'An animal barks.', 'writer'),
      pair('r1/writer/unasked', 'A dog digs.', 'An animal digs.', 'writer'),
      pair('r1/rules/0', 'A cat runs.'),
      inconsistent,
    ]);
    const attempts = await writeRows(store, 'attempts', [
      { id: 'r1/writer/agreed', responses: ['Answer: yes', 'Answer: yes', 'Answer: no'] },
      { id: 'r1/writer/disputed', responses: ['Answer: no', 'Answer: no', 'Answer: yes'] },
    ]);
    const { verifyCandidates } = createGateActivities({ openStore });
    const input = { context, candidates, attempts: [attempts], agreement: { writer: 2 } };
    const { output, rejects, counts, key } = await verifyCandidates(input);
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['r1/writer/agreed', 'r1/rules/0'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason }) => [id, reason]),
      [
        ['r1/writer/disputed', 'answer-disagrees'],
        ['r1/writer/unasked', 'no-agreement'],
        ['r1/rules/1', 'completion-differs'],
      ],
    );
    assert.deepEqual(counts['writer'], { in: 3, kept: 1, rejected: { 'answer-disagrees': 1, 'no-agreement': 1 } });
    assert.notEqual((await verifyCandidates({ ...input, agreement: { writer: 3 } })).key, key);
  });
});
