// Which students there are to evaluate: those that campaigns trained, and those that this machine can compute.

import type { TrainingActivities } from '../contracts/activities.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { ModelRuntime } from './ports/models.ts';
import type { OpenStore } from './ports/store.ts';
import { studentFiles } from './ports/student-files.ts';

/** Files of a student beyond which nobody wants to wait for this machine's cores. */
const largestBytes = 2 * 2 ** 30;

export interface KnownStudentPorts {
  readonly openStore: OpenStore;
  readonly models: ModelRuntime;
}

export function createKnownStudentActivities({
  openStore,
  models,
}: KnownStudentPorts): Pick<TrainingActivities, 'findCheckpoint' | 'whyUngradable'> {
  return {
    async findCheckpoint({ context, campaign }) {
      const store = await openStore(context.store);
      const checkpoint = await store.readRef(campaign, 'checkpoint');
      if (checkpoint !== null) return checkpoint;
      throw new PermanentError(
        FailureType.MissingArtifact,
        `The store holds no student of a campaign named ${campaign}. Run that campaign with a student first, or name another one.`,
      );
    },

    async whyUngradable({ context, student: { model, checkpoint } }) {
      const files = checkpoint === null ? null : await studentFiles(await openStore(context.store), checkpoint);
      const bytes = (files?.files ?? []).reduce((sum, file) => sum + file.bytes, 0);
      if (bytes > largestBytes) {
        return `its files have ${(bytes / 2 ** 30).toFixed(1)} GiB, too much for the cores of this machine (up to 2 GiB).`;
      }
      try {
        await models.openScorer(model, files);
        return null;
      } catch (error) {
        if (error instanceof PermanentError) return error.message;
        throw error;
      }
    },
  };
}
