// One question to a language model about every row of a table, and its words on each: what judging and comparing share.

import type { TableKind, TableRef, TableRows } from '../contracts/artifacts.ts';
import type { CampaignContext, LanguageModelUse, PriceTable } from '../contracts/campaign.ts';
import type { Message } from '../tasks/task.ts';
import type { Template, TemplateSpecification } from '../tasks/template.ts';
import { askAll, attemptOf, chunkRowsFor, type AskingPorts } from './asking.ts';
import type { ChunkRecipe } from './chunks.ts';
import type { PromptFiles } from './ports/prompts.ts';
import type { Store } from './ports/store.ts';
import { loadPrompt } from './prompts.ts';
import { readRowRange, writeRows } from './rows.ts';

export interface OpinionPorts extends AskingPorts {
  readonly promptFiles: PromptFiles;
}

export interface OpinionPlan<Kind extends TableKind> {
  readonly stage: string;
  readonly rows: TableRef<Kind>;
  /** Who is asked, under the name that stands in the ledger. */
  readonly use: LanguageModelUse;
  readonly generator: string;
  readonly template: TemplateSpecification;
  messages(template: Template, row: TableRows[Kind]): readonly Message[];
  readonly prices: PriceTable | null;
  readonly context: CampaignContext;
}

/** Gives one attempt a row, in their order, whose only response is '' where no whole answer came. */
export async function opinionRecipe<Kind extends 'samples' | 'pairs'>(
  ports: OpinionPorts,
  { stage, rows, use, generator, template, messages, prices, context }: OpinionPlan<Kind>,
  store: Store,
): Promise<ChunkRecipe> {
  const prompt = await loadPrompt(template, context.prompts[template.name] ?? null, ports.promptFiles);
  const { model } = use.endpoint;
  const config = { model, sampling: use.sampling, prompt: prompt.sha256, seed: context.seed };
  const role = { stage, generator, use, prices, key: `${context.seed}/${stage}` };
  return {
    identity: { stage, version: 1, inputs: [rows], config },
    rows: rows.rows,
    chunkRows: chunkRowsFor(use),
    output: 'attempts',
    metadata: { model, template: prompt.label },
    async produce(work) {
      const chunk = await readRowRange(store, rows, work.range.start, work.range.end);
      const questions = chunk.map((row) => ({ id: row.id, messages: messages(prompt, row), choices: 1 }));
      const { answers, ledger, tokens } = await askAll(ports, role, questions, work);
      const opinions = chunk.map(({ id }) => attemptOf(id, answers.get(id) ?? []));
      const output = await writeRows(store, 'attempts', opinions);
      return { output, rejects: null, counts: {}, tokens, ledger };
    },
  };
}
