// The metrics of graded answers: each against the functions of core/stats and core/text that define it, by hand where it is small.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prediction } from '../../../contracts/samples.ts';
import { metricsOf, type Metric, type MetricRule } from '../../../core/scoring/metrics.ts';
import { addChrf, chrfScore, chrfStatistics } from '../../../core/text/chrf.ts';

const rule = (labels: readonly string[] | null): MetricRule => ({
  kind: 'answers',
  metric: labels === null ? 'pass@1' : 'accuracy',
  labels,
  sameAnswer: (a, b) => a.toLowerCase() === b.toLowerCase(),
});

/** `stated` of each sample; right where it is the expected answer, in any case. */
function row(id: string, expected: string, stated: readonly string[]): Prediction {
  const correct = stated.map((answer) => answer.toLowerCase() === expected.toLowerCase());
  return { id, group: 'all', expected, responses: stated, stated, correct, scores: {} };
}

const valueOf = (metrics: readonly Metric[], name: string) => metrics.find((metric) => metric.name === name)?.value;

describe('metrics of sampled answers', () => {
  const predictions = [
    row('a', 'x', ['x', 'X', 'y', '']),
    row('b', 'x', ['y', 'y', 'x', 'x']),
    row('c', 'x', ['', '', '', '']),
    row('d', 'x', ['x', 'x', 'x', 'x']),
  ];
  const metrics = metricsOf(predictions, rule(null));

  it('are the share of right answers over samples, with the spread of the runs', () => {
    assert.equal(metrics[0]?.name, 'pass@1');
    assert.equal(metrics[0].value, (2 / 4 + 2 / 4 + 0 + 1) / 4);
    // Runs (sample j of every row): 2/4, 2/4, 2/4, 2/4.
    assert.equal(valueOf(metrics, 'pass@1-deviation'), 0);
    const uneven = metricsOf([row('a', 'x', ['x', '']), row('b', 'x', ['x', 'y'])], rule(null));
    assert.ok(Math.abs((valueOf(uneven, 'pass@1-deviation') ?? 0) - Math.SQRT1_2) < 1e-15);
    assert.ok(Math.abs((valueOf(uneven, 'pass@1-error') ?? 0) - 0.5) < 1e-15);
  });

  it('count a row as solved by any of its samples, and by the majority of those that state one answer', () => {
    assert.equal(valueOf(metrics, 'pass@4'), 3 / 4);
    // a: x twice against y once; b: a tie of two classes, one right; c: nobody votes; d: all.
    assert.equal(valueOf(metrics, 'maj@4'), (1 + 0.5 + 0 + 1) / 4);
    assert.equal(valueOf(metrics, 'no-answer'), (1 + 0 + 4 + 0) / 16);
  });

  it('have no interval where a draw of rows has no such value', () => {
    assert.deepEqual(
      metrics.filter(({ of }) => of === null).map(({ name }) => name),
      ['pass@1-deviation', 'pass@1-error'],
    );
  });
});

describe('metrics of labels', () => {
  const labels = ['yes', 'no'];
  const predictions = [
    row('a', 'yes', ['yes']),
    row('b', 'no', ['YES']),
    row('c', 'no', ['no']),
    row('d', 'no', ['']),
    row('e', 'yes', ['no']),
  ];
  const metrics = metricsOf(predictions, rule(labels));

  it('are accuracy and macro-F1, an answer that was not read being wrong for both', () => {
    assert.deepEqual(
      metrics.map(({ name }) => name),
      ['accuracy', 'macro-f1', 'no-answer'],
    );
    assert.equal(metrics[0]?.value, 2 / 5);
    // yes: 1 of 2 expected and 2 stated; no: 1 of 3 expected and 2 stated.
    assert.ok(Math.abs((valueOf(metrics, 'macro-f1') ?? 0) - (2 / 4 + 2 / 5) / 2) < 1e-15);
  });

  it('give for any draw of rows what the same rows give as a set', () => {
    const drawn = [4, 0, 0, 2, 3, 1, 1];
    const again = metricsOf(
      drawn.map((place) => predictions[place]!),
      rule(labels),
    );
    for (const { name, of, value } of again) {
      const found = metrics.find((metric) => metric.name === name)?.of?.(drawn);
      assert.ok(of !== null && Math.abs(found! - value) < 1e-15, name);
    }
  });
});

describe('metrics of texts', () => {
  const texts = [
    { expected: 'the cat sat on the mat', response: 'the cat sat' },
    { expected: 'a long summary of evidence', response: 'evidence' },
    { expected: 'nothing', response: '' },
  ];
  const predictions = texts.map(({ expected, response }, place): Prediction => {
    const scores = { chrf: 10 * place, 'rouge-l': place / 10 };
    return { id: `${place}`, group: 'all', expected, responses: [response], stated: [response], correct: [], scores };
  });
  const metrics = metricsOf(predictions, { kind: 'texts' });

  it('are the means of row scores, ROUGE-L first, and chrF of the corpus from pooled counts', () => {
    assert.deepEqual(
      metrics.map(({ name }) => name),
      ['rouge-l', 'chrf', 'chrf-corpus', 'no-answer'],
    );
    assert.ok(Math.abs(metrics[0]!.value - 0.1) < 1e-15);
    const statistics = texts.map(({ expected, response }) => chrfStatistics(response, expected, { wordOrder: 0 }));
    assert.equal(valueOf(metrics, 'chrf-corpus'), chrfScore(statistics.reduce(addChrf)));
    assert.notEqual(valueOf(metrics, 'chrf-corpus'), valueOf(metrics, 'chrf'));
    assert.equal(valueOf(metrics, 'no-answer'), 1 / 3);
  });
});
