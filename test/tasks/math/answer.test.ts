// Answers of records and votes: their normal form, and when two are equal.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { normalAnswer, sameAnswer } from '../../../tasks/math/answer.ts';
import { formatRational, parseRational, rational, sameNumber } from '../../../tasks/math/rational.ts';

describe('equal answers', () => {
  const equal: readonly [string, string][] = [
    ['1/2', '0.5'],
    ['\\frac{1}{2}', '\\dfrac12'],
    ['\\frac 54', '1.25'],
    ['1\\frac{1}{2}', '3/2'],
    ['-\\frac{3}{4}', '-0.75'],
    ['1,234', '1234'],
    ['$1{,}234.50$', '1234.5'],
    ['\\$18', '18'],
    ['18.0', '18'],
    ['50\\%', '50'],
    ['073', '73'],
    ['.5', '0.5'],
    ['90^\\circ', '90'],
    ['12\\text{ cm}', '12'],
    ['4.5e3', '4500'],
    ['x=7', '7'],
    ['\\textbf{(211) }', '211'],
    ['(0.5, 3)', '\\left( \\frac{1}{2}, 3 \\right)'],
    ['\\text{Evelyn}', 'evelyn'],
    ['\\sqrt2', '\\sqrt{2}'],
    ['3\\sqrt{ 2 }', '3\\sqrt{2}'],
  ];
  for (const [a, b] of equal) {
    it(`${a} is ${b}`, () => {
      assert.ok(sameAnswer(a, b));
      assert.ok(sameAnswer(b, a));
    });
  }
  const different: readonly [string, string][] = [
    ['1/3', '0.3333'],
    ['12', '1,2'],
    ['(1,2)', '[1,2]'],
    ['(1,2)', '(2,1)'],
    ['-3', '3'],
    ['x', 'X^2'],
    ['', ''],
    ['x=1, y=2', 'x=2, y=1'],
    ['x', 'X'],
    ['1/0', '0'],
    ['z^4-z^2+1', 'z^4+z^2+1'],
  ];
  for (const [a, b] of different) it(`"${a}" is not "${b}"`, () => assert.ok(!sameAnswer(a, b)));
});

describe('normal forms', () => {
  const cases: readonly [text: string, normal: string][] = [
    ['1 1/2', '1.5'],
    ['81, 256', '81, 256'],
    ['1,\\!722', '1722'],
    ['(20,100)', '(20,100)'],
    ['(211)', '211'],
    ['\\left( 3, \\frac{\\pi}{2} \\right)', '(3,\\frac{\\pi}{2})'],
    ['\\tan 15^\\circ', '\\tan15^\\circ'],
    ['\\dfrac12 \\pi k', '\\frac{1}{2}\\pi k'],
    ['2 x + 3 y', '2x+3y'],
    ['441\\text{ pounds}', '441'],
    ['\\text{Wednesday}', 'Wednesday'],
    ['x=1, y=2', 'x=1,y=2'],
    ['3 \\text{ hours } 20 \\text{ minutes}', '3hours20minutes'],
    ['5\\text{ million}', '5million'],
    ['x = \\frac{1}{2}', '0.5'],
  ];
  for (const [text, normal] of cases) {
    it(`of "${text}" is "${normal}", which means the same and stays as it is`, () => {
      assert.equal(normalAnswer(text), normal);
      assert.equal(normalAnswer(normal), normal);
      assert.ok(sameAnswer(text, normal));
    });
  }
});

describe('rational numbers', () => {
  const any = fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 6n }));

  it('are read back as they are written', () => {
    fc.assert(
      fc.property(any, ([top, bottom]) => {
        const value = rational(top, bottom);
        const read = parseRational(formatRational(value));
        assert.ok(read && sameNumber(read, value));
      }),
    );
  });

  it('are the same by every notation, and normal forms stay as they are', () => {
    fc.assert(
      fc.property(any, ([top, bottom]) => {
        const sign = top < 0n ? '-' : '';
        const size = top < 0n ? -top : top;
        assert.ok(sameAnswer(`${top}/${bottom}`, `${sign}\\frac{${size}}{${bottom}}`));
        const normal = normalAnswer(`${top}/${bottom}`);
        assert.equal(normalAnswer(normal), normal);
      }),
    );
  });

  it('refuse a denominator of zero', () => {
    assert.throws(() => rational(1n, 0n), RangeError);
    assert.equal(parseRational('1/0'), null);
  });
});
