import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatRefusal } from '../../../core/filters/format.ts';

const MATH = '../shared/data/math';

describe('format filter', () => {
  for (const [text, reason] of [
    ['It weighs 3\ufffd kg.', 'mangled-characters'],
    ['Anna\u00e2\u20ac\u2122s apples', 'mangled-characters'],
    ['[[Problem]] Anna has apples.', 'placeholder'],
    ['Dear {{customer_name}}, how many?', 'placeholder'],
    ['The answer is 4.<|im_end|>', 'chat-marker'],
    ['Four.\nuser\nAnother question', 'chat-marker'],
    ['So \\[x = 2', 'unclosed-math'],
    ['Therefore \\boxed{\\frac{1}{2}', 'unclosed-math'],
    ['```python\nprint(1)', 'unclosed-code'],
    ['<answer> and no more', 'placeholder'],
    ['[[Problem 2]] Anna has pears.', 'placeholder'],
    ['Code: ```print(1)```\n```python\nprint(2)', 'unclosed-code'],
    [`0 & 0 \\\\ so\n`.repeat(4), 'repeats-itself'],
    ['so\n'.repeat(4), 'repeats-itself'],
    [`We add ${'and then we add one more '.repeat(6)}`, 'repeats-itself'],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))} as ${reason}`, () => {
      assert.equal(formatRefusal(text)?.reason, reason);
    });
  }

  for (const text of [
    '',
    'It costs $5, and $3 more.',
    'x^{{el}} and {{x}}',
    '\\begin{pmatrix} 1 \\\\[2pt] 2 \\end{pmatrix}',
    'So \\boxed{\\{1, 2\\}}.',
    '```\ncode\n```',
    'Row\nRow\nRow\nend',
    'Let [[x]] be the greatest integer up to x, and [[a]] + [[b]] = 3.',
    'The answer is <answer>5</answer>, as <ANSWER>\n5\n</ANSWER> says.',
    '\\begin{pmatrix}\n0 & 0 & 0\n0 & 0 & 0\n0 & 0 & 0\n0 & 0 & 0\n\\end{pmatrix}',
    `The digits of 10^20 after the first are ${'0 '.repeat(20)}`,
    '```python\nprint(1)```',
    '\n\n\n\n\n',
  ]) {
    it(`keeps ${JSON.stringify(text)}`, () => {
      assert.equal(formatRefusal(text), null);
    });
  }

  it(
    'keeps all problems and solutions of GSM8K and MATH',
    { skip: existsSync(MATH) ? false : `missing ${MATH}` },
    () => {
      for (const file of ['gsm8k-train.jsonl', 'math-test.jsonl', 'minerva-math.jsonl']) {
        for (const line of readFileSync(`${MATH}/${file}`, 'utf8').split('\n').filter(Boolean)) {
          const row = JSON.parse(line) as Record<string, string>;
          for (const part of ['question', 'answer', 'problem', 'solution']) {
            assert.equal(formatRefusal(row[part] ?? ''), null, row[part]);
          }
        }
      }
    },
  );
});
