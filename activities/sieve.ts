// Collects what a gate keeps and what it turns away, counts both per generator, and writes them as tables.

import type { ArtifactRef, StageCounts, TableRef } from '../contracts/artifacts.ts';
import type { Reject, Sample } from '../contracts/samples.ts';
import type { Store } from './ports/store.ts';
import { readRows, writeRows } from './rows.ts';

/** Why an item was turned away: a short name that is counted, and what a person wants to know. */
export interface Refusal {
  readonly reason: string;
  readonly detail: string;
}

export interface Sieve {
  keep(sample: Sample): void;
  reject(id: string, generator: string, refusal: Refusal, item: unknown): void;
  /** Writes the kept samples and the rejects; the counts close by construction of the calls, and stages check them. */
  write(store: Store, stage: string, taken: Readonly<Record<string, number>>): Promise<SieveTables>;
}

export interface SieveTables {
  readonly output: TableRef<'samples'>;
  readonly rejects: ArtifactRef;
  readonly counts: Readonly<Record<string, StageCounts>>;
}

export function openSieve(): Sieve {
  const kept: Sample[] = [];
  const rejects: Omit<Reject, 'stage'>[] = [];
  return {
    keep(sample) {
      kept.push(sample);
    },
    reject(id, generator, { reason, detail }, item) {
      rejects.push({ id, generator, reason, detail, item: JSON.stringify(item) });
    },
    async write(store, stage, taken) {
      const staged = rejects.map((reject) => ({ ...reject, stage }));
      return {
        output: await writeRows(store, 'samples', kept),
        rejects: await writeRows(store, 'rejects', staged),
        counts: countsOf(taken, kept, staged),
      };
    },
  };
}

/** Puts every sample of a table through one gate, which gives it back (perhaps completed) or refuses it. */
export async function sift(
  store: Store,
  stage: string,
  candidates: TableRef<'samples'>,
  gate: (sample: Sample) => Sample | Refusal,
): Promise<SieveTables> {
  const samples = await readRows(store, candidates);
  const sieve = openSieve();
  for (const sample of samples) {
    const verdict = gate(sample);
    if ('reason' in verdict) sieve.reject(sample.id, sample.lineage.generator, verdict, sample);
    else sieve.keep(verdict);
  }
  return sieve.write(store, stage, takenFrom(samples));
}

/** `taken` is counted where rows enter a stage, apart from where they leave it: otherwise conservation could not fail. */
export function countsOf(
  taken: Readonly<Record<string, number>>,
  kept: readonly Pick<Sample, 'lineage'>[],
  rejects: readonly Pick<Reject, 'generator' | 'reason'>[],
): Record<string, StageCounts> {
  const counts: Record<string, { in: number; kept: number; rejected: Record<string, number> }> = {};
  const entry = (generator: string) => (counts[generator] ??= { in: taken[generator] ?? 0, kept: 0, rejected: {} });
  for (const generator of Object.keys(taken)) entry(generator);
  for (const sample of kept) entry(sample.lineage.generator).kept += 1;
  for (const { generator, reason } of rejects) {
    const { rejected } = entry(generator);
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  }
  return counts;
}

/** How many of `samples` each generator made. */
export function takenFrom(samples: readonly Pick<Sample, 'lineage'>[]): Record<string, number> {
  const taken: Record<string, number> = {};
  for (const { lineage } of samples) taken[lineage.generator] = (taken[lineage.generator] ?? 0) + 1;
  return taken;
}
