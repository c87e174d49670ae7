// A random part of what verification refused, so that it can be sketched: only with the refused beside the verified can one say
// whether sparse regions hold more wrong answers than dense ones.

import type { AuditInput, AuditSummary, DataActivities } from '../contracts/activities.ts';
import type { Sample } from '../contracts/samples.ts';
import { uniformAt } from '../core/random/philox.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { writeRows } from './rows.ts';
import { runStage } from './stage.ts';

export function createAuditActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'drawAudit'> {
  return {
    async drawAudit(input) {
      const { context, round, rejects, count } = input;
      const store = await openStore(context.store);
      const config = { seed: context.seed, round, count };
      return runStage<AuditSummary>(store, { stage: 'audit', version: 1, inputs: [rejects], config }, async () => {
        const { drawn, refused } = await drawRefused(store, input);
        return { output: await writeRows(store, 'samples', drawn), rejects: null, counts: {}, summary: { refused } };
      });
    },
  };
}

/** The `count` refused samples with the smallest numbers drawn for their ids: any order and size of parts gives the same ones. */
async function drawRefused(
  store: Store,
  { context, round, rejects, count }: AuditInput,
): Promise<{ drawn: Sample[]; refused: number }> {
  let refused = 0;
  let drawn: { readonly sample: Sample; readonly place: number }[] = [];
  if (rejects === null || rejects.rows === 0 || count === 0) return { drawn: [], refused };
  for await (const part of store.readTable({ ...rejects, kind: 'rejects' })) {
    for (const { item } of part) {
      const sample = JSON.parse(item) as Sample;
      // A candidate whose attempts agreed on nothing has no completion, so no gradient.
      if (sample.completion === '') continue;
      refused += 1;
      drawn.push({ sample, place: uniformAt(`${context.seed}/audit/r${round}/${sample.id}`, 0) });
    }
    drawn = drawn.sort((a, b) => a.place - b.place).slice(0, count);
  }
  return { drawn: drawn.map(({ sample }) => sample), refused };
}
