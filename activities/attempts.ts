// Attempt jobs: independent solutions (or labels) of what a language model proposed, for the agreement vote.

import type { AttemptJob } from '../contracts/chunked-jobs.ts';
import { attemptMessages } from '../tasks/messages.ts';
import { taskNamed } from '../tasks/registry.ts';
import { askAll, attemptOf, chunkRowsFor, type AskingPorts } from './asking.ts';
import type { ChunkRecipe } from './chunks.ts';
import type { PromptFiles } from './ports/prompts.ts';
import type { Store } from './ports/store.ts';
import { promptsFor } from './prompts.ts';
import { proposalsOf, readRowsAt } from './proposals.ts';
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
  const proposed = await proposalsOf(store, candidates, name);
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
      const chunk = await readRowsAt(store, candidates, proposed.subarray(work.range.start, work.range.end));
      const questions = chunk.map((sample) => {
        return { id: sample.id, messages: attemptMessages(task, prompt, sample), choices: attempts };
      });
      const { answers, ledger, tokens } = await askAll(ports, role, questions, work);
      const rows = chunk.map(({ id }) => attemptOf(id, answers.get(id) ?? []));
      return { output: await writeRows(work.store, 'attempts', rows), rejects: null, counts: {}, tokens, ledger };
    },
  };
}
