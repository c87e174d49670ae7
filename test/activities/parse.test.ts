// Parse: every piece of a draft becomes a sample or a named reject.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createParseActivities } from '../../activities/parse.ts';
import { writeRows } from '../../activities/rows.ts';
import type { Draft } from '../../contracts/samples.ts';
import { makeWorkplace, rowsOf } from './workplace.ts';

const lineageOf = (generator: string) =>
  ({ origin: 'llm', source: 'm', generator, round: 1, fewShots: ['seeds/1'], requestHash: 'ab' }) as const;
const text = (id: string, content: string): Draft => ({ id, content, form: 'text', lineage: lineageOf('writer') });
const item = (premise: string, label: string) => `---\nPremise: ${premise}\nHypothesis: It is so.\nLabel: ${label}\n`;

describe('parsing', () => {
  it('makes a sample of every item of a text, with ids that tell them apart and the lineage of the draft', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const drafts = [
      text('r1/writer/0', item('One.', 'yes') + item('Two.', 'maybe') + item('Three.', 'no')),
      text('r1/writer/1', 'I cannot do that.'),
      text('r1/writer/2', item('Four.', 'no')),
    ];
    const { parseDrafts } = createParseActivities({ openStore });
    const table = await writeRows(store, 'drafts', drafts);
    const { output, rejects, counts } = await parseDrafts({ context, round: 1, drafts: [table] });
    const samples = await rowsOf(store, 'samples', output);
    assert.deepEqual(
      samples.map(({ id, answer }) => [id, answer]),
      [
        ['r1/writer/0.0', 'yes'],
        ['r1/writer/0.2', 'no'],
        ['r1/writer/2', 'no'],
      ],
    );
    assert.deepEqual(samples[0]?.lineage, lineageOf('writer'));
    assert.deepEqual(
      (await rowsOf(store, 'rejects', rejects)).map(({ id, reason }) => [id, reason]),
      [
        ['r1/writer/0.1', 'unknown-label'],
        ['r1/writer/1', 'no-item'],
      ],
    );
    assert.deepEqual(counts, { writer: { in: 5, kept: 3, rejected: { 'unknown-label': 1, 'no-item': 1 } } });
  });

  it('reads records by the fields of the task, and counts each generator for itself', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const record = (id: string, fields: object): Draft => ({
      id,
      content: JSON.stringify(fields),
      form: 'record',
      lineage: lineageOf('rules'),
    });
    const good = { premise: 'A dog runs.', hypothesis: 'An animal runs.', label: 'entailment' };
    const tables = [
      await writeRows(store, 'drafts', [record('r1/rules/0', good), record('r1/rules/1', { ...good, premise: ' ' })]),
      await writeRows(store, 'drafts', [text('r1/writer/0', item('One.', 'yes'))]),
    ];
    const { parseDrafts } = createParseActivities({ openStore });
    const { counts } = await parseDrafts({ context, round: 1, drafts: tables });
    assert.deepEqual(counts, {
      rules: { in: 2, kept: 1, rejected: { 'missing-premise': 1 } },
      writer: { in: 1, kept: 1, rejected: {} },
    });
  });
});
