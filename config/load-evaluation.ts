// Reads one evaluation file, checked and resolved: the only way to an EvaluationConfig.

import { dirname, resolve } from 'node:path';
import type { FileSource, SampleSource } from '../contracts/campaign.ts';
import type { EvaluationConfig, NamedStudent } from '../contracts/evaluation.ts';
import { answeringProblems } from './answering-checks.ts';
import { clashes, fileProblems, sliceProblems, storeProblems } from './cross-checks.ts';
import type { Placed, TaskKnowledge } from './cross-checks.ts';
import { fillPaths } from './environment-paths.ts';
import { evaluationSchema } from './evaluation-schema.ts';
import type { EvaluationFile } from './evaluation-schema.ts';
import { fileSize, fileText } from './load.ts';
import type { LoadOverrides } from './load.ts';
import { pricesOf, serverProblems } from './model-checks.ts';
import { promptProblems } from './prompt-checks.ts';
import { suggestion } from './problems.ts';
import type { Problem } from './problems.ts';
import { resolveBenchmark, resolveEndpoint, resolveModel, resolvePrices, resolveStore } from './resolve.ts';
import type { Environment } from './resolve.ts';
import { readCheckedFile } from './written-file.ts';

export interface LoadedEvaluation {
  readonly config: EvaluationConfig;
  /** Absolute path of the file. */
  readonly source: string;
}

export interface EvaluationOverrides extends LoadOverrides {
  /** Published tables that there are; without them their names are not checked. */
  readonly published?: readonly string[];
}

/** @throws {PermanentError} `InvalidConfig` naming the file and every bad field */
export function loadEvaluation(path: string, overrides: EvaluationOverrides = {}): LoadedEvaluation {
  const kind = { kind: 'evaluation', example: 'examples/evaluate-nli.yaml', overrides };
  const { file, source, invalid } = readCheckedFile(path, evaluationSchema, kind);
  const config = resolveEvaluation(file, dirname(source), overrides.environment ?? process.env);
  const knowledge = overrides.tasks?.[file.task];
  const problems = [
    ...storeProblems(file),
    ...clashes(file.students, 'students'),
    ...clashes(file.benchmarks, 'benchmarks'),
    ...studentProblems(file),
    ...twinProblems(file),
    ...answeringProblems(file, file.students),
    ...sourceProblems(config, knowledge),
    ...(knowledge === undefined
      ? []
      : promptProblems({ prompts: config.prompts, generators: [] }, knowledge, fileText)),
    ...(overrides.published === undefined ? [] : publishedProblems(file, overrides.published)),
  ];
  if (problems.length > 0) throw invalid(problems);
  return { config, source };
}

function resolveEvaluation(written: EvaluationFile, folder: string, environment: Environment): EvaluationConfig {
  const file = fillPaths(written, environment);
  const { store, storeEndpoint, ...rest } = file;
  return {
    ...rest,
    store: resolveStore(store, storeEndpoint, folder, environment),
    students: file.students.map((student) => resolveStudent(student, folder)),
    benchmarks: file.benchmarks.map((benchmark) => resolveBenchmark(benchmark, folder)),
    prices: file.prices && { ...file.prices, models: resolvePrices(file.prices.models) },
    prompts: Object.fromEntries(Object.entries(file.prompts).map(([name, path]) => [name, resolve(folder, path)])),
  };
}

function resolveStudent(student: EvaluationFile['students'][number], folder: string): NamedStudent {
  switch (student.kind) {
    case 'embedded':
      return { ...student, model: resolveModel(student.model, folder) };
    case 'endpoint':
      return { ...student, endpoint: resolveEndpoint(student.endpoint, folder) };
    case 'extract':
    case 'constant':
      return student;
  }
}

function studentProblems({ task, students, prices }: EvaluationFile): readonly Problem[] {
  return students.flatMap((student, index): readonly Problem[] => {
    const path = ['students', index];
    if (student.kind === 'extract' && task !== 'summarization') {
      return [
        { path: [...path, 'kind'], message: `${task} has nothing to extract; extract is the floor of summaries` },
      ];
    }
    if (student.kind !== 'endpoint') return [];
    const placed = { path: [...path, 'endpoint'], endpoint: student.endpoint };
    return [...serverProblems(placed), ...(prices === null ? [] : pricesOf(prices, [placed]))];
  });
}

/** Answers are logged by model, not by server: the second of two would be given those of the first. */
function twinProblems({ students }: EvaluationFile): readonly Problem[] {
  const seen = new Map<string, string>();
  return students.flatMap((student, index): readonly Problem[] => {
    if (student.kind !== 'endpoint') return [];
    const { name, endpoint, prompt } = student;
    const asked = JSON.stringify([endpoint.model, prompt]);
    const twin = seen.get(asked);
    if (twin === undefined) {
      seen.set(asked, name);
      return [];
    }
    const message = `"${endpoint.model}" is the model of ${twin} too, and answers are known by model, whatever server gives them; serve it under another name`;
    return [{ path: ['students', index, 'endpoint', 'model'], message }];
  });
}

function sourceProblems({ task, benchmarks }: EvaluationConfig, knowledge: TaskKnowledge | undefined) {
  const placed: readonly Placed<SampleSource>[] = benchmarks.flatMap(({ sources }, place) =>
    sources.map((value, index) => ({ value, path: ['benchmarks', place, 'sources', index] })),
  );
  const isFile = (entry: Placed<SampleSource>): entry is Placed<FileSource> => entry.value.kind === 'file';
  return [
    ...placed.filter(isFile).flatMap((entry) => fileProblems(entry, fileSize, knowledge)),
    ...placed.flatMap(({ value, path }) => {
      if (value.kind !== 'symbolic' || knowledge === undefined) return [];
      return sliceProblems({ value: value.slices, path: [...path, 'slices'] }, knowledge, task);
    }),
  ];
}

function publishedProblems({ published }: EvaluationFile, known: readonly string[]): readonly Problem[] {
  return published.flatMap((table, index) => {
    if (known.includes(table)) return [];
    return [
      { path: ['published', index], message: `found "${table}", no published table; ${suggestion(table, known)}` },
    ];
  });
}
