// Parse: drafts of every generator become samples; each piece that is none becomes a named reject.

import type { DataActivities } from '../contracts/activities.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { Draft } from '../contracts/samples.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ReadResult, Task } from '../tasks/task.ts';
import { reportProgress } from './heartbeat.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { openSieve } from './sieve.ts';
import { runStage } from './stage.ts';

export function createParseActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'parseDrafts'> {
  return {
    async parseDrafts({ context, drafts }) {
      const store = await openStore(context.store);
      const task = taskNamed(context.task);
      const identity = { stage: 'parse', version: 3, inputs: drafts, config: { task: task.name } };
      return runStage(store, identity, async () => {
        const sieve = openSieve(store, 'parse');
        const taken: Record<string, number> = {};
        for await (const { id, lineage, ...draft } of draftsOf(store, drafts)) {
          const pieces = parseDraft(task, draft);
          taken[lineage.generator] = (taken[lineage.generator] ?? 0) + pieces.length;
          for (const [index, piece] of pieces.entries()) {
            const pieceId = pieces.length > 1 ? `${id}.${index}` : id;
            if (piece.ok) await sieve.keep({ id: pieceId, task: task.name, ...piece.body, lineage });
            else await sieve.reject(pieceId, lineage.generator, piece, draft.content);
          }
        }
        return { ...(await sieve.finish(taken)), summary: null };
      });
    },
  };
}

/** The drafts of all tables in turn, a part of one in memory at a time. */
async function* draftsOf(store: Store, tables: readonly TableRef<'drafts'>[]): AsyncGenerator<Draft> {
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const table of tables) {
    for await (const part of store.readTable(table)) {
      yield* part;
      done += part.length;
      reportProgress({ done, total });
    }
  }
}

function parseDraft(task: Task, { form, content }: Pick<Draft, 'form' | 'content'>): readonly ReadResult[] {
  if (form === 'text') return task.parseGeneration(content);
  return [task.readRecord(JSON.parse(content) as Record<string, string>)];
}
