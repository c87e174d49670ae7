// A study's plan and its report: subsets drawn by recipe, and what came of those that are done.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { BenchmarkTables, StudyActivities, StudyConfig, StudyReportInput } from '../contracts/study.ts';
import type { Trial } from '../contracts/trials.ts';
import type { RecipeSpace } from '../contracts/study.ts';
import type { RowMatrix } from '../core/diversity/row-matrix.ts';
import { renderStudy } from '../core/report/study-report.ts';
import { analyseStudy } from '../core/study/analysis.ts';
import { planDraws } from '../core/study/plan-draws.ts';
import { chanceOf } from '../core/study/scores.ts';
import { wordSpace } from '../core/study/word-space.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readRows, writeRows } from './rows.ts';
import { runStage } from './stage.ts';
import { createPoolJoining, readPool, textOf, type KnownPool } from './study-pool.ts';

/** Resamples behind an interval: few while trials are still coming in, enough for two digits at the end. */
const bootstrapDraws = { early: 200, final: 2000 };

export function createStudyActivities(openStore: OpenStore): StudyActivities {
  return {
    ...createPoolJoining(openStore),

    async planDraws({ context, study, pool, benchmarks }) {
      const store = await openStore(context.store);
      const { seed, size, draws, matching, recipes, screeningDraws, score } = study;
      const config = { seed, size, draws, matching, recipes, screeningDraws, score };
      const { samples, sketches, embeddings } = pool;
      const inputs = [samples, sketches.completion, sketches.text, embeddings, ...Object.values(benchmarks)];
      return runStage(store, { stage: 'plan-draws', version: 1, inputs, config }, async () => {
        await requireAnswers(store, study, benchmarks);
        const known = await readPool(store, pool);
        const plan = planDraws(study, { items: known.items, spaces: spacesOf(study, known) });
        const { pageEnds, recipes: count } = plan;
        return {
          output: await writeRows(store, 'draws', plan.draws),
          rejects: null,
          counts: {},
          summary: { pageEnds, recipes: count },
        };
      });
    },

    async reportStudy(input) {
      const store = await openStore(input.context.store);
      // The page shows the whole configuration, and whether a benchmark counts as out of distribution stands nowhere else.
      const config = { study: input.study, planned: input.planned };
      return runStage(store, { stage: 'study-report', version: 1, inputs: input.trials, config }, () =>
        report(store, input),
      );
    },
  };
}

async function report(store: Store, input: StudyReportInput) {
  const { context, study, trials: tables, planned } = input;
  const trials: Trial[] = [];
  for (const table of tables) trials.push(...(await readRows(store, table)));
  const analysis = await analyseStudy(trials, {
    sets: study.benchmarks.map(({ name, distribution }) => ({ name, distribution })),
    controls: study.recipes.filter(({ kind }) => kind === 'duplicates').map(({ name }) => name),
    leads: study.leads,
    key: `${study.seed}/analysis`,
    pause: () => nextTurn(),
    bootstrapDraws: trials.length < planned ? bootstrapDraws.early : bootstrapDraws.final,
  });
  const { html, json } = renderStudy({ study, analysis, planned });
  const encode = (text: string) => new TextEncoder().encode(text);
  const parts = [
    await store.writePart(encode(html), { path: 'report.html', mediaType: 'text/html', rows: 0 }),
    await store.writePart(encode(json), { path: 'report.json', mediaType: 'application/json', rows: 0 }),
  ];
  const output: ArtifactRef = await store.writeManifest({ kind: 'report', parts, metadata: {} });
  await store.writeRef(context.campaign, 'report', output);
  const students = study.students.map(({ name }) => name);
  const keptBy = (student: string) =>
    analysis.screened.filter((one) => one.student === student && one.kept).map(({ benchmark }) => benchmark);
  const kept = Object.fromEntries(students.map((student) => [student, keptBy(student)]));
  return { output, rejects: null, counts: {}, summary: { kept } };
}

/** @throws {PermanentError} `InvalidData` for a benchmark that a guesser answers wholly right */
async function requireAnswers(store: Store, { score }: StudyConfig, tables: BenchmarkTables): Promise<void> {
  for (const [name, table] of Object.entries(tables)) {
    chanceOf(
      name,
      (await readRows(store, table)).map(({ answer }) => answer),
      score,
    );
  }
}

/** Only the spaces that some recipe names. */
function spacesOf({ recipes }: StudyConfig, known: KnownPool): Map<RecipeSpace, RowMatrix> {
  const makers: Readonly<Record<RecipeSpace, () => RowMatrix>> = {
    'completion-gradients': () => known.sketches.completion,
    'text-gradients': () => known.sketches.text,
    embeddings: () => known.embeddings,
    words: () => wordSpace(known.samples.map(textOf)),
  };
  const named = new Set(recipes.flatMap((recipe) => (recipe.kind === 'balls' ? [recipe.space] : [])));
  return new Map([...named].map((space) => [space, makers[space]()]));
}
