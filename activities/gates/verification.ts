// The gate that a candidate passes by being right: independent attempts agree with it where its generator asks for that,
// and it agrees with itself.

import type { DataActivities, VerifyInput } from '../../contracts/activities.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Attempt, Sample } from '../../contracts/samples.ts';
import { taskNamed } from '../../tasks/registry.ts';
import type { OpenStore, Store } from '../ports/store.ts';
import { openRowCursor, type RowCursor } from '../row-cursor.ts';
import { sift, type Gate } from '../sieve.ts';
import { runStage } from '../stage.ts';
import { agreedSample } from '../vote.ts';
import { partRefusal } from './filters.ts';

export function createVerificationActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'verifyCandidates'> {
  return {
    async verifyCandidates(input) {
      const { candidates, attempts, agreement, completion, context } = input;
      const store = await openStore(context.store);
      const config = { task: context.task, agreement, completion };
      return runStage(store, { stage: 'verify', version: 3, inputs: [candidates, ...attempts], config }, async () => {
        const { gate, finish } = await verificationGate(store, input);
        const tables = await sift(store, 'verify', candidates, gate);
        await finish();
        return { ...tables, summary: null };
      });
    },
  };
}

async function verificationGate(store: Store, { context, attempts, agreement, completion }: VerifyInput) {
  const task = taskNamed(context.task);
  const solvers = await Promise.all(attempts.map((table) => openSolver(store, table)));
  const gate: Gate = async (sample) => {
    const needed = agreement[sample.lineage.generator];
    const solved = needed === undefined ? null : await solvedBy(solvers, sample);
    const asked = solved === null ? sample : { ...sample, lineage: { ...sample.lineage, solver: solved.solver } };
    const voted = needed === undefined ? asked : agreedSample(task, asked, solved?.responses ?? [], needed);
    if ('reason' in voted) return { ...voted, sample: asked };
    const refusal =
      voted.completion === sample.completion ? null : partRefusal('completion', voted.completion, completion);
    if (refusal !== null) return { ...refusal, sample: asked };
    const verdict = task.checkConsistency(voted);
    return verdict.kept ? voted : { reason: verdict.reason, detail: verdict.detail, sample: asked };
  };
  const finish = async () => {
    for (const { cursor } of solvers) await cursor.finish();
  };
  return { gate, finish };
}

/** One table of attempts, and who made them. */
interface Solver {
  readonly cursor: RowCursor<Attempt>;
  readonly model: string;
  readonly template: string;
}

async function openSolver(store: Store, table: TableRef<'attempts'>): Promise<Solver> {
  const { model = '', template = '' } = (await store.readManifest(table)).metadata;
  return { cursor: openRowCursor(store, table), model, template };
}

async function solvedBy(solvers: readonly Solver[], { id }: Sample) {
  for (const { cursor, model, template } of solvers) {
    const attempt = await cursor.take(id);
    if (attempt === null) continue;
    return { responses: attempt.responses, solver: { model, template, requestHashes: attempt.requestHashes } };
  }
  return null;
}
