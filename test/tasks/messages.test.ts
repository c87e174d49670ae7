// What language models are asked: the built-in templates of every task, filled in.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { taskNames } from '../../contracts/samples.ts';
import { pairwiseTemplate, singleTemplate } from '../../tasks/answer-judging.ts';
import { attemptMessages, generationMessages, hasPersonas } from '../../tasks/messages.ts';
import { taskNamed, templatesOf } from '../../tasks/registry.ts';
import type { SampleBody, Task } from '../../tasks/task.ts';
import { builtInTemplate } from './built-in.ts';

const records = {
  math: { question: 'How many is {{count}} times 3?', answer: '987654' },
  nli: { premise: 'A dog barks.', hypothesis: 'An animal barks.', label: 'yes' },
  summarization: {
    title: 'Tea',
    evidence: 'Twelve trials gave tea to 340 people. Sleep did not differ.\nHarms were not reported.',
    conclusion: 'Tea may not change sleep.',
  },
};

function bodyOf(task: Task): SampleBody {
  const result = task.readRecord(records[task.name]);
  assert.ok(result.ok);
  return result.body;
}

const asked = (task: Task, change: object = {}) => {
  const template = builtInTemplate(task.templates.generation);
  const fewShots = [bodyOf(task), bodyOf(task)];
  const messages = generationMessages(task, template, { fewShots, count: 3, form: 'text', ...change });
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user'],
  );
  return messages.map(({ content }) => content).join('\n');
};

it('every built-in file is a template that is asked with, and every template has its file', () => {
  // Those of the last two are asked with whatever the task.
  const all = [...taskNames.flatMap((name) => templatesOf(name)), pairwiseTemplate, singleTemplate];
  const names = new Set(all.map(({ name }) => `${name}.md`));
  const files = readdirSync(new URL('../../prompts', import.meta.url)).filter((name) => name.endsWith('.md'));
  assert.deepEqual(files.sort(), [...names].sort());
  for (const template of all) builtInTemplate(template);
});

it('the built-in personas are a hundred or so, short and all different', () => {
  const lines = readFileSync(new URL('../../prompts/personas.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  assert.ok(lines.length >= 100 && new Set(lines).size === lines.length);
  assert.ok(lines.every((line) => /^(?:a|an) /.test(line) && line.length < 80));
});

for (const name of taskNames) {
  const task = taskNamed(name);
  describe(`a request of the task ${name}`, () => {
    it('asks for as many samples as wanted, and leaves no variable open', () => {
      const text = asked(task);
      assert.match(text, /exactly 3 new/);
      assert.doesNotMatch(text.replaceAll(bodyOf(task).prompt, ''), /\{\{|===/);
      assert.equal(text.split(Object.values(task.shownFields(bodyOf(task)))[0] ?? '').length >= 3, true);
    });

    it('names a persona only where there is one', () => {
      assert.doesNotMatch(asked(task), /person/i);
      assert.match(asked(task, { persona: 'a baker who counts' }), /without naming them: a baker who counts\n\nStudy/);
    });

    it('asks for JSON where the answer is held to it, and reads what it asks for', () => {
      const text = asked(task, { form: 'json' });
      assert.match(text, /Answer with JSON/);
      const { schema } = task.responseSchema(2) as { schema: { properties: Record<string, { minItems: number }> } };
      const [list = ''] = Object.keys(schema.properties);
      assert.equal(schema.properties[list]?.minItems, 2);
      const written = Object.fromEntries(
        Object.entries(task.shownFields(bodyOf(task))).filter(([, value]) => value !== ''),
      );
      const read = task.parseGeneration(JSON.stringify({ [list]: [written, written] }));
      assert.deepEqual(
        read.map(({ ok }) => ok),
        [true, true],
      );
    });

    it('reads its own few-shots back from the form it asks for', () => {
      const template = builtInTemplate(task.templates.generation);
      const [, user] = generationMessages(task, template, { fewShots: [bodyOf(task)], count: 1, form: 'text' });
      const shown = task.parseGeneration((user?.content ?? '').split('Study the examples')[0] ?? '');
      assert.equal(shown.length, 1);
      assert.ok(shown[0]?.ok);
      const fields = Object.keys(template.sections).includes('example')
        ? task.templates.generation.sections['example']?.required
        : [];
      for (const field of fields ?? [])
        assert.equal(task.shownFields(shown[0].body)[field], task.shownFields(bodyOf(task))[field]);
    });

    it('repeats the form that it asks for in no sample', () => {
      const form = builtInTemplate(task.templates.generation).sections['form'] ?? '';
      assert.deepEqual(
        task.parseGeneration(form).filter(({ ok }) => ok),
        [],
      );
    });
  });
}

it('a template shows personas only where what is asked names them', () => {
  const template = builtInTemplate(taskNamed('math').templates.generation);
  assert.ok(hasPersonas(template));
  const user = (template.sections['user'] ?? '').replace('{{persona}}', '');
  assert.ok(!hasPersonas({ ...template, sections: { ...template.sections, user } }));
});

describe('an attempt', () => {
  it('never shows the answer of a math problem, nor do the few-shots', () => {
    const math = taskNamed('math');
    const attempt = attemptMessages(math, builtInTemplate(math.templates.attempt), bodyOf(math));
    for (const text of [asked(math), ...attempt.map(({ content }) => content)]) assert.ok(!text.includes('987654'));
    assert.match(attempt[1]?.content ?? '', /^How many is \{\{count\}\} times 3\?/);
  });

  it('is the same whatever label a candidate of nli proposes, and no template can show it', () => {
    const nli = taskNamed('nli');
    const template = builtInTemplate(nli.templates.attempt);
    const no = { ...bodyOf(nli), completion: 'no', answer: 'no' };
    assert.deepEqual(attemptMessages(nli, template, bodyOf(nli)), attemptMessages(nli, template, no));
    assert.deepEqual(Object.keys(nli.templates.attempt.sections['user']?.variables ?? {}), ['premise', 'hypothesis']);
  });

  it('of summarization shows evidence and conclusion and asks for yes or no', () => {
    const task = taskNamed('summarization');
    const [, user] = attemptMessages(task, builtInTemplate(task.templates.attempt), bodyOf(task));
    for (const part of [
      records.summarization.evidence,
      records.summarization.conclusion,
      '"Answer: yes" or "Answer: no"',
    ])
      assert.ok(user?.content.includes(part), part);
  });
});
