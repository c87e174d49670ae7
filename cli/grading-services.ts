// What `diffract grade`, `diffract metrics` and `diffract judge` need of the outside world.

import { addAbortSignal } from 'node:stream';
import type { RawRow } from '../adapters/datasets/raw-row.ts';
import type { WantedGrader } from '../adapters/grading/open-grader.ts';
import type { PairGrader } from '../adapters/grading/pair-grader.ts';
import type { AnswerJudging, JudgedPairs } from '../activities/answer-judging.ts';
import type { StoreLocation } from '../contracts/campaign.ts';
import type { MeteorLexicon } from '../core/text/meteor.ts';
import type { NltkRelease } from '../core/text/word-tokens.ts';

export interface GradingServices {
  /** Rows of the JSON lines on stdin. */
  readStandardInput(signal: AbortSignal): AsyncIterable<RawRow>;
  openGrader(wanted: WantedGrader): Promise<PairGrader>;
  openEnglishLexicon(release?: NltkRelease): Promise<MeteorLexicon>;
  /** What the judge says is kept in the store, and taken from there. */
  askJudge(
    location: StoreLocation,
    judging: AnswerJudging,
    watch: { readonly onProgress: (done: number) => void; readonly signal: AbortSignal },
  ): Promise<JudgedPairs>;
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
  async openEnglishLexicon(release) {
    const { openEnglishLexicon } = await import('../adapters/lexicon/english-lexicon.ts');
    return openEnglishLexicon(release);
  },
  async askJudge(location, judging, watch) {
    const { askJudge } = await import('../workers/judge.ts');
    return askJudge(location, judging, watch);
  },
};
