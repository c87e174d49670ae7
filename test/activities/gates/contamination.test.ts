// The gates against benchmark items: shared n-grams, and a judge's word on the nearest row.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createContaminationActivities } from '../../../activities/gates/contamination.ts';
import { writeRows } from '../../../activities/rows.ts';
import type { Attempt, Pair, Sample } from '../../../contracts/samples.ts';
import { makeWorkplace, pairOf, rowsOf, symbolicSamples, writeParts } from '../workplace.ts';

const rule = { profile: 'prismatic', ngram: 5, commonShare: 0.5 } as const;
const pair = (id: string, premise: string, hypothesis = 'An animal moves.', generator = 'rules'): Sample =>
  pairOf(id, { premise, hypothesis, label: 'yes' }, generator);

describe('the gate against contamination', () => {
  const question = 'The committee of seven elected members will publish its final report next Tuesday morning.';
  const leaked =
    'As we heard, the committee of seven elected members will publish its final report next Tuesday morning';

  it('finds a planted benchmark row in any part, and says which and by what words', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const samples = await writeParts(
      store,
      'samples',
      [pair('r1/clean', 'A dog runs over the wet grass of the park behind our house.')],
      [pair('r1/leaked', `${leaked}.`)],
    );
    const benchmarks = {
      dates: await writeRows(store, 'samples', [pair('dates/1', question)]),
      other: await writeRows(store, 'samples', [
        pair('other/1', 'Every third apple in the basket was rotten at noon.'),
      ]),
    };
    const common = await writeParts(
      store,
      'samples',
      symbolicSamples(10, ['hypernyms']),
      symbolicSamples(10, ['voice']),
    );
    const { decontaminate } = createContaminationActivities({ openStore });
    const outcome = await decontaminate({ context, samples, benchmarks, common, rule });
    const [reject, ...others] = await rowsOf(store, 'rejects', outcome.rejects);
    assert.deepEqual(others, []);
    assert.equal(reject?.id, 'r1/leaked');
    assert.equal(reject.reason, 'contaminated:dates');
    assert.match(
      reject.detail,
      /^copy of dates\/1 of dates: "the committee of seven elected", overlap (?:1\.00|0\.\d\d)$/,
    );
    assert.deepEqual(outcome.summary, [
      { benchmark: 'dates', sharing: 1, pointed: 1, confirmed: 1 },
      { benchmark: 'other', sharing: 0, pointed: 0, confirmed: 0 },
    ]);
    assert.deepEqual(outcome.counts['rules'], { in: 2, kept: 1, rejected: { 'contaminated:dates': 1 } });
  });

  it('ignores what is common in a table, counted over all its parts', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const samples = await writeRows(store, 'samples', [pair('r1/1', `${leaked}.`)]);
    // So long that the question is less than half of it: what is common points only as a large part of a row.
    const more =
      'Until then nobody outside may read a word of it, whatever the papers in the north write about its many drafts, ' +
      'since some of those who wrote them have long left for other towns and cannot be asked.';
    const benchmarks = { dates: await writeRows(store, 'samples', [pair('dates/1', `${question} ${more}`)]) };
    const copies = (from: number) => Array.from({ length: 4 }, (_, place) => pair(`seeds/${from + place}`, question));
    const { decontaminate } = createContaminationActivities({ openStore });
    const run = async (common: Awaited<ReturnType<typeof writeRows<'samples'>>>) =>
      (await decontaminate({ context, samples, benchmarks, common, rule })).output.rows;
    assert.equal(await run(await writeRows(store, 'samples', copies(0))), 0);
    assert.equal(await run(await writeParts(store, 'samples', copies(0), copies(4))), 1);
  });

  it('reads the rule and the benchmarks into its key', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const samples = await writeRows(store, 'samples', [pair('1', 'A dog runs.')]);
    const one = await writeRows(store, 'samples', [pair('2', question)]);
    const { decontaminate } = createContaminationActivities({ openStore });
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

describe('the gate against paraphrases', () => {
  const samples = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => pair(id, `Animal ${id} runs.`));
  const nearTo = (id: string): Pair => {
    return { id, benchmark: 'dates', rowId: 'dates/1', similarity: 0.8123, text: id, benchmarkText: 'row' };
  };
  const said = (id: string, response: string): Attempt => ({ id, responses: [response], requestHashes: ['hash'] });

  it('lets a sample near a benchmark row pass only on the plain word that it is different', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const input = {
      context,
      samples: await writeParts(store, 'samples', samples.slice(0, 3), samples.slice(3)),
      pairs: await writeParts(store, 'pairs', ['a', 'b'].map(nearTo), ['c', 'e', 'f'].map(nearTo)),
      verdicts: await writeParts(
        store,
        'attempts',
        [said('a', 'They share a topic.\nVerdict: different'), said('b', 'As before.\n**Verdict: same**')],
        [said('c', 'Verdict: different, I think, or same'), said('e', '')],
      ),
    };
    const { rejectParaphrases } = createContaminationActivities({ openStore });
    const { output, rejects, counts } = await rejectParaphrases(input);
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['a', 'd'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason }) => [id, reason]),
      [
        ['b', 'paraphrase:dates'],
        ['c', 'unjudged:dates'],
        ['e', 'unjudged:dates'],
        ['f', 'unjudged:dates'],
      ],
    );
    const [first] = await rowsOf(store, 'rejects', rejects);
    assert.equal(first?.detail, 'dates/1 of dates, cosine 0.812; the judge said: As before.\n**Verdict: same**');
    assert.deepEqual(counts['rules'], { in: 6, kept: 2, rejected: { 'paraphrase:dates': 1, 'unjudged:dates': 3 } });
  });

  it('fails when a pair belongs to no sample', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const { rejectParaphrases } = createContaminationActivities({ openStore });
    const input = {
      context,
      samples: await writeRows(store, 'samples', samples),
      pairs: await writeRows(store, 'pairs', [nearTo('b'), nearTo('a')]),
      verdicts: await writeRows(store, 'attempts', [said('b', 'Verdict: different'), said('a', 'Verdict: different')]),
    };
    await assert.rejects(rejectParaphrases(input), { type: 'InvalidData', message: /row a belongs to no sample/ });
  });
});
