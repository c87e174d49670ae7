// The task nli around its generator: records, answers of language models, consistency and grading.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duplicateKey } from '../../../core/text/exact-duplicates.ts';
import { nli } from '../../../tasks/nli/nli.ts';
import { labelOf } from '../../../tasks/nli/record.ts';
import type { SampleBody } from '../../../tasks/task.ts';
import { isRight } from '../is-right.ts';

const record = { premise: 'A dog barks.', hypothesis: 'An animal\nbarks.', label: 'entailment' };

function body(change: Readonly<Record<string, string>> = {}): SampleBody {
  const result = nli.readRecord({ ...record, ...change });
  assert.ok(result.ok, JSON.stringify(result));
  return result.body;
}

describe('records', () => {
  it('become one prompt with a question that is the same for every label', () => {
    const yes = body();
    assert.deepEqual(yes, {
      prompt:
        'Premise: A dog barks.\nHypothesis: An animal barks.\nDoes the premise entail the hypothesis? Answer yes or no.',
      completion: 'yes',
      answer: 'yes',
      group: 'all',
    });
    assert.equal(body({ label: 'neutral' }).prompt, yes.prompt);
    assert.equal(body({ group: 'genre' }).group, 'genre');
  });

  it('read labels in their many spellings', () => {
    for (const label of ['entailment', 'ENTAILMENT', 'Entailed', 'yes', 'True', '0'])
      assert.equal(body({ label }).answer, 'yes', label);
    for (const label of [
      'neutral',
      'Contradiction',
      'non-entailment',
      'not_entailment',
      'not entailed',
      'NO',
      'false',
      '1',
      '2',
    ]) {
      assert.equal(body({ label }).answer, 'no', label);
    }
  });

  it('are turned away by name', () => {
    const reason = (change: Readonly<Record<string, string>>) => {
      const result = nli.readRecord({ ...record, ...change });
      return result.ok ? 'kept' : result.reason;
    };
    assert.equal(reason({ label: '-' }), 'no-gold-label');
    assert.equal(reason({ label: '-1' }), 'no-gold-label');
    assert.equal(reason({ label: '' }), 'missing-label');
    assert.equal(reason({ label: 'maybe' }), 'unknown-label');
    assert.equal(reason({ premise: ' \n' }), 'missing-premise');
    assert.equal(reason({ hypothesis: '' }), 'missing-hypothesis');
  });

  it('with any texts keep premise and hypothesis apart', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => one.trim() !== '');
    fc.assert(
      fc.property(text, text, (premise, hypothesis) => {
        const sample = body({ premise, hypothesis, label: 'yes' });
        const line = (one: string) => one.replace(/\s+/gu, ' ').trim();
        assert.deepEqual(nli.gradientExample(sample, 'text'), {
          prompt: line(premise),
          completion: `${line(hypothesis)}\nyes`,
        });
        assert.equal(nli.decontaminationText(sample), `${line(premise)}\n${line(hypothesis)}`);
      }),
    );
  });
});

