// Reads one study file, checked and resolved: the only way to a StudyConfig.

import { dirname } from 'node:path';
import type { FileSource, SampleSource } from '../contracts/campaign.ts';
import type { StudyConfig, TrialStudentConfig } from '../contracts/study.ts';
import { screening } from '../contracts/trials.ts';
import { clashes, fileProblems, sliceProblems, storeProblems } from './cross-checks.ts';
import type { Placed, TaskKnowledge } from './cross-checks.ts';
import { fileSize } from './load.ts';
import type { LoadOverrides } from './load.ts';
import type { Problem } from './problems.ts';
import { suggestion } from './problems.ts';
import { resolveModel, resolveSource, resolveStore } from './resolve.ts';
import type { Environment } from './resolve.ts';
import { studySchema } from './study-schema.ts';
import type { StudyFile } from './study-schema.ts';
import { readCheckedFile } from './written-file.ts';

export interface LoadedStudy {
  readonly study: StudyConfig;
  /** Absolute path of the file. */
  readonly source: string;
}

/** @throws {PermanentError} `InvalidConfig` naming the file and every bad field */
export function loadStudy(
  path: string,
  overrides: LoadOverrides & { readonly measures?: readonly string[] } = {},
): LoadedStudy {
  const kind = { kind: 'study', example: 'examples/study-nli.yaml', overrides };
  const { file, source, invalid } = readCheckedFile(path, studySchema, kind);
  const study = resolveStudy(file, dirname(source), overrides.environment ?? process.env);
  const problems = [
    ...storeProblems(file),
    ...clashes([...file.pool, ...file.benchmarks], 'pool and benchmarks'),
    ...clashes(file.recipes, 'recipes'),
    ...clashes(file.students, 'students'),
    ...recipeProblems(file),
    ...recipeNameProblems(file),
    ...mixProblems(file),
    ...studentProblems(file),
    ...sourceProblems(study, overrides.tasks?.[file.task]),
    ...(overrides.measures === undefined ? [] : leadProblems(file, overrides.measures)),
  ];
  if (problems.length > 0) throw invalid(problems);
  return { study, source };
}

function resolveStudy(file: StudyFile, folder: string, environment: Environment): StudyConfig {
  const { store, storeEndpoint, score, ...rest } = file;
  const sourcesOf = <Part extends { sources: StudyFile['pool'][number]['sources'] }>(part: Part) => ({
    ...part,
    sources: part.sources.map((entry) => resolveSource(entry, folder)),
  });
  return {
    ...rest,
    store: resolveStore(store, storeEndpoint, folder, environment),
    pool: file.pool.map(sourcesOf),
    benchmarks: file.benchmarks.map(sourcesOf),
    sketch: { ...file.sketch, proxy: resolveModel(file.sketch.proxy, folder) },
    encoder: resolveModel(file.encoder, folder),
    students: file.students.map((student) => resolveStudent(student, folder)),
    score: score ?? (file.matching.labels === 'none' ? 'accuracy' : 'balanced-accuracy'),
  };
}

function resolveStudent(student: StudyFile['students'][number], folder: string): TrialStudentConfig {
  if (student.kind === 'features') return student;
  return { ...student, trainer: { ...student.trainer, model: resolveModel(student.trainer.model, folder) } };
}

function recipeProblems({ recipes, size, benchmarks }: StudyFile): readonly Problem[] {
  const problems: Problem[] = recipes.flatMap((recipe, place): Problem[] => {
    if (recipe.kind === 'mixes' && recipe.mixes.length + recipe.choose.length === 0) {
      const message = 'found no recipe; give weights in mixes, or numbers of parts in choose';
      return [{ path: ['recipes', place], message }];
    }
    if (recipe.kind !== 'balls') return [];
    return recipe.neighbours.flatMap((neighbours, index) => {
      const message = `found ${neighbours}, expected at least ${size}, the size of a subset`;
      return neighbours >= size ? [] : [{ path: ['recipes', place, 'neighbours', index], message }];
    });
  });
  if (benchmarks.some(({ distribution }) => distribution === 'out')) return problems;
  const message = 'none is out of distribution, so there is nothing to relate measures to; give one distribution: out';
  return [...problems, { path: ['benchmarks'], message }];
}

