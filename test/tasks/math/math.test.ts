// The task math around its generator: records, answers of language models, consistency and grading.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { math } from '../../../tasks/math/math.ts';
import { isRight } from '../is-right.ts';

const read = (record: Readonly<Record<string, string>>) => math.readRecord(record);
const reasonOf = (record: Readonly<Record<string, string>>) => {
  const result = read(record);
  return result.ok ? 'kept' : result.reason;
};

describe('records', () => {
  it('take calculator marks out and write the answer without thousands commas', () => {
    const answer = 'He earns 48*50=<<48*50=2400>>2,400 dollars.\n#### 2,400';
    assert.deepEqual(read({ question: ' How much? ', answer }), {
      ok: true,
      body: {
        prompt: 'How much?',
        completion: 'He earns 48*50=2,400 dollars.\n#### 2400',
        answer: '2400',
        group: 'all',
      },
    });
  });

  it('keep a solution that ends in a box, and put the answer line under one that does not', () => {
    const boxed = read({ question: 'q', answer: '7', solution: 'So $\\boxed{7}$.', level: 'Level 3' });
    assert.ok(boxed.ok);
    assert.equal(boxed.body.completion, 'So $\\boxed{7}$.');
    assert.equal(boxed.body.group, 'Level 3');
    const plain = read({ question: 'q', answer: '7', solution: 'Add 3 and 4.' });
    assert.ok(plain.ok && plain.body.completion === 'Add 3 and 4.\n#### 7');
  });

  it('complete with the answer line alone when there is nothing else', () => {
    const result = read({ question: 'q', answer: '\\frac{1}{3}', group: 'algebra', level: '5' });
    assert.ok(result.ok);
    assert.deepEqual(result.body, { prompt: 'q', completion: '#### 1/3', answer: '1/3', group: 'algebra' });
  });

  it('are turned away by name', () => {
    assert.equal(reasonOf({ question: '', answer: '1' }), 'missing-question');
    assert.equal(reasonOf({ question: 'q', answer: '' }), 'missing-answer');
    assert.equal(reasonOf({ question: 'q', answer: ' $ ' }), 'missing-answer');
    assert.equal(reasonOf({ question: 'q', answer: '', solution: 'no end' }), 'missing-answer');
    assert.equal(reasonOf({ question: 'q', answer: '7', solution: 'so \\boxed{8}' }), 'answer-differs');
  });
});

