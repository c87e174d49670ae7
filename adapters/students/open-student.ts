// Every kind of student that a study can name, by its kind.

import type { OpenTrialStudent, TrialStudent, TrialStudentSetup } from '../../activities/ports/trial-students.ts';
import type { DecoderStudentConfig } from '../../contracts/study.ts';
import { openStaticVectors } from '../models/static-vectors.ts';
import { openFeatureStudent } from './feature-student.ts';

export type OpenDecoderStudent = (config: DecoderStudentConfig, setup: TrialStudentSetup) => Promise<TrialStudent>;

export function createTrialStudents(openDecoder: OpenDecoderStudent): OpenTrialStudent {
  return (config, setup) =>
    config.kind === 'features'
      ? openFeatureStudent(config, setup, { openVectors: openStaticVectors })
      : openDecoder(config, setup);
}
