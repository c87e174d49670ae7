// The task summarization: records, answers of language models, consistency and grading; on invented and on real pairs.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evidenceOf } from '../../../tasks/summarization/record.ts';
import { numbersIn, statedNumbers } from '../../../tasks/summarization/numbers.ts';
import { summarization } from '../../../tasks/summarization/summarization.ts';
import type { SampleBody } from '../../../tasks/task.ts';
import { addChrf, chrfScore, chrfStatistics } from '../../../core/text/chrf.ts';
import { rougeL } from '../../../core/text/rouge.ts';

const evidence =
  'Objectives: does tea help?\n\n Main results:  Twelve trials (1,340 people) were found; 45.50% slept better.\r\n';
const conclusion = 'Tea may help some people to sleep.';

function body(change: Readonly<Record<string, string>> = {}): SampleBody {
  const result = summarization.readRecord({ evidence, conclusion, ...change });
  assert.ok(result.ok, JSON.stringify(result));
  return result.body;
}

describe('records', () => {
  it('become one prompt that keeps the paragraphs of the evidence, and one paragraph of conclusion', () => {
    assert.deepEqual(
      body({ title: ' Tea\n for sleep ', group: 'sleep', conclusion: `${conclusion}\n\nMore trials are needed.` }),
      {
        prompt:
          'Title: Tea for sleep\nEvidence:\nObjectives: does tea help?\nMain results: Twelve trials (1,340 people) were found; 45.50% slept better.\n\n' +
          'State in a short paragraph what this evidence supports.',
        completion: `${conclusion} More trials are needed.`,
        answer: `${conclusion} More trials are needed.`,
        group: 'sleep',
      },
    );
    assert.equal(body().group, 'all');
    assert.deepEqual(evidenceOf(body({ title: 'T' }).prompt)?.title, 'T');
    assert.equal(evidenceOf('What is it?'), null);
  });

  it('are turned away by name', () => {
    const reason = (change: Readonly<Record<string, string>>) => {
      const result = summarization.readRecord({ evidence, conclusion, ...change });
      return result.ok ? 'kept' : result.reason;
    };
    assert.equal(reason({ evidence: ' \n' }), 'missing-evidence');
    assert.equal(reason({ conclusion: '' }), 'missing-conclusion');
  });

  it('cannot be made by rule, and say what to do instead', () => {
    assert.throws(() => summarization.makeRecord('any', 'key', 0), /no samples by rule. Use a source of kind file/);
  });
});

describe('what language models write', () => {
  const pairs = (text: string) =>
    summarization.parseGeneration(text).map((result) => {
      if (!result.ok) return `! ${result.reason}`;
      return `${evidenceOf(result.body.prompt)?.evidence ?? ''} > ${result.body.completion}`;
    });

  it('is read with fences and without, and remarks are left out', () => {
    const two =
      '---\nEvidence: A.\n\nMore A.\nConclusion: B.\n---\n---\nEvidence: C.\nConclusion: D.\n---\nHope this helps!';
    assert.deepEqual(pairs(`Here they are:\n${two}`), ['A.\nMore A. > B.', 'C. > D.']);
    assert.deepEqual(
      pairs('**Evidence 1:** A.\n**Conclusion:** B.\n\n2. Evidence: C.\nConclusions: D.\n\nI hope so.'),
      ['A. > B.', 'C. > D.'],
    );
  });

  it('is read from JSON, also where it was cut short', () => {
    const json = '{"pairs":[{"evidence":"A.","conclusion":"B."},{"evidence":"C.","conclusion":"D."}]}';
    assert.deepEqual(pairs(json), ['A. > B.', 'C. > D.']);
    assert.deepEqual(pairs(json.slice(0, 60)), ['A. > B.']);
  });

  it('gives a named reject for what is no pair', () => {
    assert.deepEqual(pairs(''), ['! no-pair']);
    assert.deepEqual(pairs('I would rather not.'), ['! no-pair']);
    assert.deepEqual(pairs('Evidence: A.\nEvidence: C.\nConclusion: D.'), ['! missing-conclusion', 'C. > D.']);
    assert.deepEqual(pairs('Conclusion: D.'), ['! missing-evidence']);
    const broken = '[{"evidence":"A.","conclusion":"B."},{"evidence":"C.","conclusion":D}]';
    assert.deepEqual(pairs(broken), ['A. > B.', '! missing-evidence']);
  });

  it('states at the end of an attempt whether the evidence supports the conclusion', () => {
    assert.equal(summarization.attemptResult('The first claim holds.\nAnswer: yes'), 'yes');
    assert.equal(summarization.attemptResult('Answer: yes?\nOn reflection ...\n**Answer: No.**'), 'no');
    assert.equal(summarization.attemptResult('Answer: not supported, since no trial says so.'), 'no');
    assert.equal(summarization.attemptResult('It might.'), null);
    assert.equal(summarization.claimOf(body()), 'yes');
  });
});

