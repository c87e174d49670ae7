// Grades answers to mathematics on a thread of their own, which is ended and replaced when a pair takes too long.

import { Worker } from 'node:worker_threads';
import type { Profile } from '../../tasks/math/grading/grader.ts';
import { graderVersion } from '../../tasks/math/grading/grader.ts';
import type { GradeRequest } from './grading-thread.ts';
import type { GradedPair, PairGrader } from './pair-grader.ts';

export interface ThreadGraderOptions {
  readonly profile: Profile;
  /** For one pair. */
  readonly limitSeconds: number;
  /** The file that the thread runs. */
  readonly entry?: URL;
}

/** The limit guards against what nobody has thought of: the grader itself is bounded, and a pair takes milliseconds. */
export function createThreadGrader(options: ThreadGraderOptions): PairGrader {
  return {
    name: `${graderVersion} ${options.profile}`,
    async *grade(pairs) {
      let thread = await startThread(options.entry);
      try {
        for await (const { response, answer } of pairs) {
          const graded = await gradeOn(thread, { response, answer, profile: options.profile }, options.limitSeconds);
          if (graded === null) {
            await thread.terminate();
            thread = await startThread(options.entry);
          }
          yield graded ?? { correct: false, extracted: null, reason: 'time-limit' };
        }
      } finally {
        await thread.terminate();
      }
    },
  };
}

/** Null when the thread has not answered in time. */
function gradeOn(thread: Worker, request: GradeRequest, limitSeconds: number): Promise<GradedPair | null> {
  return answerOf<GradedPair | null>(thread, (resolve) => {
    const timer = setTimeout(() => resolve(null), 1000 * limitSeconds);
    thread.postMessage(request);
    return () => clearTimeout(timer);
  });
}

/** On Node 20 a new thread does not inherit the hooks of `--import tsx`, so it installs them before its entry is loaded. */
async function startThread(entry = new URL('./grading-thread.ts', import.meta.url)): Promise<Worker> {
  const hooks = import.meta.resolve('tsx/esm/api');
  const start = `import('${hooks}').then(({ register }) => { register(); return import('${entry.href}'); })`;
  const thread = new Worker(start, { eval: true, execArgv: [] });
  await answerOf(thread, () => () => undefined);
  return thread;
}

/** The next message of the thread, or its failure. `begin` may resolve by itself, and gives what to undo afterwards. */
async function answerOf<Answer>(
  thread: Worker,
  begin: (resolve: (answer: Answer) => void) => () => void,
): Promise<Answer> {
  let release = (): void => undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const onExit = (code: number): void => reject(new Error(`the thread that grades ended with code ${code}`));
      const undo = begin(resolve);
      thread.once('message', resolve).once('error', reject).once('exit', onExit);
      release = () => {
        undo();
        thread.off('message', resolve).off('error', reject).off('exit', onExit);
      };
    });
  } finally {
    release();
  }
}
