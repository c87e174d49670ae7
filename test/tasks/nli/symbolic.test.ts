// The symbolic generator of nli: labels right by an independent reading, even, varied, and without tell-tale words.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nli } from '../../../tasks/nli/nli.ts';
import { oracles } from './oracles.ts';
import { wordAccuracy } from './word-accuracy.ts';

const names = Object.keys(nli.slices);
const training = names.filter((name) => !name.startsWith('ood-'));
const drawn = new Map(names.map((name) => [name, draws(name, 'test', 2000)]));

function draws(slice: string, key: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const { premise = '', hypothesis = '', label = '', group = '' } = nli.makeRecord(slice, key, index);
    return { premise, hypothesis, label, group };
  });
}

function of(name: string) {
  return drawn.get(name) ?? [];
}

describe('every slice', () => {
  for (const name of names) {
    it(`${name}: the label is what going through small worlds gives`, () => {
      const decide = oracles[name];
      assert.ok(decide, `no oracle for ${name}`);
      for (const { premise, hypothesis, label } of of(name)) {
        assert.equal(label, decide(premise, hypothesis) ? 'yes' : 'no', `${premise} => ${hypothesis}`);
      }
    });

    it(`${name}: labels are even and fewer than 2 % of 2,000 draws repeat`, () => {
      const yes = of(name).filter(({ label }) => label === 'yes').length;
      assert.ok(Math.abs(yes - 1000) < 90, `${yes} of 2000 are yes`); // 4 standard deviations of a fair coin
      const texts = new Set(of(name).map(({ premise, hypothesis }) => `${premise}|${hypothesis}`));
      assert.ok(texts.size > 1960, `${texts.size} distinct of 2000`);
    });

    it(`${name}: sentences start with a capital, end with a stop, and hold no doubled or missing words`, () => {
      for (const { premise, hypothesis, group } of of(name)) {
        assert.equal(group, name);
        for (const text of [premise, hypothesis]) {
          assert.match(text, /^[A-Z][^{}[\]_]*[a-z0-9]\.$/, text);
          assert.doesNotMatch(text, /undefined| {2}|\.\.| [.,]|\b(\w+) \1\b|\ba [aeiou]|\ban [^aeiou]/, text);
        }
        assert.notEqual(premise, hypothesis);
      }
    });

    it(`${name}: every draw reads as a sample that agrees with itself`, () => {
      for (const record of of(name).slice(0, 200)) {
        const read = nli.readRecord(record);
        assert.ok(read.ok);
        assert.deepEqual(nli.checkConsistency(read.body), { kept: true });
      }
    });
  }

  it('gives the same record for the same key and index, and others for another key', () => {
    for (const name of names) {
      assert.deepEqual(draws(name, 'test', 20), of(name).slice(0, 20));
      assert.notDeepEqual(draws(name, 'another', 20), of(name).slice(0, 20));
    }
  });

  it('refuses a slice that is not there, by name', () => {
    assert.throws(() => nli.makeRecord('nonsense', 'k', 0), /no slice "nonsense"; it has quantifiers, /);
  });
});

