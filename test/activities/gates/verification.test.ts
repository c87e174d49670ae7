// Verification: independent agreement where a generator asks for it, consistency from all.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createVerificationActivities } from '../../../activities/gates/verification.ts';
import { writeRows } from '../../../activities/rows.ts';
import type { Attempt, Sample } from '../../../contracts/samples.ts';
import { makeWorkplace, pairOf, rowsOf, writeParts } from '../workplace.ts';

const pair = (id: string, premise: string, hypothesis = 'An animal moves.', generator = 'rules'): Sample =>
  pairOf(id, { premise, hypothesis, label: 'yes' }, generator);
const attempt = (id: string, ...responses: string[]): Attempt => {
  return { id, responses, requestHashes: responses.map((_, place) => `${id}#${place}`) };
};
const completion = { least: 1, most: 1000 };
const who = { model: 'solver', template: 'nli-label/1' };

describe('verification', () => {
  it('asks for agreement where the generator needs it, and for consistency from all', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const inconsistent = { ...pair('r1/rules/1', 'A cat sleeps.'), completion: 'no' };
    const candidates = await writeParts(
      store,
      'samples',
      [
        pair('r1/writer/agreed', 'A dog runs.', 'An animal runs.', 'writer'),
        pair('r1/writer/disputed', 'A dog barks.', 'An animal barks.', 'writer'),
      ],
      [pair('r1/writer/unasked', 'A dog digs.', 'An animal digs.', 'writer'), pair('r1/rules/0', 'A cat runs.')],
      [inconsistent],
    );
    const attempts = await writeRows(
      store,
      'attempts',
      [
        attempt('r1/writer/agreed', 'Answer: yes', 'Answer: yes', 'Answer: no'),
        attempt('r1/writer/disputed', 'Answer: no', 'Answer: no', 'Answer: yes'),
      ],
      who,
    );
    const { verifyCandidates } = createVerificationActivities({ openStore });
    const input = { context, candidates, attempts: [attempts], agreement: { writer: 2 }, completion };
    const { output, rejects, counts, key } = await verifyCandidates(input);
    const kept = await rowsOf(store, 'samples', output);
    assert.deepEqual(
      kept.map(({ id }) => id),
      ['r1/writer/agreed', 'r1/rules/0'],
    );
    assert.deepEqual(
      kept.map(({ lineage }) => lineage.solver),
      [{ ...who, requestHashes: ['r1/writer/agreed#0', 'r1/writer/agreed#1', 'r1/writer/agreed#2'] }, undefined],
    );
    const refused = await rowsOf(store, 'rejects', rejects);
    const asked = refused.map(({ item }) => (JSON.parse(item) as Sample).lineage.solver?.requestHashes[0]);
    assert.deepEqual(asked, ['r1/writer/disputed#0', undefined, undefined], 'a reject says who was asked about it');
    assert.deepEqual(
      refused.map(({ id, reason }) => [id, reason]),
      [
        ['r1/writer/disputed', 'answer-disagrees'],
        ['r1/writer/unasked', 'no-agreement'],
        ['r1/rules/1', 'completion-differs'],
      ],
    );
    assert.deepEqual(counts['writer'], { in: 3, kept: 1, rejected: { 'answer-disagrees': 1, 'no-agreement': 1 } });
    assert.notEqual((await verifyCandidates({ ...input, agreement: { writer: 3 } })).key, key);
  });

  it('finds the attempts of every generator, whose candidates stand mixed', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeParts(
      store,
      'samples',
      [pair('1', 'A dog runs.', undefined, 'first'), pair('2', 'A dog digs.', undefined, 'second')],
      [pair('3', 'A dog barks.', undefined, 'first'), pair('4', 'A dog eats.', undefined, 'second')],
    );
    const attempts = [
      await writeParts(store, 'attempts', [attempt('1', 'Answer: yes')], [attempt('3', 'Answer: yes')]),
      await writeParts(store, 'attempts', [attempt('2', 'Answer: yes'), attempt('4', 'Answer: yes')]),
    ];
    const { verifyCandidates } = createVerificationActivities({ openStore });
    const agreement = { first: 1, second: 1 };
    const { output } = await verifyCandidates({ context, candidates, attempts, agreement, completion });
    assert.equal(output.rows, 4);
  });

  it('looks at the form of a completion that the vote supplied', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test, 'math');
    const unsolved = (id: string): Sample => ({
      ...pair(id, 'A dog runs.', undefined, 'writer'),
      task: 'math',
      prompt: `What is two plus two, asked for the ${id} time?`,
      completion: '',
      answer: '',
    });
    const candidates = await writeRows(store, 'samples', [unsolved('first'), unsolved('second')]);
    const attempts = await writeRows(store, 'attempts', [
      attempt('first', 'Two and two are four.\n\\boxed{4}', 'It is \\boxed{4}'),
      attempt('second', `Two and two are ${'surely '.repeat(20)}four.\n\\boxed{4}`, 'It is \\boxed{4}'),
    ]);
    const { verifyCandidates } = createVerificationActivities({ openStore });
    const bounds = { least: 1, most: 60 };
    const agreement = { writer: 2 };
    const outcome = await verifyCandidates({
      context,
      candidates,
      attempts: [attempts],
      agreement,
      completion: bounds,
    });
    const [kept] = await rowsOf(store, 'samples', outcome.output);
    assert.equal(kept?.completion, 'Two and two are four.\n\\boxed{4}');
    assert.equal(kept.answer, '4');
    assert.equal(outcome.counts['writer']?.rejected['completion-too-long'], 1);
  });

  it('fails when attempts belong to no candidate', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeRows(store, 'samples', [pair('1', 'A dog runs.', undefined, 'writer')]);
    const attempts = [await writeRows(store, 'attempts', [attempt('2', 'Answer: yes')])];
    const { verifyCandidates } = createVerificationActivities({ openStore });
    const input = { context, candidates, attempts, agreement: { writer: 1 }, completion };
    await assert.rejects(verifyCandidates(input), { type: 'InvalidData', message: /row 2 belongs to no sample/ });
  });
});
