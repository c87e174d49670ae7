// Attempt jobs: independent solutions (or labels) of what a language model proposed, for the agreement vote.

import type { AttemptJob } from '../contracts/activities.ts';
import type { CampaignContext, LanguageModelGeneratorConfig } from '../contracts/campaign.ts';
import type { Attempt, Sample } from '../contracts/samples.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import { taskNamed } from '../tasks/registry.ts';
import { answerOnce, drawnSeed, requestsPerChunk, tokensOf, type AskingPorts } from './asking.ts';
import type { ChunkRecipe } from './chunks.ts';
import type { ChatRequest, ChatResponse } from './ports/language-model.ts';
import type { Store } from './ports/store.ts';
import { readRows, writeRows } from './rows.ts';

export async function attemptRecipe(
  ports: AskingPorts,
  { candidates, generator, context }: AttemptJob,
  store: Store,
): Promise<ChunkRecipe> {
  const { endpoint, attempts, sampling, name } = generator;
  const proposed = (await readRows(store, candidates)).filter(({ lineage }) => lineage.generator === name);
  return {
    identity: {
      stage: 'attempt',
      version: 1,
      inputs: [candidates],
      config: { endpoint, attempts, sampling, name, seed: context.seed },
    },
    rows: proposed.length,
    chunkRows: requestsPerChunk,
    output: 'attempts',
    metadata: {},
    async produce({ range, signal }) {
      const asked = await ports.openEndpoint(endpoint);
      let tokens = noTokens;
      const rows: Attempt[] = [];
      for (const sample of proposed.slice(range.start, range.end)) {
        const requests = attemptRequests(sample, generator, context);
        const answers = await Promise.all(requests.map((request) => answerOnce(ports, store, asked, request, signal)));
        tokens = answers.map(tokensOf).reduce(addTokens, tokens);
        rows.push({ id: sample.id, responses: answers.map(wholeText) });
      }
      return { output: await writeRows(store, 'attempts', rows), rejects: null, counts: {}, tokens };
    },
  };
}

function attemptRequests(
  sample: Sample,
  { endpoint, attempts, sampling }: LanguageModelGeneratorConfig,
  { task, seed }: CampaignContext,
): ChatRequest[] {
  const messages = taskNamed(task).attemptMessages(sample);
  return Array.from({ length: attempts }, (_, attempt) => ({
    model: endpoint.model,
    messages,
    sampling,
    seed: drawnSeed(`${seed}/attempt/${sample.id}`, attempt),
  }));
}

/** What was cut short states no result, whatever its last words look like. */
function wholeText({ content, finishReason }: ChatResponse): string {
  return finishReason === 'length' ? '' : content;
}
