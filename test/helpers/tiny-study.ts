// A study that takes seconds: symbolic pairs, a tiny model as proxy, a tiny encoder, and a small network on word alignments.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudyConfig } from '../../contracts/study.ts';
import type { TinyWorld } from './tiny-campaign.ts';
import { writeTinyEncoder } from './tiny-encoder.ts';

export async function tinyStudy(
  { folder, model }: Pick<TinyWorld, 'folder' | 'model'>,
  name: string,
): Promise<StudyConfig> {
  const encoder = join(folder, 'encoder');
  await mkdir(encoder, { recursive: true });
  await writeTinyEncoder(encoder);
  const rules = (slices: readonly string[], count: number) => [{ kind: 'symbolic' as const, slices, count }];
  return {
    name,
    task: 'nli',
    seed: 3,
    store: { kind: 'directory', path: join(folder, `store-${name}`) },
    pool: [
      { name: 'words', sources: rules(['quantifiers', 'negation'], 60) },
      { name: 'forms', sources: rules(['quantifiers', 'voice'], 60) },
    ],
    benchmarks: [
      { name: 'close', distribution: 'in', sources: rules(['negation', 'voice'], 40) },
      { name: 'far', distribution: 'out', sources: rules(['quantifiers'], 240) },
    ],
    size: 24,
    draws: 2,
    matching: { labels: 'equal', lengthBands: 1 },
    recipes: [
      { kind: 'balls', name: 'near', space: 'embeddings', neighbours: [28, 50], centres: 2 },
      {
        kind: 'mixes',
        name: 'sources',
        by: 'source',
        mixes: [{ words: 1 }, { forms: 1 }],
        choose: [],
        count: 1,
        rest: 0.1,
      },
      { kind: 'duplicates', name: 'copies', shares: [0.2] },
      { kind: 'random', name: 'random' },
    ],
    sketch: { proxy: model, p: 4, seed: 1, tokenBudget: 256, shardRows: 16 },
    encoder,
    students: [
      {
        kind: 'features',
        name: 'alignment',
        features: 'alignment',
        encoder: 'wordllama-256',
        head: { kind: 'network', hidden: 8, epochs: 40, batchSize: 4, learningRate: 0.02, weightDecay: 0.01 },
      },
    ],
    score: 'balanced-accuracy',
    screeningDraws: 2,
    leads: ['g-vendi:text'],
  };
}
