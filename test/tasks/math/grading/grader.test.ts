// The grader of mathematics: one line a pair, then what holds of all pairs.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareAnswers, gradeResponse } from '../../../../tasks/math/grading/grader.ts';
import type { Profile, Reason } from '../../../../tasks/math/grading/grader.ts';

type Case = readonly [a: string, b: string, strict: Reason, qwen?: Reason];

const numbers: readonly Case[] = [
  ['84\\%', '84', 'equal-text'],
  ['0.84', '84\\%', 'different', 'equal-number'],
  ['84', '0.84', 'different', 'equal-number'],
  ['0.333', '1/3', 'different'],
  ['0.3333', '1/3', 'different', 'equal-number'],
  ['0.333333', '1/3', 'equal-number'],
  ['10000', '10001', 'different', 'equal-number'],
  ['1.414214', '\\sqrt{2}', 'equal-at-points'],
  ['1.4142', '\\sqrt{2}', 'different', 'equal-at-points'],
  ['0.0000001', '0.0000002', 'different'],
  ['1.6\\times 10^{-19}', '1.6e-19', 'equal-number'],
  ['2^{100}', '2^{100}+1', 'different', 'equal-number'],
  ['10!', '3628800', 'equal-number'],
  ['\\binom52', '10', 'equal-number'],
  ['\\lfloor 2.7 \\rfloor', '2', 'equal-number'],
  ['|{-3}|', '3', 'equal-number'],
  ['\\sqrt[3]{-8}', '-2', 'equal-number'],
  ['1\\frac{1}{2}', '\\frac{3}{2}', 'equal-number'],
  ['1 1/2', '1.5', 'equal-number'],
  ['1 1/2', '11/2', 'different'],
  ['twelve', '12', 'equal-number'],
  ['43_5', '43_{5}', 'equal-number'],
  ['43_5', '43', 'equal-number'],
  ['43_5', '43_6', 'different'],
  ['3:2', '\\frac{3}{2}', 'equal-number'],
  ['14 \\text{ right triangles}', '14', 'equal-number'],
  ['8\\text{ cm}^2', '8', 'equal-number'],
  ['\\approx 8.24 \\text{ mph}', '8.24', 'equal-number'],
  ['1,234,567', '1234567', 'equal-number'],
  ['95,\\!040', '95040', 'equal-text'],
  ['111, \\! 111, \\! 111', '111111111', 'equal-text'],
  ['8\\sqrt{3} \\text { square inches}', '8\\sqrt{3}', 'equal-at-points'],
  ['(-5)^2', '-5^2', 'different'],
  ['5\\text{ million}', '5', 'different'],
  ['5 million', '5000000', 'equal-number'],
  ['1.2 billion dollars', '1200000000', 'equal-number'],
  ['5 dozen', '60', 'equal-number'],
  ['5\\text{ more than }x', '5', 'unreadable'],
  ['5 \\text{ or more}', '5', 'unreadable'],
  ['5 times x', '5', 'unreadable'],
  ['5 \\text{ more apples}', '5', 'equal-number'],
  ['5 times', '5', 'equal-number'],
  ['\\frac12 cup', '0.5', 'equal-number'],
  ['3/4 cup', '0.75', 'equal-number'],
  ['0.\\overline{3}', '1/3', 'equal-number'],
  ['1.1\\overline{6}', '\\frac{7}{6}', 'equal-number'],
  ['2¼', '2.25', 'equal-number'],
  ['10⁻³', '0.001', 'equal-number'],
  ['2¹⁰', '1024', 'equal-number'],
  ['3^2+4^2=25', '25', 'equal-number'],
  ['25=5^2', '25', 'equal-number'],
  ['1+1=3', '3', 'different'],
  ['\\frac{1}{2004!}', '\\frac{1}{2^{98}}', 'unreadable'],
  ['\\sqrt{2} \\times 10^{-20}', '\\sqrt{3} \\times 10^{-20}', 'different'],
];

