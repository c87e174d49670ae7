// The gates before the gradient: parse, exact duplicates, contamination, verification. Each keeps what it turns away.

import type { DataActivities } from '../contracts/activities.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { Attempt, Draft, Lineage, Sample } from '../contracts/samples.ts';
import { buildDecontaminationIndex, decontaminate, DEFAULT_DECONTAMINATION } from '../core/text/decontamination.ts';
import { duplicateKey } from '../core/text/exact-duplicates.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ReadResult, Task } from '../tasks/task.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readRows } from './rows.ts';
import { openSieve, takenFrom, type Sieve } from './sieve.ts';
import { runStage } from './stage.ts';
import { agreedSample } from './vote.ts';

type GateActivities = Pick<DataActivities, 'parseDrafts' | 'deduplicate' | 'decontaminate' | 'verifyCandidates'>;

export function createGateActivities({ openStore }: { readonly openStore: OpenStore }): GateActivities {
  return {
    async parseDrafts({ context, drafts }) {
      const store = await openStore(context.store);
      const task = taskNamed(context.task);
      const config = { task: task.name };
      return runStage(store, { stage: 'parse', version: 1, inputs: drafts, config }, async () => {
        const sieve = openSieve();
        const taken: Record<string, number> = {};
        for (const ref of drafts) {
          for (const draft of await readRows(store, ref)) {
            const pieces = parseDraft(task, draft);
            const { generator } = draft.lineage;
            taken[generator] = (taken[generator] ?? 0) + pieces.length;
            pieces.forEach((piece, index) => sort(sieve, task, draft, piece, pieces.length > 1 ? `.${index}` : ''));
          }
        }
        return { ...(await sieve.write(store, 'parse', taken)), summary: null };
      });
    },

    async deduplicate({ context, candidates, pool }) {
      const store = await openStore(context.store);
      const task = taskNamed(context.task);
      const keyOf = (sample: Sample) => duplicateKey(task.duplicateText(sample));
      const identity = { stage: 'deduplicate', version: 1, inputs: [candidates, pool], config: { task: task.name } };
      return runStage(store, identity, async () => {
        const seen = new Map((pool === null ? [] : await readRows(store, pool)).map((one) => [keyOf(one), one.id]));
        return sift(store, 'deduplicate', candidates, (sample, sieve) => {
          const key = keyOf(sample);
          const first = seen.get(key);
          if (first !== undefined) return turnAway(sieve, sample, 'duplicate', `same text as ${first}`);
          seen.set(key, sample.id);
          return sieve.keep(sample);
        });
      });
    },

    async decontaminate({ context, samples, benchmarks, common, rule }) {
      const store = await openStore(context.store);
      const task = taskNamed(context.task);
      const names = Object.keys(benchmarks).sort();
      const inputs = [samples, common, ...names.map((name) => benchmarks[name]!)];
      const config = { task: task.name, rule, names };
      return runStage(store, { stage: 'decontaminate', version: 1, inputs, config }, async () => {
        const textsOf = async (ref: TableRef<'samples'>) =>
          (await readRows(store, ref)).map((sample) => ({ rowId: sample.id, text: task.decontaminationText(sample) }));
        const rows = await Promise.all(
          names.map(async (benchmark) => (await textsOf(benchmarks[benchmark]!)).map((row) => ({ benchmark, ...row }))),
        );
        const seedTexts = (await textsOf(common)).map(({ text }) => text);
        const { ngram: n, overlap, commonShare } = rule;
        const profile = { ...DEFAULT_DECONTAMINATION, n, overlap, commonShare };
        const index = buildDecontaminationIndex(rows.flat(), seedTexts, profile);
        const checked = decontaminate(
          index,
          (await textsOf(samples)).map(({ text }) => text),
        );
        let place = 0;
        const sifted = await sift(store, 'decontaminate', samples, (sample, sieve) => {
          const hit = checked.results[place++];
          if (hit === null || hit === undefined) return sieve.keep(sample);
          const detail = `${hit.rowId} of ${hit.benchmark}: "${hit.ngram}", overlap ${hit.overlap.toFixed(2)}`;
          return turnAway(sieve, sample, `contaminated:${hit.benchmark}`, detail);
        });
        return { ...sifted, summary: checked.hits };
      });
    },

    async verifyCandidates({ context, candidates, attempts, agreement }) {
      const store = await openStore(context.store);
      const task = taskNamed(context.task);
      const identity = {
        stage: 'verify',
        version: 1,
        inputs: [candidates, ...attempts],
        config: { task: task.name, agreement },
      };
      return runStage(store, identity, async () => {
        const tables: readonly Attempt[][] = await Promise.all(attempts.map((ref) => readRows(store, ref)));
        const responses = new Map(tables.flat().map((attempt) => [attempt.id, attempt.responses]));
        return sift(store, 'verify', candidates, (sample, sieve) => {
          const needed = agreement[sample.lineage.generator];
          const voted =
            needed === undefined ? sample : agreedSample(task, sample, responses.get(sample.id) ?? [], needed);
          if ('reason' in voted) return turnAway(sieve, sample, voted.reason, voted.detail);
          const verdict = task.checkConsistency(voted);
          return verdict.kept ? sieve.keep(voted) : turnAway(sieve, sample, verdict.reason, verdict.detail);
        });
      });
    },
  };
}

/** Runs every sample of a table through one gate. */
async function sift(
  store: Store,
  stage: string,
  candidates: TableRef<'samples'>,
  gate: (sample: Sample, sieve: Sieve) => void,
) {
  const samples = await readRows(store, candidates);
  const sieve = openSieve();
  for (const sample of samples) gate(sample, sieve);
  return { ...(await sieve.write(store, stage, takenFrom(samples))), summary: null };
}

function turnAway(sieve: Sieve, sample: Sample, reason: string, detail: string): void {
  sieve.reject(sample.id, sample.lineage.generator, reason, detail, sample);
}

function parseDraft(task: Task, { form, content }: Draft): readonly ReadResult[] {
  if (form === 'text') return task.parseGeneration(content);
  return [task.readRecord(JSON.parse(content) as Record<string, string>)];
}

function sort(sieve: Sieve, task: Task, draft: Draft, piece: ReadResult, suffix: string): void {
  const id = `${draft.id}${suffix}`;
  const lineage: Lineage = draft.lineage;
  if (piece.ok) sieve.keep({ id, task: task.name, ...piece.body, lineage });
  else sieve.reject(id, lineage.generator, piece.reason, piece.detail, draft.content);
}
