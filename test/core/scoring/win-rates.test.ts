import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { adjustedWinRate, lengthControlledWinRate } from '../../../core/scoring/win-rates.ts';

const { winRates } = JSON.parse(readFileSync('test/golden/statistics.json', 'utf8')) as {
  winRates: { lengthDifferences: number[]; wins: number[]; adjusted: number; controlled: number }[];
};
const plan = { key: 'a', draws: 200 };

describe('win rates', () => {
  it('are the share of wins with half the ties, and the logistic model of scikit-learn read at equal length', () => {
    assert.equal(winRates.length, 2);
    for (const { lengthDifferences, wins, adjusted, controlled } of winRates) {
      const decisions = wins.map((win, item) => ({ win, lengthDifference: lengthDifferences[item]! }));
      const plain = adjustedWinRate(decisions, plan);
      assert.ok(Math.abs(plain.rate - adjusted) < 1e-12);
      assert.ok(plain.low < plain.rate && plain.rate < plain.high);
      const held = lengthControlledWinRate(decisions, plan);
      assert.ok(Math.abs(held.rate - controlled) < 1e-6, `${held.rate} is not ${controlled}`);
      assert.ok(held.low < held.rate && held.rate < held.high);
    }
  });

  it('take away what length alone wins', () => {
    // The longer answer wins four times in five, and the first is the longer one twice in three.
    const decisions = Array.from({ length: 30 }, (_, item) => {
      const isLonger = item % 3 > 0;
      const longerWins = item % 5 > 0;
      return { win: isLonger === longerWins ? 1 : 0, lengthDifference: isLonger ? 100 : -100 };
    });
    assert.equal(adjustedWinRate(decisions, plan).rate, 0.6);
    // Tanh of the two differences is the same but for its sign.
    assert.ok(Math.abs(lengthControlledWinRate(decisions, plan).rate - 0.5) < 0.01);
  });

  it('are finite where one system always wins, and where all answers are equally long', () => {
    const always = Array.from({ length: 9 }, () => ({ win: 1, lengthDifference: 0 }));
    const { rate } = lengthControlledWinRate(always, plan);
    assert.ok(rate > 0.95 && rate <= 1);
    const even = [1, 0, 1, 0].map((win) => ({ win, lengthDifference: 5 }));
    assert.ok(Math.abs(lengthControlledWinRate(even, plan).rate - 0.5) < 1e-9);
  });
});