const formulas: readonly Case[] = [
  ['\\frac{\\sqrt{2}}{2}', '\\frac{1}{\\sqrt{2}}', 'equal-at-points'],
  ['(x+1)^2', 'x^2+2x+1', 'equal-at-points'],
  ['(x+1)^2', 'x^2+2x+2', 'different'],
  ['\\sin^2 x+\\cos^2 x', '1', 'equal-at-points'],
  ['\\sqrt{x^2}', 'x', 'different'],
  ['n!', 'n(n-1)!', 'equal-at-points'],
  ['\\log_2 8', '3', 'equal-at-points'],
  ['\\tan 45^\\circ', '1', 'equal-at-points'],
  ['e^{i\\pi}', '-1', 'equal-at-points'],
  ['\\sqrt{-4}', '2i', 'equal-at-points'],
  ['2*x**2', '2x^2', 'equal-at-points'],
  ['sqrt(3)/2', '\\frac{\\sqrt 3}{2}', 'equal-at-points'],
  ['f(0)', 'f(0)e^{-t}', 'different'],
  ['x_1+x_2', 'x_2+x_1', 'equal-at-points'],
  ['x', 'y', 'different'],
  ['\\infty', '-\\infty', 'different'],
  ['\\text{infinity}', '\\infty', 'equal-text'],
  ['(-1)^n n', 'n(-1)^n', 'equal-at-points'],
  ['(-1)^n n', '(-1)^{n+1} n', 'different'],
  ['x', 'X', 'different'],
  ['a', 'A', 'equal-text'],
  ['\\text{Day Two}', '\\text{day two}', 'equal-text'],
  ['\\sin^{-1} x', '\\arcsin x', 'equal-at-points'],
  ['\\int_0^1 x\\,dx', '\\frac12', 'unreadable'],
  ['\\text{even}', '\\text{odd numbers}', 'different'],
  ['\\text{(A)}', 'a', 'equal-text'],
];

const structures: readonly Case[] = [
  ['(1,2)', '(2,1)', 'different'],
  ['(0.5,2)', '\\left(\\frac{1}{2}, 2\\right)', 'equal-structure'],
  ['\\{1,2\\}', '2, 1', 'equal-structure'],
  ['1, 2 \\text{ and } 3', '3,2,1', 'equal-structure'],
  ['1,1,2', '1,2,2', 'different'],
  ['1,2', '1,2,3', 'different'],
  ['(0,1]', '[0,1)', 'different'],
  ['x \\in [0,1]', '[0,1]', 'equal-structure'],
  ['-2 < x \\le 3', '(-2,3]', 'equal-structure'],
  ['x \\ge 4', '[4,\\infty)', 'equal-structure'],
  ['x > 4', '[4,\\infty)', 'different'],
  ['(-\\infty,-2)\\cup(2,\\infty)', '(2,\\infty) \\cup (-\\infty,-2)', 'equal-structure'],
  ['(-\\infty,-2]\\cup(2,\\infty)', '(2,\\infty) \\cup (-\\infty,-2)', 'different'],
  ['\\emptyset', '\\{\\}', 'equal-structure'],
  ['3\\pm\\sqrt2', '3-\\sqrt{2}, 3+\\sqrt{2}', 'equal-structure'],
  ['x = \\pm 2', '-2, 2', 'equal-structure'],
  ['\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}', '\\begin{bmatrix}1\\\\4/2\\end{bmatrix}', 'equal-structure'],
  ['\\begin{pmatrix} 1 & 2 \\end{pmatrix}', '\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}', 'different'],
  ['x=5', '5', 'equal-number'],
  ['f(x)=2x+1', '1+2x', 'equal-at-points'],
  ['x=5', 'y=5', 'different', 'equal-structure'],
  ['x^2+y^2=4', '2x^2+2y^2-8=0', 'equal-structure'],
  ['2x+z-5=0', '5-z-2x=0', 'equal-structure'],
  ['x+y=1', 'x-y=1', 'different'],
  ['x<3', '3>x', 'equal-structure'],
  ['x<3', 'x>3', 'different'],
  ['x<3', '-x>-3', 'equal-structure'],
  ['x = 1 \\text{ or } x = 2', '2, 1', 'equal-structure'],
  ['x=1, y=2', 'x=2, y=1', 'different'],
  ['x=1, y=2', 'y=2, x=1', 'equal-structure'],
  ['x=1, y=2', '(1,2)', 'equal-structure'],
];

describe('two answers', () => {
  for (const [a, b, strict, qwen = strict] of [...numbers, ...formulas, ...structures]) {
    it(`${a} and ${b}: ${strict}${qwen === strict ? '' : `, loosely ${qwen}`}`, () => {
      for (const [first, second] of [[a, b] as const, [b, a] as const]) {
        assert.equal(compareAnswers(first, second, 'strict'), strict);
        assert.equal(compareAnswers(first, second, 'qwen'), qwen);
      }
    });
  }
});

