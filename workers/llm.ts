// The language-model worker: drafts from every kind of generator, and independent attempts.

import { attemptRecipe } from '../activities/attempts.ts';
import { createChunkActivities } from '../activities/chunks.ts';
import { guardActivities } from '../activities/guard.ts';
import { generateRecipe } from '../activities/generation.ts';
import { fingerprint } from '../adapters/datasets/fingerprint.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import { createEndpoints } from '../adapters/llm/open-endpoint.ts';
import { requestHash } from '../adapters/llm/request-hash.ts';
import { pullLanguageModel } from '../adapters/models/pull.ts';
import { openStore } from '../adapters/store/open.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { serve } from './serve.ts';

await serve(async () => {
  const openEndpoint = createEndpoints({ embeddedModelFile: (model) => pullLanguageModel(model) });
  const ports = { datasets: { read: readDataset, fingerprint }, openEndpoint, requestHash };
  const chunks = createChunkActivities(openStore, {
    generate: (job) => generateRecipe(ports, job),
    attempt: (job, store) => attemptRecipe(ports, job, store),
  });
  return {
    queue: TaskQueue.LanguageModel,
    activities: guardActivities(chunks),
    concurrentActivities: 16,
    close: () => openEndpoint.close(),
  };
});
