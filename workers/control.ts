// The control worker: workflows, and the activities that move and check data.

import { createGateActivities } from '../activities/gates.ts';
import { createImportActivities } from '../activities/import.ts';
import { createParseActivities } from '../activities/parse.ts';
import { createPoolActivities } from '../activities/pool.ts';
import { createRecordActivities } from '../activities/records.ts';
import { guardActivities } from '../activities/guard.ts';
import { fingerprint } from '../adapters/datasets/fingerprint.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import { openStore } from '../adapters/store/open.ts';
import type { DataActivities } from '../contracts/activities.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { repositoryPath, serve } from './serve.ts';

await serve(async () => {
  const datasets = { read: readDataset, fingerprint };
  const activities: DataActivities = {
    ...createImportActivities({ openStore, datasets }),
    ...createParseActivities({ openStore }),
    ...createGateActivities({ openStore }),
    ...createPoolActivities({ openStore }),
    ...createRecordActivities({ openStore }),
  };
  return {
    queue: TaskQueue.Control,
    activities: guardActivities(activities),
    workflowBundle: repositoryPath('build/workflow-bundle.js'),
    concurrentActivities: 4,
    close: async () => {},
  };
});
