// The control worker: workflows, and the activities that move and check data.

import { createAuditActivities } from '../activities/audit.ts';
import { createContaminationActivities } from '../activities/gates/contamination.ts';
import { createDuplicateActivities } from '../activities/gates/duplicates.ts';
import { createFilterActivities } from '../activities/gates/filters.ts';
import { createScoreActivities } from '../activities/gates/scores.ts';
import { createVerificationActivities } from '../activities/gates/verification.ts';
import { createImportActivities } from '../activities/import.ts';
import { createParseActivities } from '../activities/parse.ts';
import { createPoolActivities } from '../activities/pool.ts';
import { createRecordActivities } from '../activities/records.ts';
import { guardActivities } from '../activities/guard.ts';
import { fingerprint } from '../adapters/datasets/fingerprint.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import { openLanguageDetector } from '../adapters/language/detector.ts';
import { openStore } from '../adapters/store/open.ts';
import type { DataActivities } from '../contracts/activities.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { repositoryPath, serve } from './serve.ts';

await serve(async () => {
  const datasets = { read: readDataset, fingerprint };
  const activities: DataActivities = {
    ...createImportActivities({ openStore, datasets }),
    ...createParseActivities({ openStore }),
    ...createFilterActivities({ openStore, openLanguageDetector }),
    ...createDuplicateActivities({ openStore }),
    ...createContaminationActivities({ openStore }),
    ...createVerificationActivities({ openStore }),
    ...createScoreActivities({ openStore }),
    ...createAuditActivities({ openStore }),
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
