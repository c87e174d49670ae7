// What `diffract grade` needs of the outside world.

import { addAbortSignal } from 'node:stream';
import type { RawRow } from '../adapters/datasets/raw-row.ts';
import type { WantedGrader } from '../adapters/grading/open-grader.ts';
import type { PairGrader } from '../adapters/grading/pair-grader.ts';

export interface GradingServices {
  /** Rows of the JSON lines on stdin. */
  readStandardInput(signal: AbortSignal): AsyncIterable<RawRow>;
  openGrader(wanted: WantedGrader): Promise<PairGrader>;
}

export const gradingServices: GradingServices = {
  async *readStandardInput(signal) {
    const { readJsonStream } = await import('../adapters/datasets/json-rows.ts');
    yield* readJsonStream(addAbortSignal(signal, process.stdin), 'stdin');
  },
  async openGrader(wanted) {
    const { openGrader } = await import('../adapters/grading/open-grader.ts');
    return openGrader(wanted);
  },
};
