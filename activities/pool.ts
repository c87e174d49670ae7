// The pool grows by whole parts: nothing is rewritten, and the sketches of old samples are never computed again.

import type { DataActivities } from '../contracts/activities.ts';
import type { OpenStore } from './ports/store.ts';
import { joinTables } from './rows.ts';
import { runStage } from './stage.ts';

export function createPoolActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'mergePool' | 'publish'> {
  return {
    async mergePool({ context, pool, poolSketches, accepted, acceptedSketches }) {
      const store = await openStore(context.store);
      const inputs = [pool, poolSketches, accepted, acceptedSketches];
      return runStage(store, { stage: 'merge', version: 1, inputs, config: {} }, async () => {
        const { metadata } = await store.readManifest(poolSketches);
        const output = await joinTables(store, 'samples', [pool, accepted], {});
        const sketches = await joinTables(store, 'sketches', [poolSketches, acceptedSketches], metadata);
        return { output, rejects: null, counts: {}, summary: { sketches } };
      });
    },

    async publish({ context, refs }) {
      const store = await openStore(context.store);
      for (const [name, ref] of Object.entries(refs)) await store.writeRef(context.campaign, name, ref);
    },
  };
}