describe('the oracles', () => {
  const cases: readonly [slice: string, premise: string, hypothesis: string, label: 'yes' | 'no'][] = [
    ['quantifiers', 'Most of the nurses in the hall waved.', 'Not all of the nurses in the hall waved.', 'no'],
    ['quantifiers', 'Most of the nurses in the hall did not wave.', 'Not all of the nurses in the hall waved.', 'yes'],
    ['quantifiers', 'No judge in the hall is also an actor.', 'No actors in the hall are also judges.', 'yes'],
    [
      'quantifiers',
      'Every judge called at least one actor yesterday.',
      'There was one actor whom every judge called yesterday.',
      'no',
    ],
    ['negation', 'Tom and Eva did not both wave yesterday.', 'Eva did not wave yesterday.', 'no'],
    ['negation', 'Unlike Tom, Eva waved yesterday.', 'Tom waved yesterday.', 'no'],
    ['monotonicity', 'No surgeon noticed a dog yesterday.', 'No doctor noticed a dog yesterday.', 'no'],
    ['monotonicity', 'No surgeon noticed a dog yesterday.', 'No surgeon noticed a poodle yesterday.', 'yes'],
    ['connectives', 'Either Tom waved yesterday, or both Eva and Paul did.', 'Tom or Paul waved yesterday.', 'yes'],
    ['conditionals', 'Tom waved yesterday only if Eva danced. Eva danced.', 'Tom waved.', 'no'],
    ['conditionals', 'Unless Tom waved yesterday, Eva danced. Tom did not wave.', 'Eva danced.', 'yes'],
    ['numerals', 'More than three nurses in the hall waved.', 'At least four nurses in the hall waved.', 'yes'],
    ['numerals', 'At least three nurses in the hall waved.', 'More than three nurses in the hall waved.', 'no'],
    ['voice', 'Tom was praised by Eva yesterday.', 'Tom praised someone yesterday.', 'no'],
    ['comparatives', 'Tom is not as old as Eva.', 'Eva is older than Tom.', 'yes'],
    ['comparatives', 'Tom is older than both Eva and Paul.', 'Eva is older than Paul.', 'no'],
    ['order', 'After Tom waved, Eva danced. Eva danced before Paul sang.', 'Before Paul sang, Tom waved.', 'yes'],
    ['ood-relatives', 'The pilot whom the diver trusted yawned in March.', 'The pilot trusted the diver.', 'no'],
    ['ood-implicatives', 'Omar did not fail to mow the lawn in March.', 'Omar mowed the lawn in March.', 'yes'],
    ['ood-implicatives', 'Omar hoped to mow the lawn in March.', 'Omar did not mow the lawn in March.', 'no'],
  ];
  for (const [slice, premise, hypothesis, label] of cases) {
    it(`${slice}: ${label}: ${premise} => ${hypothesis}`, () => {
      assert.equal(oracles[slice]!(premise, hypothesis), label === 'yes');
    });
  }
});

describe('no shortcut', () => {
  for (const name of training) {
    it(`${name}: words without their order, and lengths, give at most 75 %`, () => {
      const fitted = wordAccuracy(of(name).slice(0, 1200), draws(name, 'held-out', 1000), 'both');
      assert.ok(fitted.accuracy <= 0.75, `both texts: ${fitted.accuracy.toFixed(3)}; ${fitted.strongest}`);
      const alone = wordAccuracy(of(name).slice(0, 1200), draws(name, 'held-out', 1000), 'hypothesis');
      assert.ok(alone.accuracy <= 0.6, `hypothesis alone: ${alone.accuracy.toFixed(3)}; ${alone.strongest}`);
    });
  }
});

describe('out of distribution', () => {
  const functionWords = new Set(
    `a an the of in at on to from by with and or but nor if than then as so not no is are was were been has did do does it that which who whom there
    all every each some any one both neither either none most more less fewer only at least over under when while before after than be
    nobody somebody someone anyone everyone three two among who's`.split(/\s+/),
  );
  const words = (names: readonly string[]) =>
    new Set(
      names
        .flatMap(of)
        .flatMap(({ premise, hypothesis }) => `${premise} ${hypothesis}`.toLowerCase().match(/[\p{L}\d-]+/gu) ?? []),
    );

  it('shares function words alone with the training slices', () => {
    const seen = words(training);
    const shared = [...words(names.filter((name) => name.startsWith('ood-')))].filter((word) => seen.has(word));
    assert.deepEqual(
      shared.filter((word) => !functionWords.has(word)),
      [],
    );
  });

  it('shares no sentence with its content words masked', () => {
    const masked = (text: string) =>
      text.toLowerCase().replace(/[\p{L}\d-]+/gu, (word) => (functionWords.has(word) ? word : '_'));
    const forms = (some: readonly string[]) =>
      new Set(some.flatMap(of).map(({ premise, hypothesis }) => `${masked(premise)} | ${masked(hypothesis)}`));
    const seen = forms(training);
    const out = names.filter((name) => name.startsWith('ood-'));
    for (const name of out) {
      const own = forms([name]);
      const shared = [...own].filter((form) => seen.has(form));
      assert.ok(
        shared.length <= 0.02 * own.size,
        `${name}: ${shared.length} of ${own.size}: ${shared.slice(0, 5).join(' / ')}`,
      );
    }
  });
});
