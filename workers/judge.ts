// A judge that a command asks in its own process, without a server: the parts of the language-model worker that it needs.

import { judgeAnswers } from '../activities/answer-judging.ts';
import type { AnswerJudging, JudgedPairs } from '../activities/answer-judging.ts';
import { createEndpoints } from '../adapters/llm/open-endpoint.ts';
import { requestHash } from '../adapters/llm/request-hash.ts';
import { pullLanguageModel } from '../adapters/models/pull.ts';
import { promptFiles } from '../adapters/prompts/prompt-files.ts';
import { openStore } from '../adapters/store/open.ts';
import type { StoreLocation } from '../contracts/campaign.ts';

export async function askJudge(
  location: StoreLocation,
  judging: AnswerJudging,
  watch: { readonly onProgress: (done: number) => void; readonly signal: AbortSignal },
): Promise<JudgedPairs> {
  const openEndpoint = createEndpoints({ embeddedModelFile: (model) => pullLanguageModel(model) });
  try {
    const store = await openStore(location);
    return await judgeAnswers({ openEndpoint, requestHash, promptFiles }, judging, { store, ...watch });
  } finally {
    await openEndpoint.close();
  }
}
