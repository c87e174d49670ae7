// What no single field can say: names that clash, files that are not there, fields and slices that the task does not know.

import type { CampaignConfig, FileSource, SampleSource } from '../contracts/campaign.ts';
import type { TaskName } from '../contracts/samples.ts';
import { answeringProblems } from './answering-checks.ts';
import { isFolder } from './data-format.ts';
import { unsetVariable } from './environment-paths.ts';
import { parseStore } from './resolve.ts';
import type { CampaignFile } from './schema.ts';
import { modelProblems } from './model-checks.ts';
import type { FileText, PromptKnowledge } from './prompt-checks.ts';
import { promptProblems } from './prompt-checks.ts';
import { suggestion } from './problems.ts';
import { studentProblems } from './student-checks.ts';
import type { Problem } from './problems.ts';
import type { Path } from './schema-walk.ts';

/** What a task expects of a campaign file; tasks/ know it, config/ is told. */
export interface TaskKnowledge extends PromptKnowledge {
  readonly fields: readonly string[];
  /** Those of them that a `map` may not leave out. */
  readonly required: readonly string[];
  readonly slices: readonly string[];
}

export type TaskCatalogue = Readonly<Partial<Record<TaskName, TaskKnowledge>>>;

/** Size of a file in bytes, null when there is no such file. */
export type FileSize = (path: string) => number | null;

export interface Placed<Value> {
  readonly path: Path;
  readonly value: Value;
}

export function crossCheck(
  file: CampaignFile,
  config: CampaignConfig,
  tasks: TaskCatalogue,
  { size: fileSize, text: fileText }: { readonly size: FileSize | null; readonly text: FileText },
): readonly Problem[] {
  const knowledge = tasks[file.task];
  return [
    ...storeProblems(file),
    ...roundProblems(file),
    ...clashes(file.generators, 'generators'),
    ...clashes(file.benchmarks, 'benchmarks'),
    ...modelProblems(file),
    ...studentProblems(file),
    ...answeringProblems(file, file.student === undefined ? [] : [{ kind: 'embedded' }]),
    ...fileSources(config).flatMap((source) => fileProblems(source, fileSize, knowledge)),
    ...(knowledge === undefined
      ? []
      : [
          ...sliceLists(config).flatMap((slices) => sliceProblems(slices, knowledge, file.task)),
          ...promptProblems(config, knowledge, fileText),
        ]),
  ];
}

export function storeProblems({
  store,
  storeEndpoint,
}: Pick<CampaignFile, 'store' | 'storeEndpoint'>): readonly Problem[] {
  if (typeof store === 'string' && parseStore(store, '.', {}) === null) {
    return [{ path: ['store'], message: `found "${store}", expected a folder or s3://bucket/prefix` }];
  }
  const s3 = typeof store === 'string' ? store.startsWith('s3://') : store.kind === 's3';
  if (storeEndpoint !== undefined && !s3) {
    return [
      {
        path: ['storeEndpoint'],
        message: 'the store is a folder; remove this key, or write store as s3://bucket/prefix',
      },
    ];
  }
  return [];
}

/** What only campaigns with rounds need. */
function roundProblems({ rounds, generators, selection }: CampaignFile): readonly Problem[] {
  if (rounds === 0) return [];
  const otherwise = 'or set rounds: 0 to train on the seeds as they are';
  return [
    ...(generators.length > 0
      ? []
      : [{ path: ['generators'], message: `found none, expected at least one; ${otherwise}` }]),
    ...(selection.accept > 0
      ? []
      : [
          { path: ['selection', 'accept'], message: `expected how many samples a round accepts at most; ${otherwise}` },
        ]),
  ];
}

export function clashes(entries: readonly { readonly name: string }[], list: string): readonly Problem[] {
  return entries.flatMap(({ name }, index) => {
    const path = [list, index, 'name'];
    if (name === 'seeds')
      return [{ path, message: '"seeds" names the imported seeds in every table; choose another name' }];
    const first = entries.findIndex((other) => other.name === name);
    if (first === index) return [];
    return [{ path, message: `"${name}" is already the name of ${list}[${first}]; names must differ` }];
  });
}

