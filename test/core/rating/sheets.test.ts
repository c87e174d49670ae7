import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceRubric, requireRubric, type Rubric } from '../../../core/rating/rubric.ts';
import { sheetRows } from '../../../core/rating/sheet-rows.ts';
import { keyOf, planSheets, type RatedItem } from '../../../core/rating/sheets.ts';

function itemsOf(count: number, systems: readonly string[] = ['ours', 'theirs']): RatedItem[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `i${at}`,
    prompt: `prompt ${at}`,
    reference: null,
    outputs: new Map(systems.map((system) => [system, `${system} on ${at}`])),
  }));
}

const raters = ['ann', 'ben', 'carla'];

describe('rating sheets', () => {
  it('give every rater the shared items and deal out the others, one rater each', () => {
    const sheets = planSheets(itemsOf(40), { raters, overlap: 0.25, seed: 1 });
    const counts = new Map<string, number>();
    for (const entries of sheets.values()) {
      for (const { item } of entries) counts.set(item.id, (counts.get(item.id) ?? 0) + 1);
    }
    assert.equal(counts.size, 40);
    assert.equal([...counts.values()].filter((count) => count === 3).length, 10);
    assert.equal([...counts.values()].filter((count) => count === 1).length, 30);
    const sizes = [...sheets.values()].map(({ length }) => length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 2, sizes.join(' '));
  });

  it('with a whole overlap give every rater every item, in an order of their own', () => {
    const sheets = planSheets(itemsOf(30), { raters, overlap: 1, seed: 1 });
    const orders = [...sheets.values()].map((entries) => entries.map(({ item }) => item.id).join());
    assert.equal(new Set(orders).size, 3);
    for (const entries of sheets.values()) assert.equal(new Set(entries.map(({ item }) => item.id)).size, 30);
  });

  it('put systems under letters by chance, item by item', () => {
    const key = keyOf(planSheets(itemsOf(200), { raters, overlap: 1, seed: 3 }));
    assert.equal(key.length, 1200);
    const first = key.filter(({ output, system }) => output === 'A' && system === 'ours').length;
    // 600 tosses of a fair coin: 300 with a standard deviation of 12.2.
    assert.ok(Math.abs(first - 300) < 49, `${first} of 600`);
    for (const rater of raters) {
      const own = key.filter((line) => line.rater === rater && line.output === 'A');
      assert.equal(new Set(own.map(({ system }) => system)).size, 2, rater);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const plan = (seed: number) => keyOf(planSheets(itemsOf(20), { raters, overlap: 0.5, seed }));
    assert.deepEqual(plan(1), plan(1));
    assert.notDeepEqual(plan(1), plan(2));
  });

  it('name no system, and no text that a spreadsheet would run', () => {
    const items = [
      {
        ...itemsOf(1)[0]!,
        outputs: new Map([
          ['ours', '=1+1'],
          ['theirs', '- a list'],
        ]),
      },
    ];
    const [entries] = planSheets(items, { raters: ['ann'], overlap: 1, seed: 1 }).values();
    const rows = sheetRows({ rater: 'ann', rubric: evidenceRubric, entries: entries! });
    assert.deepEqual(rows.map(({ text }) => text).sort(), ["'- a list", "'=1+1"]);
    assert.doesNotMatch(JSON.stringify(rows), /ours|theirs/);
    assert.deepEqual(Object.keys(rows[0]!), [
      ...['rater', 'item', 'output', 'prompt', 'text'],
      ...evidenceRubric.criteria.map(({ name }) => name),
      'comment',
    ]);
  });

  it('cannot be made of nothing, for nobody, or with an overlap that is no share', () => {
    const plan = { raters, overlap: 1, seed: 1 };
    assert.throws(() => planSheets([], plan), { type: 'InvalidConfig', message: /no items/ });
    assert.throws(() => planSheets(itemsOf(1), { ...plan, raters: ['ann', 'ann'] }), /ann, ann; expected different/);
    assert.throws(() => planSheets(itemsOf(1), { ...plan, raters: ['Ann', 'ann'] }), /Ann, ann; expected different/);
    assert.throws(() => planSheets(itemsOf(1), { ...plan, overlap: 1.5 }), /overlap is 1.5/);
  });
});

describe('a rubric', () => {
  it('is that of Shaib et al. by default', () => {
    requireRubric(evidenceRubric);
    assert.deepEqual(
      evidenceRubric.criteria.map(({ name }) => name),
      ['key_result', 'population', 'intervention', 'outcome', 'omissions', 'errors', 'coherence'],
    );
  });

  const [criterion] = evidenceRubric.criteria;
  const wrong: [string, Rubric['criteria'], RegExp][] = [
    ['no criteria', [], /has no criteria/],
    ['a name that a sheet needs', [{ ...criterion!, name: 'text' }], /name text is taken/],
    ['one name twice', [criterion!, criterion!], /name key_result is taken/],
    ['one value', [{ ...criterion!, values: [{ value: 1, label: 'yes' }] }], /has 1 values/],
    ['values in no order', [{ ...criterion!, values: [...criterion!.values].reverse() }], /do not ascend/],
  ];
  for (const [what, criteria, message] of wrong) {
    it(`cannot have ${what}`, () => {
      assert.throws(() => requireRubric({ name: 'mine', criteria }), { type: 'InvalidConfig', message });
    });
  }
});
