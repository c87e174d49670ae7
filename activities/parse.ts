// Parse: drafts of every generator become samples; each piece that is none becomes a named reject.

import type { DataActivities } from '../contracts/activities.ts';
import type { Draft } from '../contracts/samples.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ReadResult, Task } from '../tasks/task.ts';
import type { OpenStore } from './ports/store.ts';
import { readRows } from './rows.ts';
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
      const identity = { stage: 'parse', version: 1, inputs: drafts, config: { task: task.name } };
      return runStage(store, identity, async () => {
        const sieve = openSieve();
        const taken: Record<string, number> = {};
        for (const draft of (await Promise.all(drafts.map((ref) => readRows(store, ref)))).flat()) {
          const { id, lineage, content } = draft;
          const pieces = parseDraft(task, draft);
          taken[lineage.generator] = (taken[lineage.generator] ?? 0) + pieces.length;
          pieces.forEach((piece, index) => {
            const pieceId = pieces.length > 1 ? `${id}.${index}` : id;
            if (piece.ok) sieve.keep({ id: pieceId, task: task.name, ...piece.body, lineage });
            else sieve.reject(pieceId, lineage.generator, piece, content);
          });
        }
        return { ...(await sieve.write(store, 'parse', taken)), summary: null };
      });
    },
  };
}

function parseDraft(task: Task, { form, content }: Draft): readonly ReadResult[] {
  if (form === 'text') return task.parseGeneration(content);
  return [task.readRecord(JSON.parse(content) as Record<string, string>)];
}
