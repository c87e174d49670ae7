// The gate of a judge's scores. A candidate that the judge gave no readable score is not let through.

import type { DataActivities, ScoreInput } from '../../contracts/activities.ts';
import { readScore } from '../../tasks/judging.ts';
import type { OpenStore, Store } from '../ports/store.ts';
import { openRowCursor } from '../row-cursor.ts';
import { sift, type Gate } from '../sieve.ts';
import { runStage } from '../stage.ts';

export function createScoreActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'rejectLowScores'> {
  return {
    async rejectLowScores(input) {
      const { candidates, scores, least, context } = input;
      const store = await openStore(context.store);
      const identity = { stage: 'scores', version: 1, inputs: [candidates, scores], config: { least } };
      return runStage(store, identity, async () => {
        const { gate, finish } = scoreGate(store, input);
        const tables = await sift(store, 'scores', candidates, gate);
        await finish();
        return { ...tables, summary: null };
      });
    },
  };
}

function scoreGate(store: Store, { scores, least }: Pick<ScoreInput, 'scores' | 'least'>) {
  const cursor = openRowCursor(store, scores);
  const gate: Gate = async (sample) => {
    const response = (await cursor.take(sample.id))?.responses[0] ?? '';
    const score = readScore(response);
    const detail = `the judge said: ${response || 'nothing'}`;
    if (score === null) return { reason: 'unscored', detail };
    return score < least ? { reason: 'low-score', detail: `${score}, at least ${least} is kept; ${detail}` } : sample;
  };
  return { gate, finish: () => cursor.finish() };
}
