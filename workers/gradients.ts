// The gradient worker: sketches, embeddings, spectra, clusters, selection. One process a machine or a device.

import { createChunkActivities } from '../activities/chunks.ts';
import { createDiversityActivities } from '../activities/diversity.ts';
import { guardActivities } from '../activities/guard.ts';
import { openPairing } from '../activities/pairing.ts';
import { sketchRecipe } from '../activities/sketching.ts';
import { embedRecipe } from '../activities/study-pool.ts';
import { createStudyActivities } from '../activities/study.ts';
import { createModelRuntime } from '../adapters/models/runtime.ts';
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import { openStore } from '../adapters/store/open.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { numberSetting, serve } from './serve.ts';

await serve(async () => {
  const sessions = numberSetting('DIFFRACT_SESSIONS', 2);
  const models = createModelRuntime({ sessions });
  const engine = createMatrixEngine(sessions);
  const chunks = createChunkActivities(openStore, {
    sketch: (job) => sketchRecipe(models, job),
    pair: openPairing({ models, engine }),
    embed: (job) => embedRecipe(models, job),
  });
  return {
    queue: TaskQueue.Gradients,
    activities: guardActivities({
      ...chunks,
      ...createDiversityActivities(openStore, engine),
      ...createStudyActivities(openStore),
    }),
    // Sessions give the parallelism; two chunks keep them busy while one of them ends.
    concurrentActivities: 2,
    async close() {
      await engine.close();
      await models.close();
    },
  };
});
