// Every measure of one subset: those of texts and embeddings once, those of gradients once a target.

import { gzipSync } from 'node:zlib';
import { gatherRows } from '../core/diversity/row-matrix.ts';
import type { MeasuredSet } from '../core/diversity/measures/measure.ts';
import { measureSet } from '../core/diversity/measures/registry.ts';
import { gatherTexts, type TextSet } from '../core/diversity/measures/text-set.ts';
import { itemAt } from '../core/item-at.ts';
import { nameWithTarget, readsGradients } from '../core/study/measured-names.ts';
import type { KnownPool } from './study-pool.ts';

export interface MeasuredPool extends Pick<KnownPool, 'sketches' | 'losses' | 'embeddings' | 'targets'> {
  readonly texts: TextSet;
  /** Null where answers are no labels: then nothing is centred by them. */
  readonly labels: readonly string[] | null;
}

/** By name, those of gradients with their target behind a colon; a measure without a value is left out. */
export function measureRows(pool: MeasuredPool, rows: readonly number[], key: string): Record<string, number> {
  const { labels } = pool;
  const labelled = labels === null ? {} : { labels: rows.map((row) => itemAt(labels, row)) };
  const set: MeasuredSet = { count: rows.length, key, ...labelled };
  const plain = measureSet({
    ...set,
    texts: gatherTexts(pool.texts, rows),
    embeddings: gatherRows(pool.embeddings, rows),
    compress: (bytes) => gzipSync(bytes),
  }).values;
  const ofTargets = pool.targets.flatMap((target) => {
    const sketches = gatherRows(pool.sketches[target], rows);
    const losses = rows.map((row) => itemAt(pool.losses[target], row));
    const { values } = measureSet({ ...set, sketches, losses });
    return Object.entries(values).map(([name, value]) => [nameWithTarget(name, target), value] as const);
  });
  const texts = Object.entries(plain).filter(([name]) => !readsGradients(name));
  return Object.fromEntries([...ofTargets, ...texts]);
}
