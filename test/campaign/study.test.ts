// A study on a real Temporal server with tiny models: killed in the middle of its trials, it ends with the report of a run
// that nothing disturbed, and early results are there before the end.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openStaticVectors } from '../../adapters/models/static-vectors.ts';
import { openStore } from '../../adapters/store/open.ts';
import { connectStudies, type Studies, type StudyView } from '../../adapters/temporal/studies.ts';
import type { StudyFigures } from '../../core/report/study-report.ts';
import { killEverything, makeTinyWorld, startTinyStack } from '../helpers/tiny-campaign.ts';
import { tinyStudy } from '../helpers/tiny-study.ts';

async function until(studies: Studies, name: string, reached: (view: StudyView) => boolean): Promise<StudyView> {
  for (;;) {
    const view = await studies.status(name).catch(() => null);
    if (view !== null && (reached(view) || view.state !== 'running')) return view;
    await wait(100);
  }
}

const figuresOf = async (studies: Studies, view: StudyView): Promise<StudyFigures> =>
  JSON.parse(new TextDecoder().decode(await studies.readReport(view, view.report!, 'report.json'))) as StudyFigures;

/** Sixteen megabytes, fetched once; a machine that reaches no package index goes without. */
const skip = await openStaticVectors('wordllama-256').then(
  () => false,
  (error: unknown) => `no word vectors: ${String(error)}`,
);

describe('a study on a real Temporal server', { timeout: 540_000, skip }, () => {
  it('ends with the same report when killed with kill -9 as when left alone, and shows early results', async (test) => {
    const world = await makeTinyWorld(test);
    const first = await startTinyStack(test, world);
    const studies = await connectStudies(first.stack, openStore, 30);
    const study = await tinyStudy(world, 'disturbed');
    await studies.start(study);
    const early = await until(studies, study.name, ({ report, trialsDone }) => report !== null && trialsDone >= 3);
    assert.equal(early.state, 'running', early.failure ?? '');
    assert.ok((await figuresOf(studies, early)).analysis.screened.length === 2);
    await studies.close();
    await killEverything(first);

    const second = await startTinyStack(test, world);
    const again = await connectStudies(second.stack, openStore, 30);
    test.after(() => again.close());
    const disturbed = await until(again, study.name, () => false);
    assert.equal(disturbed.state, 'completed', disturbed.failure ?? '');
    assert.deepEqual([disturbed.trialsDone, disturbed.trials], [19, 19]);

    const other = await tinyStudy(world, 'undisturbed');
    await again.start(other);
    const undisturbed = await until(again, other.name, () => false);
    const [one, two] = [await figuresOf(again, disturbed), await figuresOf(again, undisturbed)];
    assert.deepEqual(one.analysis, two.analysis);
    assert.equal(one.analysis.subsets, 16);
    assert.ok(one.analysis.tables.some(({ correlations }) => correlations.length > 10));
  });

  it('fails by name where a recipe cannot be filled, and before that nothing was trained', async (test) => {
    const world = await makeTinyWorld(test);
    const { stack } = await startTinyStack(test, world);
    const studies = await connectStudies(stack, openStore, 30);
    test.after(() => studies.close());
    const study = await tinyStudy(world, 'narrow');
    const mixes = { kind: 'mixes', by: 'source', mixes: [{ words: 1 }], choose: [], count: 1, rest: 0 } as const;
    await studies.start({ ...study, size: 80, recipes: [{ ...mixes, name: 'words-alone' }] });
    const view = await until(studies, study.name, () => false);
    assert.equal(view.state, 'failed');
    assert.match(view.failure ?? '', /recipe words-alone\/words=1: a subset needs 40 samples of label/);
    assert.equal(view.trialsDone, 0);
  });
});
