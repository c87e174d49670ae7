// Compare jobs: a language model says of every pair whether the sample is the benchmark's item in other words or numbers.

import type { CompareJob } from '../contracts/chunked-jobs.ts';
import { paraphraseMessages, paraphraseTemplate } from '../tasks/judging.ts';
import type { ChunkRecipe } from './chunks.ts';
import { opinionRecipe, type OpinionPorts } from './opinions.ts';
import type { Store } from './ports/store.ts';

export async function compareRecipe(
  ports: OpinionPorts,
  { pairs, judge, prices, context }: CompareJob,
  store: Store,
): Promise<ChunkRecipe> {
  const asked = {
    use: judge,
    generator: 'decontamination',
    template: paraphraseTemplate,
    messages: paraphraseMessages,
  };
  return opinionRecipe(ports, { stage: 'compare', rows: pairs, ...asked, prices, context }, store);
}
