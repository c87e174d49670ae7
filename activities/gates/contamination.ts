// The gates against benchmark items: shared n-grams first, then the word of a language model on the nearest benchmark row.
// A pair on which there is no such word is taken for a copy: these gates fail closed.

import type { DataActivities, DecontaminateInput, ParaphraseInput } from '../../contracts/activities.ts';
import type { Attempt, Pair } from '../../contracts/samples.ts';
import { buildDecontaminationIndex, countCommonNgrams } from '../../core/text/decontamination-index.ts';
import { decontaminationProfiles } from '../../core/text/decontamination-profiles.ts';
import { openDecontamination } from '../../core/text/decontamination.ts';
import { readVerdict } from '../../tasks/judging.ts';
import { taskNamed } from '../../tasks/registry.ts';
import { benchmarkRows } from '../benchmark-rows.ts';
import { reportProgress } from '../heartbeat.ts';
import type { OpenStore, Store } from '../ports/store.ts';
import { openRowCursor } from '../row-cursor.ts';
import { sift, type Gate, type Refusal } from '../sieve.ts';
import { runStage } from '../stage.ts';

export function createContaminationActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'decontaminate' | 'rejectParaphrases'> {
  return {
    async decontaminate(input) {
      const { samples, benchmarks, common, rule, context } = input;
      const store = await openStore(context.store);
      const names = Object.keys(benchmarks).sort();
      const inputs = [samples, common, ...names.flatMap((name) => benchmarks[name] ?? [])];
      const config = { task: context.task, rule, names };
      return runStage(store, { stage: 'decontaminate', version: 3, inputs, config }, async () => {
        const { gate, touches } = await overlapGate(store, input);
        return { ...(await sift(store, 'decontaminate', samples, gate)), summary: touches() };
      });
    },

    async rejectParaphrases(input) {
      const { samples, pairs, verdicts, context } = input;
      const store = await openStore(context.store);
      const identity = { stage: 'paraphrases', version: 1, inputs: [samples, pairs, verdicts], config: {} };
      return runStage(store, identity, async () => {
        const { gate, finish } = paraphraseGate(store, input);
        const tables = await sift(store, 'paraphrases', samples, gate);
        await finish();
        return { ...tables, summary: null };
      });
    },
  };
}

async function overlapGate(store: Store, { context, benchmarks, common, rule }: DecontaminateInput) {
  const task = taskNamed(context.task);
  const { profile: name, ...changes } = rule;
  const profile = { ...decontaminationProfiles[name], ...changes };
  const index = buildDecontaminationIndex(await benchmarkRows(store, task, benchmarks), profile);
  const counter = countCommonNgrams(index);
  let done = 0;
  for await (const part of store.readTable(common)) {
    for (const sample of part) counter.add(task.decontaminationText(sample));
    done += part.length;
    reportProgress({ done, total: common.rows });
  }
  const decontamination = openDecontamination(counter.finish());
  const gate: Gate = (sample) => {
    const hit = decontamination.inspect(task.decontaminationText(sample));
    if (hit === null) return sample;
    const detail = `${hit.kind} of ${hit.rowId} of ${hit.benchmark}: "${hit.ngram}", overlap ${hit.overlap.toFixed(2)}`;
    return { reason: `contaminated:${hit.benchmark}`, detail };
  };
  return { gate, touches: () => decontamination.hits() };
}

function paraphraseGate(store: Store, { pairs, verdicts }: Pick<ParaphraseInput, 'pairs' | 'verdicts'>) {
  const pairCursor = openRowCursor(store, pairs);
  const verdictCursor = openRowCursor(store, verdicts);
  const gate: Gate = async (sample) => {
    const pair = await pairCursor.take(sample.id);
    if (pair === null) return sample;
    return judgedPair(pair, await verdictCursor.take(sample.id)) ?? sample;
  };
  const finish = async () => {
    await pairCursor.finish();
    await verdictCursor.finish();
  };
  return { gate, finish };
}

/** Only the plain word that the two are different lets a sample pass. */
function judgedPair(pair: Pair, attempt: Attempt | null): Refusal | null {
  const response = attempt?.responses[0] ?? '';
  const verdict = readVerdict(response);
  if (verdict === 'different') return null;
  const detail = `${pair.rowId} of ${pair.benchmark}, cosine ${pair.similarity.toFixed(3)}; the judge said: ${response || 'nothing'}`;
  return { reason: `${verdict === 'same' ? 'paraphrase' : 'unjudged'}:${pair.benchmark}`, detail };
}
