// What the tests of activities stand on: a store in a folder, a campaign's context, Temporal's mock environment.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { OpenStore, Store } from '../../activities/ports/store.ts';
import { joinTables, readRows, writeRows } from '../../activities/rows.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import type { ArtifactRef, TableKind, TableRef, TableRows } from '../../contracts/artifacts.ts';
import type { CampaignContext } from '../../contracts/campaign.ts';
import type { Sample, TaskName } from '../../contracts/samples.ts';
import { taskNamed } from '../../tasks/registry.ts';

export interface Workplace {
  readonly folder: string;
  readonly store: Store;
  readonly openStore: OpenStore;
  readonly context: CampaignContext;
}

/** A folder with a store in it, which goes away with the test. */
export async function makeWorkplace(test: Pick<TestContext, 'after'>, task: TaskName = 'nli'): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-activities-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'store');
  const store = createStore(createDirectoryDriver(path));
  const context = { campaign: 'tests', task, seed: 7, store: { kind: 'directory', path }, prompts: {} } as const;
  return { folder, store, openStore: () => Promise.resolve(store), context };
}

/** An activity's surroundings; what fails on purpose is not logged. */
export function mockEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

/** Runs `work` as an activity runs. */
export function asActivity<Result>(work: () => Promise<Result>, environment = mockEnvironment()): Promise<Result> {
  return environment.run(work);
}

/** `count` samples of the task's symbolic slices, with ids that name the draw. */
export function symbolicSamples(count: number, slices: readonly string[], generator = 'seeds'): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const slice = slices[index % slices.length]!;
    return pairOf(`${generator}/${slice}:${index}`, taskNamed('nli').makeRecord(slice, 'tests', index), generator);
  });
}

/** One nli sample from a record; throws where the task cannot read it. */
export function pairOf(id: string, record: Readonly<Record<string, string>>, generator = 'seeds'): Sample {
  const result = taskNamed('nli').readRecord(record);
  if (!result.ok) throw new Error(`${id}: ${result.reason}`);
  const lineage = { origin: 'symbolic', source: 'tests', generator, round: 0, fewShots: [] } as const;
  return { id, task: 'nli', ...result.body, lineage };
}

/** A table of several parts, one for each group of rows: so few rows lie in several parts nowhere else. */
export async function writeParts<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  ...groups: readonly (readonly TableRows[Kind][])[]
): Promise<TableRef<Kind>> {
  const parts: TableRef<Kind>[] = [];
  for (const group of groups) parts.push(await writeRows(store, kind, group));
  return joinTables(store, kind, parts, {});
}

/** The rows behind a ref that a stage left, whatever its static type says. */
export function rowsOf<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  ref: ArtifactRef | null,
): Promise<TableRows[Kind][]> {
  if (ref?.kind !== kind) throw new Error(`expected ${kind}, found ${ref?.kind ?? 'nothing'}`);
  return readRows<Kind>(store, ref as TableRef<Kind>);
}
