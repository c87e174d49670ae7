// Attempt jobs: independent solutions (or labels) of what a language model proposed, for the agreement vote.

import type { AttemptJob } from '../contracts/activities.ts';
import type { Attempt, Sample } from '../contracts/samples.ts';
import { attemptMessages } from '../tasks/messages.ts';
import { taskNamed } from '../tasks/registry.ts';
import { askAll, chunkRowsFor, wholeText, type Answer, type AskingPorts } from './asking.ts';
import type { ChunkRecipe } from './chunks.ts';
import { keptRows } from './kept-rows.ts';
import type { PromptFiles } from './ports/prompts.ts';
import type { Store } from './ports/store.ts';
import { promptsFor } from './prompts.ts';
import { writeRows } from './rows.ts';

export interface AttemptPorts extends AskingPorts {
  readonly promptFiles: PromptFiles;
}

export async function attemptRecipe(
  ports: AttemptPorts,
  { candidates, generator, context, prices }: AttemptJob,
  store: Store,
): Promise<ChunkRecipe> {
  const { name, solver } = generator;
  const { attempts, sampling } = solver;
  const { model } = solver.endpoint;
  const { attempt: prompt } = await promptsFor(context, ports.promptFiles);
  const proposed = proposedBy(name, await keptRows(store, candidates));
  const task = taskNamed(context.task);
  const config = { name, model, sampling, attempts, prompt: prompt.sha256, task: context.task, seed: context.seed };
  const role = { stage: 'attempt', generator: name, use: solver, prices, key: `${context.seed}/attempt/${name}` };
  return {
    identity: { stage: 'attempt', version: 2, inputs: [candidates], config },
    rows: proposed.length,
    chunkRows: chunkRowsFor(solver),
    output: 'attempts',
    metadata: { model, template: prompt.label },
    async produce(work) {
      const chunk = proposed.slice(work.range.start, work.range.end);
      const questions = chunk.map((sample) => {
        return { id: sample.id, messages: attemptMessages(task, prompt, sample), choices: attempts };
      });
      const { answers, ledger, tokens } = await askAll(ports, role, questions, work);
      const rows = chunk.map(({ id }) => attemptOf(id, answers.get(id) ?? []));
      return { output: await writeRows(work.store, 'attempts', rows), rejects: null, counts: {}, tokens, ledger };
    },
  };
}

/** In the order of the table, with one pass over a table for all chunks of a process. */
function proposedBy(generator: string, rows: readonly Sample[]): readonly Sample[] {
  const known = proposals.get(rows) ?? new Map<string, readonly Sample[]>();
  proposals.set(rows, known);
  const proposed = known.get(generator) ?? rows.filter(({ lineage }) => lineage.generator === generator);
  known.set(generator, proposed);
  return proposed;
}

const proposals = new WeakMap<readonly Sample[], Map<string, readonly Sample[]>>();

function attemptOf(id: string, answers: readonly Answer[]): Attempt {
  return { id, responses: answers.map(wholeText), requestHashes: answers.map(({ requestHash }) => requestHash) };
}
