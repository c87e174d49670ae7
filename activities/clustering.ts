// Clustering with resume: where a run stands is kept as scratch after every move of the centroids, and a killed attempt
// is taken up there by the next one.

import type { RowMatrix } from '../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import type { Clustering, KMeansPlan, KMeansState } from '../core/selection/spherical-k-means.ts';
import { sphericalKMeans } from '../core/selection/spherical-k-means.ts';
import type { Store } from './ports/store.ts';

/** Each state takes the place of the one before. */
const PIECE = 'state';

/** @param plan - its key is the stage's, under which the state is kept; remove that scratch once the result is stored */
export async function clusterResumably(
  store: Store,
  rows: RowMatrix,
  plan: Omit<KMeansPlan, 'from' | 'onMove'>,
): Promise<Clustering> {
  const kept = (await store.readScratch(plan.key)).find(({ piece }) => piece === PIECE);
  return sphericalKMeans(rowsInMemory(rows), {
    ...plan,
    ...(kept && { from: decodeState(kept.bytes) }),
    onMove: (state) => store.writeScratch(plan.key, PIECE, encodeState(state)),
  });
}

/** Base64 of little-endian float32. */
export function base64Of(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function floatsOf(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

function encodeState({ centroids, ...state }: KMeansState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...state, centroids: base64Of(centroids) }));
}

function decodeState(bytes: Uint8Array): KMeansState {
  const { centroids, ...state } = JSON.parse(new TextDecoder().decode(bytes)) as Omit<KMeansState, 'centroids'> & {
    readonly centroids: string;
  };
  return { ...state, centroids: floatsOf(centroids) };
}
