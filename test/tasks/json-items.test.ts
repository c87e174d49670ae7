// JSON as language models write it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fieldOfItem, jsonItems, UnreadableItem } from '../../tasks/json-items.ts';

const problems = (text: string) => jsonItems(text, ['problem'])?.map((item) => fieldOfItem(item, ['problem'])) ?? null;

describe('items of a JSON answer', () => {
  it('are found in an array, in an object with one list, and in one object', () => {
    assert.deepEqual(problems('[{"problem":"a"},{"Problem":"b"}]'), ['a', 'b']);
    assert.deepEqual(problems('{"problems":[{"problem":"a"}]}'), ['a']);
    assert.deepEqual(problems('{"problem":"a","tags":"x"}'), ['a']);
    assert.deepEqual(problems('{"problem":"a","tags":["x","y"]}'), ['a']);
    assert.deepEqual(problems('{"problem":"new ones","all":[{"problem":"a"}]}'), ['a']);
  });

  it('are found in a code fence, behind a remark, and before one', () => {
    assert.deepEqual(problems('Sure!\n```json\n{"problems":[{"problem":"a"}]}\n```\nEnjoy.'), ['a']);
    assert.deepEqual(problems('Here you are: [{"problem":"a"}]'), ['a']);
    assert.deepEqual(problems('{"problems":[{"problem":"a"}]}\n```'), ['a']);
    assert.deepEqual(jsonItems('{"problems":["a"]}\n```\n', ['problem']), ['a']);
    assert.deepEqual(problems('{"problems":[{"problem":"a"}]}\nHope this helps {smile}!'), ['a']);
  });

  it('of an answer that was cut short are those that are whole, braces in their texts or not', () => {
    assert.deepEqual(problems('{"problems":[{"problem":"\\\\frac{1}{2}"},{"problem":"b"},{"prob'), [
      '\\frac{1}{2}',
      'b',
    ]);
    assert.deepEqual(problems('{"problems":[{"problem":"a'), null);
  });

  it('keep LaTeX that was written with single backslashes, and line breaks', () => {
    const text = String.raw`[{"problem":"\frac{1}{2} \times \neq \boxed{\text{no}} \sqrt{2}\nThen \rho,\ttab \u00e9"}]`;
    assert.deepEqual(problems(text), ['\\frac{1}{2} \\times \\neq \\boxed{\\text{no}} \\sqrt{2}\nThen \\rho,\ttab é']);
  });

  it('keep line breaks and tabs that JSON forbids, and stand for an object that cannot be read', () => {
    assert.deepEqual(problems('{"problems":[{"problem":"a\nb\tc"},{"problem":"d"}]}'), ['a\nb\tc', 'd']);
    const items = jsonItems('[{"problem":"a"},{"problem":"b","x":oops},{"problem":"c"}]', ['problem']);
    assert.deepEqual(items, [{ problem: 'a' }, new UnreadableItem('{"problem":"b","x":oops}'), { problem: 'c' }]);
  });

  it('of correct JSON are what any parser finds, with texts of any kind', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\b\f]/.test(one) && !/[\n\t\r][a-z]/.test(one));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        fc.pre(!texts.some((one) => one.includes('```')));
        assert.deepEqual(problems(JSON.stringify({ problems: texts.map((problem) => ({ problem })) })), texts);
      }),
    );
  });

  it('are none in a text that is no JSON', () => {
    for (const text of ['', 'I cannot do that.', 'Let {x} be [1, 2].', '---\n[[Problem]]\nOne?\n---'])
      assert.equal(jsonItems(text, ['problem']), null, text);
  });
});
