// A gate's two outlets: what it keeps and what it turns away leave memory part by part, both counted per generator.

import type { ArtifactRef, StageCounts, TableRef } from '../contracts/artifacts.ts';
import type { Reject, Sample } from '../contracts/samples.ts';
import { reportProgress } from './heartbeat.ts';
import type { Store } from './ports/store.ts';
import { openRowWriter } from './rows.ts';

/** Why an item was turned away: a short name that is counted, and what a person wants to know. */
export interface Refusal {
  readonly reason: string;
  readonly detail: string;
  /** The sample with what the gate found out about it; absent: as it came. */
  readonly sample?: Sample;
}

/** Wait for each call before the next. */
export interface Sieve {
  keep(sample: Sample): Promise<void>;
  reject(id: string, generator: string, refusal: Refusal, item: unknown): Promise<void>;
  /** @param taken - rows by generator, counted where they came in and not here: otherwise conservation could not fail */
  finish(taken: Readonly<Record<string, number>>): Promise<SieveTables>;
}

export interface SieveTables {
  readonly output: TableRef<'samples'>;
  readonly rejects: ArtifactRef;
  readonly counts: Readonly<Record<string, StageCounts>>;
}

/** @param stage - stands in every reject */
export function openSieve(store: Store, stage: string): Sieve {
  const samples = openRowWriter(store, 'samples');
  const rejects = openRowWriter(store, 'rejects');
  const tally = openTally();
  return {
    async keep(sample) {
      tally.keep(sample.lineage.generator);
      await samples.add(sample);
    },
    async reject(id, generator, { reason, detail }, item) {
      tally.reject(generator, reason);
      await rejects.add({ id, generator, stage, reason, detail, item: JSON.stringify(item) });
    },
    async finish(taken) {
      return { output: await samples.finish(), rejects: await rejects.finish(), counts: tally.counts(taken) };
    },
  };
}

/** Gives a sample back, perhaps completed, or refuses it. */
export type Gate = (sample: Sample) => Sample | Refusal | Promise<Sample | Refusal>;

/** Puts every sample of a table through one gate, a part of the table in memory at a time. */
export async function sift(
  store: Store,
  stage: string,
  candidates: TableRef<'samples'>,
  gate: Gate,
): Promise<SieveTables> {
  const sieve = openSieve(store, stage);
  const taken: Record<string, number> = {};
  let done = 0;
  for await (const part of store.readTable(candidates)) {
    addTaken(taken, part);
    for (const sample of part) {
      const verdict = await gate(sample);
      if ('reason' in verdict)
        await sieve.reject(sample.id, sample.lineage.generator, verdict, verdict.sample ?? sample);
      else await sieve.keep(verdict);
    }
    done += part.length;
    reportProgress({ done, total: candidates.rows });
  }
  return sieve.finish(taken);
}

/** Counts of rows that are all in memory; `taken` as in `Sieve.finish`. */
export function countsOf(
  taken: Readonly<Record<string, number>>,
  kept: readonly Pick<Sample, 'lineage'>[],
  rejects: readonly Pick<Reject, 'generator' | 'reason'>[],
): Record<string, StageCounts> {
  const tally = openTally();
  for (const { lineage } of kept) tally.keep(lineage.generator);
  for (const { generator, reason } of rejects) tally.reject(generator, reason);
  return tally.counts(taken);
}

/** How many of `samples` each generator made. */
export function takenFrom(samples: readonly Pick<Sample, 'lineage'>[]): Record<string, number> {
  const taken: Record<string, number> = {};
  addTaken(taken, samples);
  return taken;
}

function addTaken(taken: Record<string, number>, samples: readonly Pick<Sample, 'lineage'>[]): void {
  for (const { lineage } of samples) taken[lineage.generator] = (taken[lineage.generator] ?? 0) + 1;
}

function openTally() {
  const entries: Record<string, { kept: number; rejected: Record<string, number> }> = {};
  const entry = (generator: string) => (entries[generator] ??= { kept: 0, rejected: {} });
  return {
    keep(generator: string): void {
      entry(generator).kept += 1;
    },
    reject(generator: string, reason: string): void {
      const { rejected } = entry(generator);
      rejected[reason] = (rejected[reason] ?? 0) + 1;
    },
    /** Generators of which nothing was kept or rejected are named too. */
    counts(taken: Readonly<Record<string, number>>): Record<string, StageCounts> {
      for (const generator of Object.keys(taken)) entry(generator);
      return Object.fromEntries(
        Object.entries(entries).map(([generator, counts]) => [generator, { in: taken[generator] ?? 0, ...counts }]),
      );
    },
  };
}