/** Subsets are told apart by the names of their recipes, which are made of the mechanism and a setting. */
function recipeNameProblems({ recipes }: StudyFile): readonly Problem[] {
  return recipes.flatMap((recipe, place): Problem[] => {
    const reserved = recipe.name === screening ? [{ path: ['recipes', place, 'name'], message: reservedName }] : [];
    const [key, settings] = settingsOf(recipe);
    const repeated = settings.flatMap((setting, index): Problem[] => {
      const first = settings.indexOf(setting);
      const message = `repeats ${key}[${first}], and would make the same recipe again; name each setting once`;
      return first === index ? [] : [{ path: ['recipes', place, key, index], message }];
    });
    return [...reserved, ...repeated];
  });
}

const reservedName = `found "${screening}", the name of the subsets that decide which benchmarks count; choose another`;

function settingsOf(recipe: StudyFile['recipes'][number]): readonly [key: string, settings: readonly string[]] {
  switch (recipe.kind) {
    case 'balls':
      return ['neighbours', recipe.neighbours.map(String)];
    case 'mixes':
      return ['mixes', recipe.mixes.map((mix) => JSON.stringify(Object.entries(mix).sort()))];
    case 'duplicates':
      return ['shares', recipe.shares.map(String)];
    case 'random':
      return ['name', []];
  }
}

/** Sources are known before anything is imported; groups are not. */
function mixProblems({ recipes, pool }: StudyFile): readonly Problem[] {
  const sources = pool.map(({ name }) => name);
  return recipes.flatMap((recipe, place): Problem[] => {
    if (recipe.kind !== 'mixes' || recipe.by !== 'source') return [];
    const strange = recipe.mixes.flatMap((mix, index) =>
      Object.keys(mix).flatMap((part): Problem[] => {
        const message = `found "${part}", no source of the pool; ${suggestion(part, sources)}`;
        return sources.includes(part) ? [] : [{ path: ['recipes', place, 'mixes', index], message }];
      }),
    );
    const tooMany = recipe.choose.flatMap((count, index): Problem[] => {
      const message = `found ${count}, but the pool has ${sources.length} sources to choose from`;
      return count <= sources.length ? [] : [{ path: ['recipes', place, 'choose', index], message }];
    });
    return [...strange, ...tooMany];
  });
}

/** Students are opened when the pool has been sketched, which is late for what the file itself tells. */
function studentProblems({ students, task }: StudyFile): readonly Problem[] {
  return students.flatMap((student, place): Problem[] => {
    if (student.kind === 'features') {
      const message = `found features, which need a premise and a hypothesis, for task ${task}; use kind: decoder`;
      return task === 'nli' ? [] : [{ path: ['students', place, 'kind'], message }];
    }
    const { method, maxLength } = student.trainer;
    const path = ['students', place, 'trainer'];
    const wrong: Problem[] = [];
    if (method.kind !== 'full') {
      const message = `found ${method.kind}; students of a study are trained in full: { kind: full }`;
      wrong.push({ path: [...path, 'method'], message });
    }
    if (maxLength !== undefined) {
      wrong.push({ path: [...path, 'maxLength'], message: 'samples are learned from whole; leave it out' });
    }
    return wrong;
  });
}

function sourceProblems(study: StudyConfig, knowledge: TaskKnowledge | undefined): readonly Problem[] {
  const placed: readonly Placed<SampleSource>[] = [
    ...study.pool.map(({ sources }, place) => ({ sources, path: ['pool', place, 'sources'] })),
    ...study.benchmarks.map(({ sources }, place) => ({ sources, path: ['benchmarks', place, 'sources'] })),
  ].flatMap(({ sources, path }) => sources.map((value, index) => ({ value, path: [...path, index] })));
  const isFile = (entry: Placed<SampleSource>): entry is Placed<FileSource> => entry.value.kind === 'file';
  return [
    ...placed.filter(isFile).flatMap((entry) => fileProblems(entry, fileSize, knowledge)),
    ...placed.flatMap(({ value, path }) => {
      if (value.kind !== 'symbolic' || knowledge === undefined) return [];
      return sliceProblems({ value: value.slices, path: [...path, 'slices'] }, knowledge, study.task);
    }),
  ];
}

function leadProblems({ leads }: StudyFile, measures: readonly string[]): readonly Problem[] {
  return leads.flatMap((lead, place) => {
    if (measures.includes(lead)) return [];
    return [{ path: ['leads', place], message: `found "${lead}", no measure; ${suggestion(lead, measures)}` }];
  });
}
