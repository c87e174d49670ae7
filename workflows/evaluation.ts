// An evaluation: every student of a file answers every benchmark, and each is compared with the first student.

import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TableRef } from '../contracts/artifacts.ts';
import type { BenchmarkConfig, CampaignContext } from '../contracts/campaign.ts';
import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type {
  ComparedBenchmark,
  EvaluationConfig,
  EvaluationInput,
  EvaluationProgress,
  NamedStudent,
  Student,
} from '../contracts/evaluation.ts';
import { Query } from '../contracts/messages.ts';
import { SearchAttribute } from '../contracts/search-attributes.ts';
import { addTokens, noTokens, unlimited } from '../core/plan/budget.ts';
import { gradedScore } from './benchmarks.ts';
import { fanOut } from './fan-out.ts';
import { data, students } from './proxies.ts';
import { table } from './tables.ts';

export const evaluationQuery = defineQuery<EvaluationProgress>(Query.Evaluation);

/** What one run hands to the next: the rows of every benchmark, and what is done. */
export interface Carried {
  readonly tables: Readonly<Record<string, TableRef<'samples'>>>;
  readonly progress: EvaluationProgress;
}

export async function evaluation(input: EvaluationInput<Carried>): Promise<EvaluationProgress> {
  const run = new EvaluationRun(input);
  if (input.carried === null) upsertSearchAttributes([{ key: campaignKey, value: input.context.campaign }]);
  for (const benchmark of input.config.benchmarks) await run.read(benchmark);
  for (const student of input.config.students) {
    await run.evaluate(student);
    // A page: what comes next has a history of its own once this one is long.
    if (!workflowInfo().continueAsNewSuggested) continue;
    await condition(allHandlersFinished);
    return continueAsNew<typeof evaluation>({ ...input, carried: run.carried() });
  }
  run.note({ doing: 'finished' });
  await condition(allHandlersFinished);
  return run.carried().progress;
}

class EvaluationRun {
  readonly #config: EvaluationConfig;
  readonly #context: CampaignContext;
  #tables: Carried['tables'];
  #progress: EvaluationProgress;

  constructor({ config, context, carried }: EvaluationInput<Carried>) {
    const total = config.students.length * config.benchmarks.length;
    this.#config = config;
    this.#context = context;
    this.#tables = carried?.tables ?? {};
    this.#progress = carried?.progress ?? { ...nothingDone, context, total };
    setHandler(evaluationQuery, () => this.#progress);
  }

  carried(): Carried {
    return { tables: this.#tables, progress: this.#progress };
  }

  note(change: Partial<EvaluationProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    setCurrentDetails(`${this.#progress.done} of ${this.#progress.total} done; ${this.#progress.doing}`);
  }

  /** A row that cannot be read would make the benchmark another one, so it fails the import. */
  async read({ name, sources }: BenchmarkConfig): Promise<void> {
    if (this.#tables[name] !== undefined) return;
    this.note({ doing: `reading ${name}` });
    const input = { context: this.#context, name, sources, unreadable: 'fail' } as const;
    const imported = await data.importSamples.executeWithOptions({ summary: name }, [input]);
    this.#tables = { ...this.#tables, [name]: table('samples', imported) };
  }

  /** On every benchmark, and then against the first student. */
  async evaluate(named: NamedStudent): Promise<void> {
    if (this.#progress.comparisons[named.name] !== undefined) return;
    const student = await this.#resolved(named);
    for (const benchmark of this.#config.benchmarks) await this.#evaluateOn(named.name, student, benchmark);
    this.note({ doing: `comparing ${named.name}` });
    const benchmarks = this.#compared(named.name);
    const comparison = await students.compareStudents({ context: this.#context, benchmarks });
    this.note({ comparisons: { ...this.#progress.comparisons, [named.name]: comparison } });
  }

  async #resolved(named: NamedStudent): Promise<Student> {
    if (named.kind !== 'embedded') return named;
    const { kind, model, campaign } = named;
    const context = this.#context;
    return { kind, model, checkpoint: campaign === null ? null : await students.findCheckpoint({ context, campaign }) };
  }

  async #evaluateOn(name: string, student: Student, benchmark: BenchmarkConfig): Promise<void> {
    const { answering, distribution } = benchmark;
    const samples = this.#tables[benchmark.name];
    if (samples === undefined) throw new Error(`Benchmark ${benchmark.name} was not read; this is a defect.`);
    this.note({ doing: `${name} on ${benchmark.name}` });
    const named = { context: this.#context, benchmark: benchmark.name, prices: this.#config.prices };
    const job: EvaluateJob = { kind: 'evaluate', ...named, samples, student, answering };
    const outcome = await executeChild(fanOut, {
      workflowId: `${workflowInfo().workflowId}/${name}/${benchmark.name}`,
      args: [{ job, paused: false, allowance: unlimited }],
      staticSummary: `${name} on ${benchmark.name}, ${samples.rows} rows`,
    });
    const { scores, done, tokens } = this.#progress;
    const score = gradedScore(outcome.summary.score);
    const predictions = table('predictions', outcome);
    const scored = { student: name, benchmark: benchmark.name, distribution, score, predictions };
    this.note({ scores: [...scores, scored], done: done + 1, tokens: addTokens(tokens, outcome.summary.tokens) });
  }

  /** The first student is compared with nobody. */
  #compared(name: string): ComparedBenchmark[] {
    const first = this.#config.students[0]?.name ?? name;
    const answersOf = (student: string, benchmark: string) =>
      this.#progress.scores.find((one) => one.student === student && one.benchmark === benchmark)?.predictions ?? null;
    return this.#config.benchmarks.map(({ name: benchmark, distribution }) => {
      const second = name === first ? null : answersOf(name, benchmark);
      return { benchmark, distribution, first: answersOf(first, benchmark), second };
    });
  }
}

const nothingDone = { doing: 'starting', done: 0, total: 0, scores: [], comparisons: {}, tokens: noTokens };

const campaignKey = defineSearchAttributeKey(SearchAttribute.Campaign, SearchAttributeType.KEYWORD);
