// Trial jobs: every student is trained on every subset of a page, a finished trial being durable at once.

import type { TrialJob } from '../contracts/study.ts';
import type { Draw, Trial } from '../contracts/trials.ts';
import type { Sample } from '../contracts/samples.ts';
import { readTexts } from '../core/diversity/measures/text-set.ts';
import { itemAt } from '../core/item-at.ts';
import { noTokens } from '../core/plan/budget.ts';
import { chanceOf, trialScore } from '../core/study/scores.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ChunkRecipe, ChunkWork, PrepareJob } from './chunks.ts';
import { reportProgress } from './heartbeat.ts';
import type { OpenTrialStudent, TrialStudent } from './ports/trial-students.ts';
import type { Store } from './ports/store.ts';
import { readRowRange, readRows, writeRows } from './rows.ts';
import { readPool } from './study-pool.ts';
import { measureRows, type MeasuredPool } from './trial-measures.ts';

/** Subsets of one chunk: each is measured once and learned from by every student. */
const subsetsPerChunk = 4;

/** What all trials of a study need, read once as long as the process lives. */
interface Bench {
  readonly pool: MeasuredPool;
  readonly sources: readonly string[];
  readonly students: readonly TrialStudent[];
  /** The right answers of every benchmark. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
}

/** The recipe of trials; closing it ends what the students keep open. */
export function openTrials(openStudent: OpenTrialStudent): PrepareJob<TrialJob> & { close(): Promise<void> } {
  let kept: { readonly key: string; readonly bench: Promise<Bench> } | null = null;
  const close = async (): Promise<void> => {
    const students = (await kept?.bench.catch(() => null))?.students ?? [];
    kept = null;
    for (const student of students) await student.close?.();
  };
  const benchOnce = async (store: Store, job: TrialJob): Promise<Bench> => {
    const { students, matching, task } = job.study;
    const key = JSON.stringify([job.context.store, job.pool, job.benchmarks, students, matching, task]);
    if (kept?.key === key) return kept.bench;
    await close();
    const entry = { key, bench: openBench(store, job, openStudent) };
    kept = entry;
    // What failed is tried again by the next call.
    entry.bench.catch(() => (kept = kept === entry ? null : kept));
    return entry.bench;
  };
  const prepare: PrepareJob<TrialJob> = async (job, store): Promise<ChunkRecipe> => {
    const { pool, benchmarks, draws, start, end, study } = job;
    const bench = await benchOnce(store, job);
    const { sketches, samples, embeddings } = pool;
    const names = Object.keys(benchmarks).sort();
    const { seed, score } = study;
    const students = bench.students.map(({ name, identity }) => ({ name, identity }));
    return {
      identity: {
        stage: 'trial',
        version: 1,
        inputs: [
          samples,
          sketches.completion,
          sketches.text,
          embeddings,
          draws,
          ...names.flatMap((name) => benchmarks[name] ?? []),
        ],
        config: { task: study.task, seed, score, names, students, start, end },
      },
      rows: (end - start) * students.length,
      chunkRows: subsetsPerChunk * students.length,
      output: 'trials',
      metadata: {},
      produce: (work) => runTrials(bench, job, work),
    };
  };
  return Object.assign(prepare, { close });
}

async function openBench(store: Store, { pool, benchmarks, study }: TrialJob, open: OpenTrialStudent): Promise<Bench> {
  const task = taskNamed(study.task);
  const known = await readPool(store, pool);
  const sets = new Map<string, readonly Sample[]>();
  for (const [name, table] of Object.entries(benchmarks).sort(([a], [b]) => (a < b ? -1 : 1))) {
    sets.set(name, await readRows(store, table));
  }
  const setup = { pool: known.samples, benchmarks: sets, task };
  const students: TrialStudent[] = [];
  try {
    for (const config of study.students) students.push(await open(config, setup));
  } catch (error) {
    for (const student of students) await student.close?.();
    throw error;
  }
  return {
    pool: {
      ...known,
      texts: readTexts(known.samples),
      labels: study.matching.labels === 'none' ? null : known.samples.map(({ answer }) => answer),
    },
    sources: known.samples.map(({ lineage }) => lineage.generator),
    students,
    answers: new Map([...sets].map(([name, rows]) => [name, rows.map(({ answer }) => answer)])),
  };
}

async function runTrials(bench: Bench, job: TrialJob, { store, range, chunkKey, signal }: ChunkWork) {
  const { students } = bench;
  const first = job.start + range.start / students.length;
  const draws = await readRowRange(store, job.draws, first, job.start + range.end / students.length);
  const finished = await resumeTrials(store, chunkKey);
  const total = draws.length * students.length;
  reportProgress({ done: finished.size, total });
  const trials: Trial[] = [];
  for (const draw of draws) {
    const name = `${draw.recipe}/${draw.draw}`;
    const known = students.flatMap((student) => finished.get(`${name}/${student.name}`) ?? []);
    // Measures are a second's work, and all trials of a subset have the same.
    const measures = known[0]?.measures ?? measureRows(bench.pool, draw.rows, `${job.study.seed}/measures/${name}`);
    for (const student of students) {
      const id = `${name}/${student.name}`;
      const trial = finished.get(id) ?? (await runTrial(bench, job, { id, draw, student, measures }, signal));
      if (!finished.has(id)) await store.writeScratch(chunkKey, id.replace(/[^\w.-]+/g, '_'), encode(trial));
      trials.push(trial);
      reportProgress({ done: trials.length, total });
    }
  }
  const output = await writeRows(store, 'trials', trials);
  await store.removeScratch(chunkKey);
  return { output, rejects: null, counts: {}, tokens: noTokens, ledger: null };
}

interface TrialPlan {
  readonly id: string;
  readonly draw: Draw;
  readonly student: TrialStudent;
  readonly measures: Trial['measures'];
}

async function runTrial(
  { answers, sources }: Bench,
  { study }: TrialJob,
  { id, draw: { rows, ...named }, student, measures }: TrialPlan,
  signal: AbortSignal,
): Promise<Trial> {
  signal.throwIfAborted();
  const key = `${study.seed}/trial/${id}`;
  const correct = await student.run({ rows: Int32Array.from(rows), key, signal });
  const scores = [...answers].map(([name, labels]) => {
    const chance = student.chance?.get(name) ?? chanceOf(name, labels, study.score);
    const score = trialScore(correct.get(name) ?? unanswered(student.name, name), labels, study.score);
    return [name, { ...score, chance }] as const;
  });
  return {
    id,
    ...named,
    student: student.name,
    distinct: new Set(rows).size,
    measures,
    shares: sharesOf(
      rows.map((row) => itemAt(sources, row)),
      study.pool.map(({ name }) => name),
    ),
    scores: Object.fromEntries(scores),
  };
}

function sharesOf(drawn: readonly string[], sources: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    sources.map((source) => [source, drawn.filter((name) => name === source).length / drawn.length]),
  );
}

async function resumeTrials(store: Store, chunkKey: string): Promise<Map<string, Trial>> {
  const pieces = await store.readScratch(chunkKey);
  return new Map(
    pieces.map(({ bytes }) => {
      const trial = JSON.parse(new TextDecoder().decode(bytes)) as Trial;
      return [trial.id, trial];
    }),
  );
}

function encode(trial: Trial): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(trial));
}

function unanswered(student: string, benchmark: string): never {
  throw new Error(`Student ${student} did not answer benchmark ${benchmark}; this is a defect.`);
}
