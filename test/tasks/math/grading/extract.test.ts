// Where responses state their final answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalAnswer, statedAnswer } from '../../../../tasks/math/grading/extract.ts';

describe('the marked answer of a text', () => {
  const cases: readonly [text: string, answer: string | null][] = [
    ['so it is \\boxed{7}.', '7'],
    ['\\boxed{1} and then \\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed{\\text{a} \\cup \\{b\\}}', '\\text{a} \\cup \\{b\\}'],
    ['steps\n#### 1,200\n', '1,200'],
    ['\\boxed{3}\n#### 4', '3'],
    ['\\boxed{5}\n\n#### Verification\n5 is odd.', '5'],
    ['\\boxed{5}\n#### Check', '5'],
    ['#### Step 2: conclude\nThe answer is 5.', null],
    ['#### 5\n\nQuestion: and now?', '5'],
    ['#### Answer: 5', '5'],
    ['so \\boxed{4\n#### 5', '5'],
    ['#### 4\nno, \\boxed{3}', '3'],
    ['\\boxed 5$', '5'],
    ['\\fbox{9}', '9'],
    ['\\boxed{never closed', null],
    ['\\boxed{ }', null],
    ['####', null],
    ['the answer is 7', null],
  ];
  for (const [text, answer] of cases) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(answer)}`, () => assert.equal(finalAnswer(text), answer));
  }
});

describe('the stated answer of a text, in the order of Qwen2.5-Math', () => {
  const cases: readonly [text: string, answer: string | null][] = [
    ['\\boxed{3} The final answer is $\\frac{1}{2}$. I hope it is correct.', '\\frac{1}{2}'],
    ['The answer is 4, that is \\boxed{3}, not 5.', '3'],
    ['The final answer is 3 but the answer is 4.', '4'],
    ['Thus the answer is $x = 5$ as claimed.', 'x = 5'],
    ['Thus the answer is \\(2\\pi\\).', '2\\pi'],
    ['The answer is: **12**. That took 3 steps.', '12'],
    ['The answer is 3.5 cm. It has 2 parts.', '3.5 cm'],
    ['Final answer is 8\nand 9', '9'],
    ['The final answer is 8\nand 9', '8'],
    ['We pay $1,200 and get 3 more for -4,500.', '-4,500'],
    ['It is 3/4', '3/4'],
    ['.5', '.5'],
    ['The answer is 5, because 2 + 3 is.', '5'],
    ['#### Step 2: conclude\nThe answer is 5.', '5'],
    ['no number at all', null],
    ['', null],
  ];
  for (const [text, answer] of cases) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(answer)}`, () => assert.equal(statedAnswer(text), answer));
  }
});
