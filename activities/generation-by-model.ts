// Generating with a language model: each request shows a few samples of the pool and asks for new ones. An answer is a draft;
// a request without one is a reject, by reason.

import type { GenerateJob } from '../contracts/chunked-jobs.ts';
import type { LanguageModelGeneratorConfig } from '../contracts/campaign.ts';
import type { Draft, Lineage, Reject } from '../contracts/samples.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import { generationMessages } from '../tasks/messages.ts';
import { taskNamed } from '../tasks/registry.ts';
import { askAll, chunkRowsFor, type Answer, type AskingPorts, type Question } from './asking.ts';
import type { ChunkProduct, ChunkRecipe, ChunkWork } from './chunks.ts';
import { openFewShots, personasHash, type FewShots } from './few-shots.ts';
import type { PromptFiles } from './ports/prompts.ts';
import { promptsFor, type Prompt } from './prompts.ts';
import { writeRows } from './rows.ts';
import { countsOf } from './sieve.ts';

export interface ModelGenerationPorts extends AskingPorts {
  readonly promptFiles: PromptFiles;
  readonly engine: MatrixEngine;
}

/** What decides the drafts, and nothing else: neither servers nor routes, and not who solves them later. */
export async function modelGenerationRecipe(
  ports: ModelGenerationPorts,
  job: GenerateJob,
  generator: LanguageModelGeneratorConfig,
): Promise<ChunkRecipe> {
  const { context, round, pool, poolSketches, clusters } = job;
  const { name, sampling, requests, perRequest, fewShots, structured } = generator;
  const { model } = generator.endpoint;
  const { generation: prompt } = await promptsFor(context, ports.promptFiles);
  const shown = { ...fewShots, personas: await personasHash(ports.promptFiles, fewShots) };
  const asked = { name, model, sampling, requests, perRequest, fewShots: shown, structured, prompt: prompt.sha256 };
  return {
    identity: {
      stage: 'generate',
      version: 3,
      inputs: fewShots.policy === 'sparse-cluster' ? [pool, poolSketches, clusters] : [pool],
      config: { generator: asked, round, task: context.task, seed: context.seed },
    },
    rows: requests,
    chunkRows: chunkRowsFor(generator),
    output: 'drafts',
    metadata: { model, template: prompt.label },
    produce: (work) => askForDrafts(ports, { job, generator, prompt }, work),
  };
}

interface Generation {
  readonly job: GenerateJob;
  readonly generator: LanguageModelGeneratorConfig;
  readonly prompt: Prompt;
}

interface Shown extends FewShots {
  readonly index: number;
}

async function askForDrafts(
  ports: ModelGenerationPorts,
  { job, generator, prompt }: Generation,
  work: ChunkWork,
): Promise<ChunkProduct> {
  const { context, round, prices } = job;
  const { store, range } = work;
  const key = `${context.seed}/${generator.name}/r${round}`;
  const draw = await openFewShots({ ...ports, store }, { ...job, generator });
  const shown = Array.from({ length: range.end - range.start }, (_, place): Shown => {
    const index = range.start + place;
    return { index, ...draw(`${key}/${index}`) };
  });
  const questions = shown.map((one) => questionOf(context.task, { job, generator, prompt }, one));
  const role = { stage: 'generate', generator: generator.name, use: generator, prices, key };
  const { answers, ledger, tokens } = await askAll(ports, role, questions, work);
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const one of shown) {
    const [answer] = answers.get(`${one.index}`) ?? [];
    if (answer === undefined) continue;
    const id = `r${round}/${generator.name}/${one.index}`;
    const lineage = lineageOf({ job, generator, prompt }, one, answer.requestHash);
    const made = draftOrReason(answer);
    if ('content' in made) drafts.push({ id, content: made.content, form: 'text', lineage });
    else rejects.push({ id, generator: generator.name, stage: 'generate', ...refused(made, { id, lineage }) });
  }
  return {
    output: await writeRows(store, 'drafts', drafts),
    rejects: await writeRows(store, 'rejects', rejects),
    counts: countsOf({ [generator.name]: shown.length }, drafts, rejects),
    tokens,
    ledger,
  };
}

function questionOf(
  taskName: GenerateJob['context']['task'],
  { generator: { perRequest, structured }, prompt }: Generation,
  { index, samples, persona }: Shown,
): Question {
  const task = taskNamed(taskName);
  const form = structured ? 'json' : 'text';
  const messages = generationMessages(task, prompt, { fewShots: samples, count: perRequest, persona, form });
  const question = { id: `${index}`, messages, choices: 1 };
  return structured ? { ...question, responseSchema: task.responseSchema(perRequest) } : question;
}

interface RefusedAnswer {
  readonly reason: string;
  readonly detail: string;
  /** What came of it, '' where nothing did. */
  readonly text: string;
}

function draftOrReason(answer: Answer): { readonly content: string } | RefusedAnswer {
  if (answer.kind === 'failure') return { reason: answer.reason, detail: answer.detail, text: '' };
  const { content, finishReason } = answer.choice;
  if (finishReason !== 'length') return { content };
  const detail = 'the answer reached sampling.maxTokens; raise it, or ask for fewer samples a request';
  return { reason: 'cut-short', detail, text: content };
}

/** With its lineage, so that one can see what was asked. */
function refused(
  { reason, detail, text }: RefusedAnswer,
  origin: Pick<Draft, 'id' | 'lineage'>,
): Pick<Reject, 'reason' | 'detail' | 'item'> {
  return { reason, detail, item: JSON.stringify({ ...origin, content: text }) };
}

function lineageOf({ job, generator, prompt }: Generation, { samples, persona }: Shown, requestHash: string): Lineage {
  const { model } = generator.endpoint;
  const lineage: Lineage = {
    origin: 'llm',
    source: model,
    generator: generator.name,
    round: job.round,
    fewShots: samples.map(({ id }) => id),
    template: prompt.label,
    model,
    sampling: generator.sampling,
    requestHash,
  };
  return persona === undefined ? lineage : { ...lineage, persona };
}
