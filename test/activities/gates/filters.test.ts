// The gate of form: whole texts, their length, their language.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFilterActivities } from '../../../activities/gates/filters.ts';
import { openLanguageDetector } from '../../../adapters/language/detector.ts';
import type { Sample } from '../../../contracts/samples.ts';
import { makeWorkplace, rowsOf, symbolicSamples, writeParts } from '../workplace.ts';

const [like] = symbolicSamples(1, ['hypernyms'], 'writer');
const problem = (id: string, prompt: string, completion: string): Sample => {
  return { ...like!, id, task: 'math', prompt, completion, answer: '4', group: 'tests' };
};

const english = 'Anna had nine apples this morning and gave five of them to her brother; how many are left?';
const german =
  'Anna hatte heute Morgen neun Äpfel und gab ihrem Bruder fünf davon; wie viele Äpfel hat sie nun noch übrig?';
const solution = 'She had nine apples and gave five away, so four are left.\n#### 4';
const filters = { prompt: { least: 10, most: 120 }, completion: { least: 10, most: 200 }, language: 'en' };

describe('the gate of form', () => {
  it('turns away what is cut off, too short, too long or in another language, in any part of the table', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test, 'math');
    const candidates = await writeParts(
      store,
      'samples',
      [problem('good', english, solution), problem('short', 'Two?', solution)],
      [
        problem('long', `${english} ${english}`, solution),
        problem('terse', english, '#### 4'),
        problem('cut', english, 'So the answer is \\boxed{4'),
        problem('german', german, 'Neun weniger fünf sind vier, also hat Anna noch vier Äpfel.\n#### 4'),
        problem('unsolved', english, ''),
      ],
    );
    const { filterCandidates } = createFilterActivities({ openStore, openLanguageDetector });
    const { output, rejects, counts } = await filterCandidates({ context, candidates, filters });
    assert.deepEqual(
      (await rowsOf(store, 'samples', output)).map(({ id }) => id),
      ['good', 'unsolved'],
    );
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason }) => [id, reason]),
      [
        ['short', 'prompt-too-short'],
        ['long', 'prompt-too-long'],
        ['terse', 'completion-too-short'],
        ['cut', 'unclosed-math'],
        ['german', 'other-language'],
      ],
    );
    assert.equal((await rowsOf(store, 'rejects', rejects))[3]?.detail.startsWith('completion: '), true);
    assert.equal(counts['writer']?.in, 7);
    assert.equal(counts['writer'].kept, 2);
  });

  it('opens no language detector where any language is kept', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test, 'math');
    const candidates = await writeParts(store, 'samples', [problem('german', german, solution)]);
    const { filterCandidates } = createFilterActivities({
      openStore,
      openLanguageDetector: () => Promise.reject(new Error('not asked for')),
    });
    const outcome = await filterCandidates({ context, candidates, filters: { ...filters, language: null } });
    assert.equal(outcome.output.rows, 1);
    await assert.rejects(filterCandidates({ context, candidates, filters }), /not asked for/);
  });
});
