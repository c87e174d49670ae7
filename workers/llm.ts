// The language-model worker: drafts from every kind of generator, independent attempts, what judges say, and what students
// behind endpoints answer.

import { attemptRecipe } from '../activities/attempts.ts';
import { createChunkActivities } from '../activities/chunks.ts';
import { compareRecipe } from '../activities/comparing.ts';
import { evaluateRecipe } from '../activities/evaluation.ts';
import { guardActivities } from '../activities/guard.ts';
import { generateRecipe } from '../activities/generation.ts';
import { judgeRecipe } from '../activities/judging.ts';
import { servedStudents } from '../activities/student-answers.ts';
import { fingerprint } from '../adapters/datasets/fingerprint.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import { openEnglishLexicon } from '../adapters/lexicon/english-lexicon.ts';
import { createEndpoints } from '../adapters/llm/open-endpoint.ts';
import { requestHash } from '../adapters/llm/request-hash.ts';
import { pullLanguageModel } from '../adapters/models/pull.ts';
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import { promptFiles } from '../adapters/prompts/prompt-files.ts';
import { openStore } from '../adapters/store/open.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { serve } from './serve.ts';

await serve(async () => {
  const openEndpoint = createEndpoints({ embeddedModelFile: (model) => pullLanguageModel(model) });
  // Its threads keep the loop free that answers come in on.
  const engine = createMatrixEngine(1);
  const ports = { datasets: { read: readDataset, fingerprint }, openEndpoint, requestHash, promptFiles, engine };
  const grading = { openStudent: servedStudents(ports), openLexicon: () => openEnglishLexicon() };
  const chunks = createChunkActivities(openStore, {
    generate: (job) => generateRecipe(ports, job),
    attempt: (job, store) => attemptRecipe(ports, job, store),
    judge: (job, store) => judgeRecipe(ports, job, store),
    compare: (job, store) => compareRecipe(ports, job, store),
    evaluate: (job, store) => evaluateRecipe(grading, job, store),
  });
  return {
    queue: TaskQueue.LanguageModel,
    activities: guardActivities(chunks),
    concurrentActivities: 16,
    async close() {
      await openEndpoint.close();
      await engine.close();
    },
  };
});