describe('what language models write', () => {
  const items = (text: string) =>
    nli.parseGeneration(text).map((result) => {
      if (!result.ok) return `! ${result.reason}`;
      const { prompt, completion } = nli.gradientExample(result.body, 'text');
      return `${prompt} > ${completion.replace('\n', ' > ')}`;
    });

  it('is read from fenced items, with remarks around them', () => {
    const text =
      'Here are two items:\n---\nPremise: A.\nHypothesis: B.\nLabel: yes\n---\n---\nPremise: C.\nHypothesis: D.\nLabel: No.\n---\nHope this helps!';
    assert.deepEqual(items(text), ['A. > B. > yes', 'C. > D. > no']);
  });

  it('is read without fences, in another order, with marks of emphasis and quotes', () => {
    assert.deepEqual(items('Premise: A.\nHypothesis: B.\nLabel: yes\nPremise: C.\nHypothesis: D.\nLabel: no'), [
      'A. > B. > yes',
      'C. > D. > no',
    ]);
    assert.deepEqual(items('Label: yes\nHypothesis: B.\nPremise: A.'), ['A. > B. > yes']);
    assert.deepEqual(items('1. **Premise:** "A."\n   **Hypothesis**: B.\n   - *Label*: Entailment'), ['A. > B. > yes']);
    assert.deepEqual(items('Premise: A\nand more.\nHypothesis: B.\nLabel: no\n\nThis is neutral because ...'), [
      'A and more. > B. > no',
    ]);
  });

  it('keeps every paragraph of a text, and no remark behind an item', () => {
    assert.deepEqual(items('Premise: A.\n\nMore A.\n\nHypothesis: B.\n\nMore B.\nLabel: no\n\nWhy: C.'), [
      'A. More A. > B. More B. > no',
    ]);
    assert.deepEqual(items('Label: no\n\nPremise: A.\nHypothesis: B.\n\nA remark.'), ['A. > B. > no']);
  });

  it('is read from JSON, with or without a code fence', () => {
    const json =
      '[{"premise":"A.","hypothesis":"B.","label":"neutral"},{"Premise":"C.","Hypothesis":"D.","answer":true},7]';
    assert.deepEqual(items(json), ['A. > B. > no', 'C. > D. > yes']);
    assert.deepEqual(items(`{"items":${json}}`), ['A. > B. > no', 'C. > D. > yes']);
    assert.deepEqual(items(`{"items":${json}`.slice(0, 80)), ['A. > B. > no']);
    assert.deepEqual(items(`\`\`\`json\n${json}\n\`\`\``), ['A. > B. > no', 'C. > D. > yes']);
  });

  it('gives a named reject for every piece that is no item', () => {
    assert.deepEqual(
      items(
        'Premise: A.\nHypothesis: B.\n---\nPremise: C.\nLabel: yes\n---\nhm\n---\nPremise: E.\nHypothesis: F.\nLabel: unsure',
      ),
      ['! missing-label', '! missing-hypothesis', '! no-fields', '! unknown-label'],
    );
    const broken = '[{"premise":"A.","hypothesis":"B.","label":"no"},{"premise":"C.","hypothesis":D}]';
    assert.deepEqual(items(broken), ['A. > B. > no', '! no-fields']);
    assert.deepEqual(items(''), ['! no-item']);
    assert.deepEqual(items('I would rather not.'), ['! no-item']);
  });

  const attempts: readonly [attempt: string, label: 'yes' | 'no' | null][] = [
    ['Answer: no.\n(Answer: yes only if the dog is awake.)', 'no'],
    ['Answer: no\n\nA label yes would need more.', 'no'],
    ['Answer: yes or no? It is no.', null],
    ['Answer: No, since the answer to it is open.', 'no'],
    ['Answer: no because the answer is open.', 'no'],
    ['Answer: yes, but only if it barks.', null],
    ['Answer: \\boxed{no}', 'no'],
    ['Answer: $\\boxed{\\text{yes}}$', 'yes'],
    ['Answer:\nno', 'no'],
    ['Answer - no', 'no'],
    ['Answer no.', 'no'],
    ['Yes, it does.', 'yes'],
    ['Yes, or no.', null],
    ['Answer: not_entailment', 'no'],
    ['**Label:** non-entailment.', 'no'],
    ['The answer is yes for dogs. The answer is no.', 'no'],
    ['The answer is yes. For cats the answer is no.', null],
    ['Answer: yes\nAnswer: perhaps', null],
    ['It may bark. Answer: no', 'no'],
  ];
  for (const [attempt, label] of attempts) {
    it(`takes ${JSON.stringify(attempt)} for ${label ?? 'no label'}`, () =>
      assert.equal(nli.attemptResult(attempt), label));
  }

  it('states the label of an attempt at its end, or not at all', () => {
    assert.equal(nli.attemptResult('It could be either.\nAnswer: no'), 'no');
    assert.equal(nli.attemptResult('Answer: yes?\nOn reflection ...\n**Answer: No.**'), 'no');
    assert.equal(nli.attemptResult('The answer is "yes".'), 'yes');
    assert.equal(nli.attemptResult('Yes.'), 'yes');
    assert.equal(nli.attemptResult('Label: not entailment'), 'no');
    assert.equal(nli.attemptResult('Yes and no.'), null);
    assert.equal(nli.attemptResult('Answer: perhaps'), null);
  });
});

describe('checks and grades', () => {
  it('find a completion that contradicts the answer, labels that are none, and texts denied to themselves', () => {
    const reason = (change: Partial<SampleBody>) => {
      const verdict = nli.checkConsistency({ ...body(), ...change });
      return verdict.kept ? 'kept' : verdict.reason;
    };
    assert.equal(reason({}), 'kept');
    assert.equal(reason({ completion: 'no' }), 'completion-differs');
    assert.equal(reason({ completion: ' yes' }), 'completion-differs');
    assert.equal(reason({ answer: 'entailment' }), 'label-unknown');
    assert.equal(reason({ prompt: 'Is it so?' }), 'prompt-unreadable');
    assert.equal(reason(body({ hypothesis: 'a DOG barks', label: 'no' })), 'denies-itself');
    assert.equal(reason(body({ hypothesis: 'a DOG barks', label: 'yes' })), 'kept');
  });

  it('take pairs that differ in case, spacing and punctuation for duplicates, whatever their labels', () => {
    const key = (sample: SampleBody) => duplicateKey(nli.duplicateText(sample));
    assert.equal(key(body()), key(body({ premise: ' a dog  barks', label: 'neutral' })));
    assert.notEqual(key(body()), key(body({ premise: 'An animal barks.', hypothesis: 'A dog barks.' })));
  });

  it('leave the question out of what decontamination compares', () => {
    assert.equal(nli.decontaminationText(body()), 'A dog barks.\nAn animal barks.');
  });

  it('train on the bare label, and take the loss over hypothesis and label for the target text', () => {
    assert.deepEqual(nli.gradientExample(body(), 'completion'), { prompt: body().prompt, completion: 'yes' });
    assert.deepEqual(nli.gradientExample(body(), 'text'), {
      prompt: 'A dog barks.',
      completion: 'An animal barks.\nyes',
    });
  });

  it('grade a label in a sentence, merge the finer ones, and read nothing else', () => {
    assert.ok(isRight(nli, 'yes', 'yes'));
    assert.ok(isRight(nli, 'No, because ...', 'no'));
    assert.ok(!isRight(nli, 'yes', 'no'));
    assert.ok(!isRight(nli, 'dunno', 'no'));
    assert.ok(isRight(nli, 'yes\n\nThe dog is an animal.', 'yes'));
    assert.ok(isRight(nli, 'Let me see.\nAnswer: no', 'no'));
    assert.ok(!isRight(nli, 'Yes or no?\nAnswer: maybe', 'yes'));
    assert.ok(isRight(nli, 'neutral', 'no') && isRight(nli, 'Contradiction.', 'no'));
    assert.ok(!isRight(nli, 'neutral', 'yes'));
    assert.equal(labelOf(''), null);
  });
});