function fileSources(config: CampaignConfig): readonly Placed<FileSource>[] {
  const isFile = (placed: Placed<SampleSource>): placed is Placed<FileSource> => placed.value.kind === 'file';
  const place = (sources: readonly SampleSource[], path: Path): readonly Placed<SampleSource>[] =>
    sources.map((value, index) => ({ path: [...path, index], value }));
  return [
    ...place(config.seeds, ['seeds']),
    ...config.benchmarks.flatMap(({ sources }, index) => place(sources, ['benchmarks', index, 'sources'])),
    ...config.generators.flatMap((generator, index) =>
      generator.kind === 'file' ? place(generator.sources, ['generators', index, 'sources']) : [],
    ),
  ].filter(isFile);
}

/** @param fileSize - null: what lies at the path does not matter yet */
export function fileProblems(
  { path, value }: Placed<FileSource>,
  fileSize: FileSize | null,
  knowledge: TaskKnowledge | undefined,
): readonly Problem[] {
  const problems = fileSize === null ? [] : [...placeProblems({ path, value }, fileSize)];
  if (knowledge === undefined) return problems;
  for (const field of Object.keys(value.map).filter((key) => !knowledge.fields.includes(key))) {
    const message = `no field of this task; ${suggestion(field, knowledge.fields)}`;
    problems.push({ path: [...path, 'map', field], message });
  }
  const absent = knowledge.required.filter((field) => !(field in value.map));
  if (absent.length > 0) {
    problems.push({
      path: [...path, 'map'],
      message: `nothing is mapped to ${absent.join(' and ')}; add ${absent.map((field) => `${field}: COLUMN`).join(', ')}`,
    });
  }
  return problems;
}

/** What lies at the path, and keys that only a folder has. */
function placeProblems({ path, value }: Placed<FileSource>, fileSize: FileSize): readonly Problem[] {
  const at = [...path, 'path'];
  const unset = unsetVariable(value.path);
  if (unset !== null) return [{ path: at, message: unset }];
  const nothing = (kind: string): Problem => {
    return { path: at, message: `no such ${kind}: ${value.path}; paths are relative to the campaign file` };
  };
  if (value.format === 'hf-dataset') return isFolder(value.path) ? [] : [nothing('folder')];
  const bytes = fileSize(value.path);
  return [
    ...(bytes === null ? [nothing('file')] : []),
    ...(bytes === 0 ? [{ path: at, message: `the file is empty: ${value.path}` }] : []),
    ...(['split', 'config'] as const).flatMap((key) => {
      const message = `only a data set folder has one; ${value.path} is read as ${value.format}`;
      return value[key] === undefined ? [] : [{ path: [...path, key], message }];
    }),
  ];
}

function sliceLists(config: CampaignConfig): readonly Placed<readonly string[]>[] {
  const of = (sources: readonly SampleSource[], path: Path): readonly Placed<readonly string[]>[] =>
    sources.flatMap((value, index) =>
      value.kind === 'symbolic' ? [{ path: [...path, index, 'slices'], value: value.slices }] : [],
    );
  return [
    ...of(config.seeds, ['seeds']),
    ...config.benchmarks.flatMap(({ sources }, index) => of(sources, ['benchmarks', index, 'sources'])),
    ...config.generators.flatMap((generator, index) =>
      generator.kind === 'symbolic' ? [{ path: ['generators', index, 'slices'], value: generator.slices }] : [],
    ),
  ];
}

export function sliceProblems(
  { path, value }: Placed<readonly string[]>,
  knowledge: TaskKnowledge,
  task: TaskName,
): readonly Problem[] {
  if (knowledge.slices.length === 0) {
    return [{ path, message: `${task} makes no samples by rule; use kind: file, or a generator of kind: llm` }];
  }
  return value.flatMap((slice, index) => {
    if (knowledge.slices.includes(slice)) return [];
    const at = [...path, index];
    return [{ path: at, message: `found "${slice}", no slice of ${task}; ${suggestion(slice, knowledge.slices)}` }];
  });
}
