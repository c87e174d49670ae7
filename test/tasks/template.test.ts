// Prompt templates: what a file must look like, what is said of one that does not, and how one is filled in.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillTemplate, readTemplate, templateLabel } from '../../tasks/template.ts';
import type { TemplateSpecification } from '../../tasks/template.ts';

const specification: TemplateSpecification = {
  name: 'letter',
  purpose: 'writes a letter',
  sections: {
    system: { variables: {}, required: [] },
    user: { variables: { name: 'who', greeting: 'the section greeting', count: 'how many' }, required: ['name'] },
    greeting: { variables: { word: 'a word' }, required: ['word'], fills: 'greeting' },
  },
};

const good = `---
name: letter
version: 3
variables: name, greeting, word
---
=== system ===
You write letters.

=== user ===
{{greeting}}

Write to {{ name }}.

=== greeting ===
Say {{word}}.
`;

const problemsOf = (text: string) => {
  const reading = readTemplate(text, specification);
  return reading.ok ? [] : reading.problems.map(({ line, message }) => `${line}: ${message}`);
};

describe('a template file', () => {
  it('is read into its sections, whatever its line ends', () => {
    for (const text of [good, `\uFEFF${good.replaceAll('\n', '\r\n')}`]) {
      const reading = readTemplate(text, specification);
      assert.deepEqual(reading, {
        ok: true,
        template: {
          name: 'letter',
          version: 3,
          sections: {
            system: 'You write letters.',
            user: '{{greeting}}\n\nWrite to {{ name }}.',
            greeting: 'Say {{word}}.',
          },
        },
      });
    }
  });

  it('needs a section that a variable stands for only where it names that variable', () => {
    const without = good.replace('{{greeting}}\n\n', '').replace(/\n=== greeting[\s\S]*$/, '');
    assert.deepEqual(problemsOf(without), []);
    assert.deepEqual(problemsOf(good.replace(/\n=== greeting[\s\S]*$/, '')), [
      '13: the section "=== greeting ===" is missing, which {{greeting}} stands for',
    ]);
  });

  const mistakes: [string, string, string[]][] = [
    [
      'a variable that is not there',
      good.replace('{{ name }}', '{{name}}, {{nmae}}'),
      ['12: unknown variable {{nmae}}; here may stand name, greeting, count'],
    ],
    [
      'a variable where none may stand',
      good.replace('You write letters.', 'You are {{name}}.'),
      ['7: unknown variable {{name}}; none may stand here'],
    ],
    [
      'a variable that is needed and missing',
      good.replace('{{ name }}', 'me'),
      ['9: the section "user" lacks {{name}}: who'],
    ],
    [
      'a variable that the head does not list',
      good.replace('{{ name }}', '{{name}} {{count}} times'),
      ['12: {{count}} is not listed under "variables:" in the head'],
    ],
    [
      'a variable in the head that is not there',
      good.replace('name, greeting', 'name, greetings'),
      [
        '4: there is no variable {{greetings}} in letter; it has name, greeting, count, word',
        '10: {{greeting}} is not listed under "variables:" in the head',
      ],
    ],
    [
      'a section that is not there',
      `${good}=== sytem ===\nx`,
      ['16: there is no section "sytem"; it has system, user, greeting'],
    ],
    ['a section twice', `${good}=== system ===\nx`, ['16: a second section "system"']],
    [
      'a section left out',
      good.replace('=== system ===\nYou write letters.\n\n', ''),
      ['13: the section "=== system ===" is missing'],
    ],
    ['an empty section', good.replace('You write letters.', ''), ['6: the section "system" is empty']],
    ['another name', good.replace('name: letter', 'name: lettre'), ['2: found the name "lettre", expected letter']],
    [
      'a version that is no number',
      good.replace('3', 'three'),
      ['3: found the version "three", expected a whole number'],
    ],
    ['a head without a version', good.replace('version: 3\n', ''), ['1: the head lacks "version:"']],
    [
      'a stranger in the head',
      good.replace('version: 3', 'version: 3\nauthor: me'),
      ['4: found "author: me"; the head has name, version and variables'],
    ],
    [
      'text before the sections',
      good.replace('=== system ===\n', ''),
      ['6: text before the first section; start with "=== system ==="', '15: the section "=== system ===" is missing'],
    ],
  ];
  for (const [what, text, expected] of mistakes) {
    it(`with ${what} is refused with its line`, () => assert.deepEqual(problemsOf(text), expected));
  }

  it('without a head is told what a head is', () => {
    assert.match(
      problemsOf('Write a letter to {{name}}.')[0] ?? '',
      /^1: no head; a template starts with .*name: letter/,
    );
  });
});

describe('filling in', () => {
  it('puts values in and reads none of them again', () => {
    assert.equal(fillTemplate('{{a}} and {{ b }}', { a: '{{b}}', b: '$& $1' }), '{{b}} and $& $1');
  });

  it('takes a line away whose variables have no value, with the blank line after it', () => {
    assert.equal(fillTemplate('one\n\n{{none}}\n\ntwo', { none: '' }), 'one\n\ntwo');
    assert.equal(fillTemplate('one\n\n{{some}}\n\ntwo', { some: 'x\n\ny' }), 'one\n\nx\n\ny\n\ntwo');
  });
});

it('a template of another text than the built-in one is told apart by its hash', () => {
  const template = { name: 'letter', version: 3, sections: {} };
  assert.equal(templateLabel(template, 'ab'.repeat(32), 'ab'.repeat(32)), 'letter/3');
  assert.equal(templateLabel(template, 'cd'.repeat(32), 'ab'.repeat(32)), 'letter/3+cdcdcdcd');
});
