// The gate of a judge's scores.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScoreActivities } from '../../../activities/gates/scores.ts';
import type { Attempt } from '../../../contracts/samples.ts';
import { makeWorkplace, rowsOf, symbolicSamples, writeParts } from '../workplace.ts';

const samples = symbolicSamples(5, ['hypernyms'], 'rules');
const said = (place: number, response: string): Attempt => {
  return { id: samples[place]!.id, responses: [response], requestHashes: ['hash'] };
};

describe('the gate of scores', () => {
  it('keeps what scored enough, and lets nothing through that has no readable score', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const candidates = await writeParts(store, 'samples', samples.slice(0, 2), samples.slice(2));
    const scores = await writeParts(
      store,
      'attempts',
      [said(0, 'Good.\nScore: 4'), said(1, 'A wrong step.\nScore: 2')],
      [said(2, 'Score: 3/5'), said(3, 'Score: 4\nOr perhaps not.')],
    );
    const { rejectLowScores } = createScoreActivities({ openStore });
    const { output, rejects, counts, key } = await rejectLowScores({ context, candidates, scores, least: 3 });
    assert.deepEqual(await rowsOf(store, 'samples', output), [samples[0], samples[2]]);
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason, detail }) => [id, reason, detail]),
      [
        [samples[1]?.id, 'low-score', '2, at least 3 is kept; the judge said: A wrong step.\nScore: 2'],
        [samples[3]?.id, 'unscored', 'the judge said: Score: 4\nOr perhaps not.'],
        [samples[4]?.id, 'unscored', 'the judge said: nothing'],
      ],
    );
    assert.deepEqual(counts['rules'], { in: 5, kept: 2, rejected: { 'low-score': 1, unscored: 2 } });
    const stricter = await rejectLowScores({ context, candidates, scores, least: 4 });
    assert.notEqual(stricter.key, key);
    assert.equal(stricter.output.rows, 1);
  });
});
