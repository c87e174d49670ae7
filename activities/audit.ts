// A random part of what verification and judge refused, so that it can be sketched: only with the refused beside the verified can one say
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
      return runStage<AuditSummary>(store, { stage: 'audit', version: 2, inputs: rejects, config }, async () => {
        const { drawn, ...summary } = await drawRefused(store, input);
        return { output: await writeRows(store, 'samples', drawn), rejects: null, counts: {}, summary };
      });
    },
  };
}

/** The `count` refused samples with the smallest numbers drawn for their ids: any order and size of parts gives the same ones. */
async function drawRefused(
  store: Store,
  { context, round, rejects, count }: AuditInput,
): Promise<AuditSummary & { readonly drawn: Sample[] }> {
  let [refused, unsketchable] = [0, 0];
  let drawn: { readonly sample: Sample; readonly place: number }[] = [];
  for (const table of rejects) {
    for await (const part of store.readTable({ ...table, kind: 'rejects' })) {
      const samples = part.map(({ item }) => JSON.parse(item) as Sample);
      // A candidate whose attempts agreed on nothing has no completion, so no gradient.
      const whole = samples.filter(({ completion }) => completion !== '');
      refused += whole.length;
      unsketchable += samples.length - whole.length;
      const placed = whole.map((sample) => {
        return { sample, place: uniformAt(`${context.seed}/audit/r${round}/${sample.id}`, 0) };
      });
      drawn = [...drawn, ...placed].sort((a, b) => a.place - b.place).slice(0, count);
    }
  }
  return { drawn: drawn.map(({ sample }) => sample), refused, unsketchable };
}
