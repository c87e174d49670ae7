// Judge jobs: a language model scores every candidate from 1 to 5.

import type { JudgeJob } from '../contracts/chunked-jobs.ts';
import { scoreMessages, scoreTemplate } from '../tasks/judging.ts';
import type { ChunkRecipe } from './chunks.ts';
import { opinionRecipe, type OpinionPorts } from './opinions.ts';
import type { Store } from './ports/store.ts';

export async function judgeRecipe(
  ports: OpinionPorts,
  { candidates, judge, prices, context }: JudgeJob,
  store: Store,
): Promise<ChunkRecipe> {
  const asked = { use: judge, generator: judge.name, template: scoreTemplate, messages: scoreMessages };
  return opinionRecipe(ports, { stage: 'judge', rows: candidates, ...asked, prices, context }, store);
}
