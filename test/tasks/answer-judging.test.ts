import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import {
  pairwiseMessages,
  pairwiseTemplate,
  readPairVerdict,
  readRating,
  singleMessages,
  singleTemplate,
} from '../../tasks/answer-judging.ts';
import type { Template, TemplateSpecification } from '../../tasks/template.ts';
import { readTemplate } from '../../tasks/template.ts';

async function builtIn(specification: TemplateSpecification): Promise<Template> {
  const reading = readTemplate((await promptFiles.builtIn(specification.name)).text, specification);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.template;
}

describe('the words of a judge', () => {
  it('end in a verdict or in none', () => {
    assert.equal(readPairVerdict('A is vague. [[B]]'), 'second');
    assert.equal(readPairVerdict('Not [[A]], not [[B]]: [[C]]'), 'tie');
    assert.equal(readPairVerdict('"[[A]]".'), 'first');
    for (const none of ['', 'A', '[A]', '[[D]]', '[[a]]', '[[A or B]]']) assert.equal(readPairVerdict(none), null);
  });

  it('end in a rating from 1 to 10 or in none', () => {
    assert.equal(readRating('Fine. Rating: [[8]]'), 8);
    assert.equal(readRating('[[3]] at first, [[7.5]] now'), 7.5);
    assert.equal(readRating('[[9/10]]'), 9);
    for (const none of ['', '8', '[[0]]', '[[11]]', '[[8/5]]', '[[eight]]']) assert.equal(readRating(none), null);
  });
});

describe('what a judge is asked', () => {
  it('shows the reference only where there is one', async () => {
    const pairwise = await builtIn(pairwiseTemplate);
    const [system, user] = pairwiseMessages(pairwise, { prompt: 'Why?', reference: '' }, 'one', 'two');
    assert.equal(system?.role, 'system');
    assert.match(user?.content ?? '', /Why\?[\s\S]*assistant A:\n<<<\none\n>>>[\s\S]*assistant B:\n<<<\ntwo\n>>>/);
    assert.doesNotMatch(user?.content ?? '', /expert/);
    const [, withReference] = pairwiseMessages(pairwise, { prompt: 'Why?', reference: 'So.' }, 'one', 'two');
    assert.match(withReference?.content ?? '', /expert, for comparison:\n<<<\nSo\.\n>>>/);
  });

  it('holds braces in answers for text', async () => {
    const [, user] = singleMessages(
      await builtIn(singleTemplate),
      { prompt: '{{answer}}', reference: '' },
      '{{prompt}}',
    );
    assert.match(user?.content ?? '', /Request:\n<<<\n\{\{answer\}\}\n>>>[\s\S]*assistant:\n<<<\n\{\{prompt\}\}\n>>>/);
  });
});
