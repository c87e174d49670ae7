// The gates before the gradient: exact duplicates, contamination, verification. Each keeps what it turns away.

import type { DataActivities, DeduplicateInput, DecontaminateInput, VerifyInput } from '../contracts/activities.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { Sample } from '../contracts/samples.ts';
import { buildDecontaminationIndex, decontaminate, DEFAULT_DECONTAMINATION } from '../core/text/decontamination.ts';
import { duplicateKey } from '../core/text/exact-duplicates.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readRows } from './rows.ts';
import { sift, type Refusal } from './sieve.ts';
import { runStage } from './stage.ts';
import { agreedSample } from './vote.ts';

type GateActivities = Pick<DataActivities, 'deduplicate' | 'decontaminate' | 'verifyCandidates'>;

export function createGateActivities({ openStore }: { readonly openStore: OpenStore }): GateActivities {
  return {
    async deduplicate(input) {
      const { candidates, pool, context } = input;
      const store = await openStore(context.store);
      const identity = { stage: 'deduplicate', version: 1, inputs: [candidates, pool], config: { task: context.task } };
      return runStage(store, identity, async () => {
        const gate = await duplicateGate(store, input);
        return { ...(await sift(store, 'deduplicate', candidates, gate)), summary: null };
      });
    },

    async decontaminate(input) {
      const { samples, benchmarks, common, rule, context } = input;
      const store = await openStore(context.store);
      const names = Object.keys(benchmarks).sort();
      const inputs = [samples, common, ...names.flatMap((name) => benchmarks[name] ?? [])];
      const config = { task: context.task, rule, names };
      return runStage(store, { stage: 'decontaminate', version: 1, inputs, config }, async () => {
        const { gate, hits } = await contaminationGate(store, input);
        return { ...(await sift(store, 'decontaminate', samples, gate)), summary: hits };
      });
    },

    async verifyCandidates(input) {
      const { candidates, attempts, agreement, context } = input;
      const store = await openStore(context.store);
      const config = { task: context.task, agreement };
      return runStage(store, { stage: 'verify', version: 1, inputs: [candidates, ...attempts], config }, async () => {
        const gate = await verificationGate(store, input);
        return { ...(await sift(store, 'verify', candidates, gate)), summary: null };
      });
    },
  };
}

type Gate = (sample: Sample) => Sample | Refusal;

async function duplicateGate(store: Store, { context, pool }: DeduplicateInput): Promise<Gate> {
  const task = taskNamed(context.task);
  const keyOf = (sample: Sample) => duplicateKey(task.duplicateText(sample));
  const seen = new Map((pool === null ? [] : await readRows(store, pool)).map((sample) => [keyOf(sample), sample.id]));
  return (sample) => {
    const key = keyOf(sample);
    const first = seen.get(key);
    if (first !== undefined) return { reason: 'duplicate', detail: `same text as ${first}` };
    seen.set(key, sample.id);
    return sample;
  };
}

async function contaminationGate(store: Store, { context, samples, benchmarks, common, rule }: DecontaminateInput) {
  const task = taskNamed(context.task);
  const textsOf = async (ref: TableRef<'samples'>) =>
    (await readRows(store, ref)).map((sample) => ({ rowId: sample.id, text: task.decontaminationText(sample) }));
  const rows = await Promise.all(
    Object.entries(benchmarks).map(async ([benchmark, ref]) =>
      (await textsOf(ref)).map((row) => ({ benchmark, ...row })),
    ),
  );
  const seedTexts = (await textsOf(common)).map(({ text }) => text);
  const { ngram: n, overlap, commonShare } = rule;
  const index = buildDecontaminationIndex(rows.flat(), seedTexts, {
    ...DEFAULT_DECONTAMINATION,
    n,
    overlap,
    commonShare,
  });
  const texts = await textsOf(samples);
  const { results, hits } = decontaminate(
    index,
    texts.map(({ text }) => text),
  );
  const found = new Map(texts.map(({ rowId }, place) => [rowId, results[place] ?? null]));
  const gate: Gate = (sample) => {
    const hit = found.get(sample.id) ?? null;
    if (hit === null) return sample;
    const detail = `${hit.rowId} of ${hit.benchmark}: "${hit.ngram}", overlap ${hit.overlap.toFixed(2)}`;
    return { reason: `contaminated:${hit.benchmark}`, detail };
  };
  return { gate, hits };
}

/** Independent agreement where the generator asks for it, then the task's own consistency check for all. */
async function verificationGate(store: Store, { context, attempts, agreement }: VerifyInput): Promise<Gate> {
  const task = taskNamed(context.task);
  const tables = await Promise.all(attempts.map((ref) => readRows(store, ref)));
  const responses = new Map(tables.flat().map((attempt) => [attempt.id, attempt.responses]));
  return (sample) => {
    const needed = agreement[sample.lineage.generator];
    const voted = needed === undefined ? sample : agreedSample(task, sample, responses.get(sample.id) ?? [], needed);
    if ('reason' in voted) return voted;
    const verdict = task.checkConsistency(voted);
    return verdict.kept ? voted : { reason: verdict.reason, detail: verdict.detail };
  };
}
