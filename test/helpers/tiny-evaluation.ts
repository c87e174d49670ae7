// An evaluation that takes seconds: a constant answer and a tiny self-made model, on symbolic pairs.

import type { EvaluationConfig } from '../../contracts/evaluation.ts';
import { greedily, type TinyWorld } from './tiny-campaign.ts';

export const slices = ['hypernyms', 'negation', 'quantifiers'];

export function tinyEvaluation({ folder, model }: Pick<TinyWorld, 'folder' | 'model'>, name: string): EvaluationConfig {
  const benchmark = (side: 'in' | 'out', count: number) => {
    const sources = [{ kind: 'symbolic', slices: side === 'in' ? slices : ['ood-dates'], count } as const];
    return { name: `${side}-rows`, distribution: side, sources, answering: greedily };
  };
  return {
    name,
    task: 'nli',
    seed: 7,
    store: { kind: 'directory', path: `${folder}/store-${name}` },
    students: [
      { name: 'always-no', kind: 'constant', answer: 'no' },
      { name: 'tiny', kind: 'embedded', model, campaign: null },
    ],
    benchmarks: [benchmark('in', 480), benchmark('out', 64)],
    published: [],
    prices: null,
    prompts: {},
  };
}