describe('a response', () => {
  const cases: readonly [
    response: string,
    answer: string,
    profile: Profile,
    grade: ReturnType<typeof gradeResponse>,
  ][] = [
    ['\\boxed{1/2}', '0.5', 'strict', { correct: true, extracted: '1/2', reason: 'equal-number' }],
    ['The answer is 7.', '7', 'strict', { correct: false, extracted: null, reason: 'no-answer' }],
    ['The answer is 7.', '7', 'qwen', { correct: true, extracted: '7', reason: 'equal-text' }],
    ['3 + 4 = 7\n#### 7', 'Add them.\n#### 7', 'strict', { correct: true, extracted: '7', reason: 'equal-text' }],
    ['\\boxed{8}', '7', 'qwen', { correct: false, extracted: '8', reason: 'different' }],
    ['', '7', 'qwen', { correct: false, extracted: null, reason: 'no-answer' }],
  ];
  for (const [response, answer, profile, grade] of cases) {
    it(`${JSON.stringify(response)} for ${JSON.stringify(answer)} by ${profile}`, () =>
      assert.deepEqual(gradeResponse(response, answer, profile), grade));
  }
});

describe('what holds of all answers', () => {
  const letters = fc.constantFrom('x', 'y', 'n');
  const whole = fc.integer({ min: -60, max: 60 });
  const term = fc.oneof(
    whole.map(String),
    fc.tuple(whole, letters, fc.integer({ min: 1, max: 4 })).map(([k, v, p]) => `${k}${v}^{${p}}`),
    fc.tuple(whole, fc.integer({ min: 2, max: 30 })).map(([k, n]) => `${k}\\sqrt{${n}}`),
    fc.tuple(whole, fc.integer({ min: 1, max: 9 })).map(([k, n]) => `\\frac{${k}}{${n}}`),
  );
  const formula = fc.array(term, { minLength: 1, maxLength: 4 });
  const sum = (terms: readonly string[]): string => terms.map((one) => `(${one})`).join('+');
  const answer = fc.oneof(
    formula.map(sum),
    fc.tuple(formula, formula).map(([a, b]) => `(${sum(a)}, ${sum(b)})`),
    fc.array(whole.map(String), { minLength: 2, maxLength: 5 }).map((items) => items.join(', ')),
    fc.tuple(whole, whole).map(([a, b]) => `[${a}, ${b})`),
  );

  it('every answer is the same as itself, in other dress too', () => {
    fc.assert(
      fc.property(answer, (one) => {
        assert.ok(
          compareAnswers(one, `$\\left. ${one.replaceAll('\\frac', '\\dfrac')} \\right.$`, 'strict').startsWith(
            'equal',
          ),
        );
      }),
    );
  });

  it('a verdict does not change when the sides do', () => {
    fc.assert(
      fc.property(answer, answer, (a, b) => {
        for (const profile of ['qwen', 'strict'] as const)
          assert.equal(compareAnswers(a, b, profile), compareAnswers(b, a, profile));
      }),
    );
  });

  it('terms may be turned, doubled and halved, and one more is another answer', () => {
    fc.assert(
      fc.property(formula, (terms) => {
        const [one, turned] = [sum(terms), sum([...terms].reverse())];
        assert.ok(compareAnswers(one, turned, 'strict').startsWith('equal'), turned);
        assert.ok(compareAnswers(one, `\\frac{2(${one})}{2}`, 'strict').startsWith('equal'));
        assert.equal(compareAnswers(one, `${turned}+1`, 'strict'), 'different');
      }),
    );
  });

  it('what is strictly equal is loosely equal', () => {
    fc.assert(
      fc.property(answer, answer, (a, b) => {
        if (compareAnswers(a, b, 'strict').startsWith('equal'))
          assert.ok(compareAnswers(a, b, 'qwen').startsWith('equal'));
      }),
    );
  });

  it('any text has a verdict', () => {
    const noise = fc.array(
      fc.constantFrom(
        ...'0 1 x ( ) [ ] { } \\{ \\} , ^ _ / - + = | ! \\frac \\sqrt \\pm \\le \\cup \\begin{pmatrix} & \\\\ \\text{ab} \\log'.split(
          ' ',
        ),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(noise, noise, (a, b) => {
        assert.equal(typeof compareAnswers(a.join(' '), b.join(''), 'qwen'), 'string');
      }),
      { numRuns: 2000 },
    );
  });

  it('long and deep answers are read or refused, never thrown', () => {
    const deep = (text: string, times: number): string => text.repeat(times);
    const texts = [
      deep('(', 490) + deep(')', 490),
      deep('\\sqrt', 900),
      deep('x^2,', 330),
      '9^{9^{9}}',
      deep('600!+', 190),
    ];
    for (const text of texts) assert.equal(typeof compareAnswers(text, `${text}1`, 'strict'), 'string');
  });
});
