// Reading judges: exactly the last line, or nothing.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import {
  paraphraseMessages,
  paraphraseTemplate,
  readScore,
  readVerdict,
  scoreMessages,
  scoreTemplate,
} from '../../tasks/judging.ts';
import { readTemplate, type TemplateSpecification } from '../../tasks/template.ts';

const builtIn = async (specification: TemplateSpecification) => {
  const text = await readFile(new URL(`../../prompts/${specification.name}.md`, import.meta.url), 'utf8');
  const reading = readTemplate(text, specification);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.template;
};

describe('a verdict', () => {
  const cases: readonly (readonly [string, 'same' | 'different' | null])[] = [
    ['Verdict: same', 'same'],
    ['They differ.\n\nVerdict: different\n', 'different'],
    ['**Verdict:** Different.', 'different'],
    ['verdict: SAME', 'same'],
    ['', null],
    ['different', null],
    ['Verdict: different or same', null],
    ['Verdict: not different', null],
    ['Verdict: different\nWait, I am not sure.', null],
    ['The verdict: different', null],
    ['Verdict: "same" or "different"', null],
  ];
  for (const [response, verdict] of cases) {
    it(`is ${verdict} in ${JSON.stringify(response)}`, () => assert.equal(readVerdict(response), verdict));
  }
});

describe('a score', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ['Score: 4', 4],
    ['Reasons.\n*Score: 1*', 1],
    ['Score: 5/5', 5],
    ['Score: 3 out of 5.', 3],
    ['Score: 0', null],
    ['Score: 6', null],
    ['Score: 45', null],
    ['Score: 3.5', null],
    ['Score: 4/10', null],
    ['4', null],
    ['Score: 4\nGood work!', null],
  ];
  for (const [response, score] of cases) {
    it(`is ${score} in ${JSON.stringify(response)}`, () => assert.equal(readScore(response), score));
  }
});

describe('the questions to judges', () => {
  it('show both texts of a pair, the benchmark row as A', async () => {
    const pair = {
      id: '1',
      benchmark: 'dates',
      rowId: '2',
      similarity: 0.9,
      text: 'own {{sample}}',
      benchmarkText: 'row',
    };
    const [system, user] = paraphraseMessages(await builtIn(paraphraseTemplate), pair);
    assert.deepEqual([system?.role, user?.role], ['system', 'user']);
    assert.match(user?.content ?? '', /Text A, from a test set:\n<<<\nrow\n>>>/);
    assert.match(user?.content ?? '', /Text B, from training data:\n<<<\nown \{\{sample\}\}\n>>>/);
    assert.match(user?.content ?? '', /"Verdict: same" or "Verdict: different"\.$/);
  });

  it('show prompt and completion of a candidate', async () => {
    const [, user] = scoreMessages(await builtIn(scoreTemplate), { prompt: 'Two and two?', completion: '#### 4' });
    assert.match(user?.content ?? '', /<<<\nTwo and two\?\n>>>[^]*<<<\n#### 4\n>>>/);
    assert.match(user?.content ?? '', /"Score: N", where N is your score\.$/);
  });
});