describe('what language models write', () => {
  const problems = (text: string) =>
    math.parseGeneration(text).map((result) => (result.ok ? result.body.prompt : `! ${result.reason}`));

  it('is read from fenced blocks', () => {
    assert.deepEqual(problems('---\n[[Problem]]\nOne?\n---\n---\n[[Problem]]\nTwo?\n---'), ['One?', 'Two?']);
  });

  it('is read when the last fence, or every fence, is missing', () => {
    assert.deepEqual(problems('---\n[[Problem]]\nOne?\n---\n[[Problem]]\nTwo?'), ['One?', 'Two?']);
    assert.deepEqual(problems('Sure!\n\n[[Problem]]\nOne?\n\n[[Problem]] Two?'), ['One?', 'Two?']);
  });

  it('keeps a rule of hyphens that stands inside a problem', () => {
    assert.deepEqual(problems('---\n[[Problem]]\nA table:\n---\nx y\nWhat is x?\n---'), [
      'A table:\n---\nx y\nWhat is x?',
    ]);
  });

  it('leaves out what stands behind a closing fence, and what stands between two pieces', () => {
    assert.deepEqual(problems('---\n[[Problem]]\nOne?\n---\nAnd now:\n---\n[[Problem]]\nTwo?\n---\n\nI hope so!'), [
      'One?',
      'Two?',
    ]);
    assert.deepEqual(problems('```\n---\n[[Problem]]\nA table:\n---\nx y?\n---\n```\nEnjoy.'), ['A table:\n---\nx y?']);
  });

  it('shows no answer that stands under its own heading, and keeps one that a solution lacks', () => {
    assert.deepEqual(problems('**Problem 1:** What is 2+2?\n**Answer:** 4\n\n**Problem 2:** Two?'), [
      'What is 2+2?',
      'Two?',
    ]);
    assert.deepEqual(problems('---\n[[Problem]]\nOne?\n\nFinal answer: 4\n---'), ['One?']);
    const [only, ...others] = math.parseGeneration('Problem: One?\nSolution: Add.\nAnswer: \\boxed{4}');
    assert.ok(only?.ok && only.body.answer === '4' && others.length === 0);
  });

  it('is read from a numbered list with solutions', () => {
    const list = '1. One?\nSolution: \\boxed{4}\n\n2. Two?\nAnswer: 5';
    assert.deepEqual(problems(list), ['One?', 'Two?']);
    assert.deepEqual(
      math.parseGeneration(list).map((result) => result.ok && result.body.answer),
      ['4', ''],
    );
    assert.deepEqual(problems('Here:\n---\nOne?\nAnswer: 4\n---\nTwo?\n---'), ['One?', 'Two?']);
  });

  it('is read under other headings', () => {
    assert.deepEqual(problems('**Problem 1:** One?\n\n### Problem 2: Two?'), ['One?', 'Two?']);
  });

  it('carries an answer when its solution states one, and none when it does not', () => {
    const [first, second] = math.parseGeneration(
      '[[Problem]]\nOne?\n[[Solution]]\nIt is \\boxed{4}.\n---\n[[Problem]]\nTwo?\n[[Solution]]\nHm.',
    );
    assert.ok(first?.ok && second?.ok);
    assert.deepEqual([first.body.answer, first.body.completion], ['4', 'It is \\boxed{4}.']);
    assert.deepEqual([second.body.answer, second.body.completion], ['', '']);
  });

  it('is read under a numbered heading that stands alone, between fences without headings, and from a plain list', () => {
    assert.deepEqual(problems('**Problem 1**\nOne?\n\n**Problem 2**\nTwo?'), ['One?', 'Two?']);
    assert.deepEqual(problems('Here:\n---\nOne?\n---\nTwo?\n---\nEnjoy!'), ['One?', 'Two?']);
    assert.deepEqual(problems('1. One has 3 apples.\nHow many?\n\n2) Two?'), ['One has 3 apples.\nHow many?', 'Two?']);
    assert.deepEqual(problems('I have 2 remarks.\n2. No.\n5. No.'), ['! no-problem']);
  });

  it('is read from JSON, also where it was cut short or its LaTeX has single backslashes', () => {
    const json = String.raw`{"problems":[{"problem":"What is \\frac{1}{2} + \frac{1}{3}?"},{"problem":"Two?","solution":"\\boxed{4}"}]}`;
    assert.deepEqual(problems(json), ['What is \\frac{1}{2} + \\frac{1}{3}?', 'Two?']);
    assert.deepEqual(problems(json.slice(0, -20)), ['What is \\frac{1}{2} + \\frac{1}{3}?']);
    assert.deepEqual(problems('{"problems":["One?","Two?"]}'), ['One?', 'Two?']);
    assert.deepEqual(problems('{"problem":"One?","tags":["arithmetic","easy"]}'), ['One?']);
    assert.deepEqual(problems('[{"problem":"One?"},{"problem":"Two?","x":oops}]'), ['One?', '! missing-question']);
  });

  it('is one problem where only one was written, however many were asked for', () => {
    assert.deepEqual(problems('---\n[[Problem]]\nOne?\n---'), ['One?']);
  });

  it('gives a named reject for what is no problem', () => {
    assert.deepEqual(problems('---\n[[Problem]]\n...\n---'), ['! missing-question']);
    assert.deepEqual(problems(''), ['! no-problem']);
    assert.deepEqual(problems('I cannot do that.'), ['! no-problem']);
    assert.deepEqual(problems('[[Problem]]\n---\n[[Problem]]\nTwo?'), ['! missing-question', 'Two?']);
    assert.deepEqual(problems('[[Problem]]\nWhich? (A) 1 (B) 2 (C) 3'), ['! multiple-choice']);
  });
});

describe('checks and grades', () => {
  const sample = { prompt: 'q', completion: 'so\n#### 7', answer: '7', group: 'all' };

  it('find a completion that contradicts the answer, states none, or has nothing to state', () => {
    const reason = (change: Partial<typeof sample>) => {
      const verdict = math.checkConsistency({ ...sample, ...change });
      return verdict.kept ? 'kept' : verdict.reason;
    };
    assert.equal(reason({}), 'kept');
    assert.equal(reason({ completion: 'so \\boxed{7.0}' }), 'kept');
    assert.equal(reason({ completion: 'so\n#### 8' }), 'completion-differs');
    assert.equal(reason({ completion: 'so it is 7' }), 'no-final-answer');
    assert.equal(reason({ answer: '' }), 'no-answer');
    assert.equal(reason({ prompt: '' }), 'prompt-unreadable');
  });

  it('take the last box or mark of an attempt, in normal form', () => {
    assert.equal(math.attemptResult('\\boxed{1} ... \\boxed{\\frac{2}{4}}'), '0.5');
    assert.equal(math.attemptResult('no idea'), null);
    assert.equal(math.attemptResult(`\\boxed{${'x'.repeat(301)}}`), null);
  });

  it('tell attempts apart that give several names other values, and keep every unit of a time', () => {
    const result = (text: string) => math.attemptResult(`\\boxed{${text}}`) ?? '';
    assert.ok(!math.sameResult(result('x=1, y=2'), result('x=2, y=1')));
    const time = result('3 \\text{ hours } 20 \\text{ minutes}');
    assert.ok(math.sameResult(time, time) && !math.sameResult(time, result('3 \\text{ hours } 40 \\text{ minutes}')));
  });

  it('accept the last number of an answer without a mark', () => {
    assert.ok(isRight(math, 'The answer is $1,200.', '1200'));
    assert.ok(isRight(math, '3 + 4 = 7\n#### 7', '7'));
    assert.ok(!isRight(math, '3 + 4 = 8', '7'));
    assert.ok(!isRight(math, '', '7'));
  });
});