describe('checks', () => {
  const reason = (change: Readonly<Record<string, string>>) => {
    const verdict = summarization.checkConsistency(body(change));
    return verdict.kept ? 'kept' : verdict.reason;
  };

  it('find a conclusion that is missing, too long, copied, or states a number of its own', () => {
    assert.equal(reason({}), 'kept');
    assert.equal(reason({ conclusion: 'Of 1340 people in 12 trials, 45.5 % slept better.' }), 'kept');
    assert.equal(reason({ conclusion: 'Of 1340 people, 46% slept better.' }), 'number-not-in-evidence');
    assert.equal(reason({ conclusion: 'twelve trials (1,340 people) were found' }), 'copied-from-evidence');
    assert.equal(reason({ conclusion: `${conclusion} `.repeat(4) }), 'longer-than-evidence');
    const bare = { ...body(), completion: '', answer: '' };
    assert.deepEqual((summarization.checkConsistency(bare) as { reason: string }).reason, 'no-conclusion');
    const other = { ...body(), completion: 'Tea helps.' };
    assert.deepEqual((summarization.checkConsistency(other) as { reason: string }).reason, 'completion-differs');
    const foreign = { ...body(), prompt: 'What is it?' };
    assert.deepEqual((summarization.checkConsistency(foreign) as { reason: string }).reason, 'prompt-unreadable');
  });

  it('read numbers in their many spellings', () => {
    assert.deepEqual(numbersIn('1,234 or 1 234; 0.50, .5 and 12·5%; HER2, CD4+ and v2 are names'), [
      '1234',
      '1234',
      '0.5',
      '0.5',
      '12.5',
    ]);
    assert.deepEqual(numbersIn('in 1998, 2 of 3'), ['1998', '2', '3']);
    assert.deepEqual(numbersIn('in 2019 120 women of 12 345 678'), ['2019', '120', '12345678']);
    assert.deepEqual(numbersIn('2.5 million, 2,500,000 and 1.1 thousand'), ['2500000', '2500000', '1100']);
    for (const number of ['23', '20', '3', '7', '2']) {
      assert.ok(statedNumbers('Twenty-three trials of seven, used twice').has(number), number);
    }
    const words = 'one hundred and fifty women, two thousand three hundred four men, 2.5 million, a hundred';
    for (const number of ['150', '2304', '2.5', '2500000', '100']) assert.ok(statedNumbers(words).has(number), number);
    assert.ok(!statedNumbers(words).has('152'));
  });

  it('compare evidence for duplicates, evidence and conclusion for leaks', () => {
    assert.ok(!summarization.duplicateText(body()).includes(conclusion));
    assert.equal(summarization.decontaminationText(body()), `${summarization.duplicateText(body())}\n${conclusion}`);
  });

  it('have a floor: the objectives and the last two sentences of the results', () => {
    const { grading } = summarization;
    assert.equal(grading.kind, 'texts');
    const evidence =
      'Objectives: To see if tea helps. Main results: We found 2 trials. Sleep did not differ. Harm was rare!';
    const { prompt } = body({ evidence });
    assert.equal(grading.extract(prompt), 'To see if tea helps. Sleep did not differ. Harm was rare!');
    assert.equal(grading.extract(body({ evidence: 'One. Two. Three.' }).prompt), 'Two. Three.');
  });
});

const data = fileURLToPath(new URL('../../../../shared/data/med/', import.meta.url));

describe('real pairs', { skip: !existsSync(data) && `no ${data}` }, () => {
  const lines = (file: string) =>
    readFileSync(`${data}${file}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { abstract: string; conclusion: string });

  it('of Cochrane reviews are nearly all kept, and the rest is turned away for its numbers or its length', () => {
    const counts: Record<string, number> = {};
    for (const { abstract, conclusion: real } of lines('cochrane-auto-pairs.jsonl')) {
      const verdict = summarization.checkConsistency(body({ evidence: abstract, conclusion: real }));
      const reason = verdict.kept ? 'kept' : verdict.reason;
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
    assert.deepEqual(Object.keys(counts).sort(), ['kept', 'longer-than-evidence', 'number-not-in-evidence']);
    assert.ok((counts['kept'] ?? 0) > 0.88 * 949, JSON.stringify(counts));
  });

  it('have the floor that stands in the reference tables, by the reference metrics', () => {
    // ROUGE-L as the mean of items, chrF as the mean of items and of the corpus, in percent; made with rouge-score 0.1.2 and
    // sacrebleu 2.6.0 on the raw texts.
    const floors = {
      'val_v2.json': [19.5, 36.15, 34.98],
      'test_before_cutoff_v2.json': [19.21, 35.57, 33.98],
      'test_after_cutoff_v2.json': [19.75, 35.83, 34.37],
    };
    const { grading } = summarization;
    assert.equal(grading.kind, 'texts');
    for (const [file, floor] of Object.entries(floors)) {
      const pairs = lines(file).map(({ abstract, conclusion: real }) => {
        const { prompt, answer } = body({ evidence: abstract, conclusion: real });
        return { extract: grading.extract(prompt), answer };
      });
      const statistics = pairs.map(({ extract, answer }) => chrfStatistics(extract, answer, { wordOrder: 0 }));
      const found = [
        100 * mean(pairs.map(({ extract, answer }) => rougeL(extract, answer))),
        mean(statistics.map(chrfScore)),
        chrfScore(statistics.reduce(addChrf)),
      ];
      for (const [place, value] of found.entries()) {
        assert.ok(Math.abs(value - floor[place]!) < 0.011, `${file}: ${found.join(' ')}, expected ${floor.join(' ')}`);
      }
    }
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
