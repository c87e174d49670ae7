// The gates against repeats: of the pool, and of earlier candidates. Keys of a few bytes stand for texts, so a pool of a
// million samples takes memory by the hundred megabytes, not by its text.

import type { DataActivities, DeduplicateInput, NearDuplicatesInput } from '../../contracts/activities.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Sample } from '../../contracts/samples.ts';
import { openExactDuplicates } from '../../core/text/exact-duplicates.ts';
import { openNearDuplicates } from '../../core/text/near-duplicates.ts';
import { PackedTexts } from '../../core/text/packed-texts.ts';
import { taskNamed } from '../../tasks/registry.ts';
import { reportProgress } from '../heartbeat.ts';
import type { OpenStore, Store } from '../ports/store.ts';
import { sift, type Gate } from '../sieve.ts';
import { runStage } from '../stage.ts';

export function createDuplicateActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'deduplicate' | 'removeNearDuplicates'> {
  return {
    async deduplicate(input) {
      const { candidates, pool, context } = input;
      const store = await openStore(context.store);
      const identity = { stage: 'deduplicate', version: 2, inputs: [candidates, pool], config: { task: context.task } };
      return runStage(store, identity, async () => {
        const gate = await exactGate(store, input);
        return { ...(await sift(store, 'deduplicate', candidates, gate)), summary: null };
      });
    },

    async removeNearDuplicates(input) {
      const { candidates, pool, rule, context } = input;
      const store = await openStore(context.store);
      const config = { task: context.task, rule };
      const identity = { stage: 'near-duplicates', version: 1, inputs: [candidates, pool], config };
      return runStage(store, identity, async () => {
        const gate = await nearGate(store, input);
        return { ...(await sift(store, 'near-duplicates', candidates, gate)), summary: null };
      });
    },
  };
}

async function exactGate(store: Store, { context, pool }: DeduplicateInput): Promise<Gate> {
  const task = taskNamed(context.task);
  const finder = openExactDuplicates();
  const ids = new PackedTexts();
  const firstOf = (sample: Sample): number => {
    ids.add(sample.id);
    return finder.add(task.duplicateText(sample));
  };
  if (pool !== null) await visit(store, [pool], firstOf);
  return (sample) => {
    const first = firstOf(sample);
    if (first === ids.count - 1) return sample;
    return { reason: 'duplicate', detail: `same text as ${ids.at(first)}` };
  };
}

/**
 * Of each group of near duplicates the first stays: the pool's sample, or else the earliest candidate. Groups are known
 * only when all have been seen, so the candidates are read twice.
 */
async function nearGate(store: Store, { context, candidates, pool, rule }: NearDuplicatesInput): Promise<Gate> {
  const task = taskNamed(context.task);
  // Other numbers make another problem, and often another label.
  const finder = openNearDuplicates({ ...rule, numbers: 'kept' });
  const ids = new PackedTexts();
  await visit(store, [pool, candidates], (sample) => {
    ids.add(sample.id);
    finder.add(task.duplicateText(sample));
  });
  const groups = finder.finish();
  let row = pool.rows;
  return (sample) => {
    const first = groups.firstOf(row);
    if (first === row++) return sample;
    return { reason: 'near-duplicate', detail: `almost the same text as ${ids.at(first)}` };
  };
}

async function visit(
  store: Store,
  tables: readonly TableRef<'samples'>[],
  look: (sample: Sample) => void,
): Promise<void> {
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const table of tables) {
    for await (const part of store.readTable(table)) {
      part.forEach(look);
      done += part.length;
      reportProgress({ done, total });
    }
  }
}
