// The thread that grades answers to mathematics. It may be ended at any moment, so it keeps nothing.

import { parentPort } from 'node:worker_threads';
import { gradeResponse } from '../../tasks/math/grading/grader.ts';
import type { Profile } from '../../tasks/math/grading/grader.ts';
import type { Pair } from './pair-grader.ts';

export type GradeRequest = Pair & { readonly profile: Profile };

const port = parentPort;
port?.on('message', ({ response, answer, profile }: GradeRequest) => {
  port.postMessage(gradeResponse(response, answer, profile));
});
port?.postMessage('ready');
