// The symbolic generator of math: answers right by formulas of the test's own, every calculation exact, few repeats.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { math } from '../../../tasks/math/math.ts';
import { answerOf } from './oracles.ts';
import { isRight } from '../is-right.ts';

const names = Object.keys(math.slices);
/** What a slice asks, however it is told. */
const kindOf = (name: string) => name.replace(/^(?:re)?told-/, '');
/** Without the sentence that says who tells it. */
const problemOf = (name: string, question: string) =>
  name.includes('told-') ? question.replace(/^An? [^.]+\. /, '') : question;

function draws(slice: string, key: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const { question = '', answer = '', solution = '', group = '' } = math.makeRecord(slice, key, index);
    return { question, answer, solution, group };
  });
}

/** Left to right with * and / before + and -; fractions like 3/8 are quotients too. */
function evaluate(expression: string): number {
  const terms = expression.split(/ ([+-]) /);
  return terms.reduce((sum, term, at) => {
    if (at % 2 === 1) return sum;
    const value = term.split(/ ?([*/]) ?/).reduce((product, factor, place, parts) => {
      if (place % 2 === 1) return product;
      return parts[place - 1] === '/' ? product / Number(factor) : product * Number(factor);
    }, 1);
    return terms[at - 1] === '-' ? sum - value : sum + value;
  }, 0);
}

describe('every slice', () => {
  for (const name of names) {
    const drawn = draws(name, 'test', 2000);

    it(`${name}: the answer is what the question gives`, () => {
      for (const { question, answer } of drawn) {
        const expected = answerOf(kindOf(name), problemOf(name, question));
        assert.ok(Math.abs(Number(answer) - expected) < 1e-6, `${question}\nfound ${answer}, expected ${expected}`);
        assert.ok(Number(answer) > 0, question);
      }
    });

    it(`${name}: every calculation is exact, and the last one gives the answer`, () => {
      for (const { question, solution, answer } of drawn) {
        const steps = [...solution.matchAll(/(\d[\d./]*(?: [-+*/] \d[\d./]*)+) = (\d+(?:\.\d+)?)/g)];
        assert.ok(steps.length > 0, question);
        for (const [text, left = '', right = ''] of steps)
          assert.ok(Math.abs(evaluate(left) - Number(right)) < 1e-9, text);
        assert.equal(Number(steps.at(-1)?.[2]), Number(answer), solution);
        assert.equal((solution.match(/=/g) ?? []).length, steps.length, solution);
      }
    });

    it(`${name}: fewer than 2 % of 2,000 draws repeat, and all read as plain sentences`, () => {
      assert.ok(new Set(drawn.map(({ question }) => question)).size > 1960);
      for (const { question, group } of drawn) {
        assert.match(question, /^[A-Z0-9].*\?$/);
        assert.doesNotMatch(question, /undefined|NaN| {2}|\b1 (?:hours|metres|times)\b|\b0 loose/, question);
        assert.equal(group, kindOf(name));
      }
    });

    it(`${name}: every draw reads as a sample that agrees with itself and grades itself right`, () => {
      for (const record of drawn.slice(0, 100)) {
        const read = math.readRecord(record);
        assert.ok(read.ok);
        assert.deepEqual(math.checkConsistency(read.body), { kept: true });
        assert.ok(read.body.completion.endsWith(`\n#### ${read.body.answer}`));
        assert.ok(isRight(math, read.body.completion, read.body.answer));
      }
    });
  }

  it('asks no question of one slice in another, with numbers and names masked', () => {
    const masked = (name: string) =>
      new Set(draws(name, 'test', 300).map(({ question }) => question.replace(/\d+(?:\.\d+)?|\b[A-Z][a-z]+\b/g, '_')));
    const seen = new Set(names.filter((name) => !name.startsWith('ood-')).flatMap((name) => [...masked(name)]));
    for (const name of names.filter((one) => one.startsWith('ood-'))) {
      assert.deepEqual(
        [...masked(name)].filter((form) => seen.has(form)),
        [],
      );
    }
  });

  it('refuses a slice that is not there, by name', () => {
    assert.throws(() => math.makeRecord('nonsense', 'k', 0), /no slice "nonsense"; it has shopping, /);
  });
});
