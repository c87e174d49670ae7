// The seeded start of spherical k-means: k-means++ (Arthur & Vassilvitskii 2007) with the squared chord 2 (1 - cosine),
// many rows at a time as in k-means|| (Bahmani et al. 2012). Draws one by one would be a pass over all rows for each
// cluster; eight rounds together cost about as much as two assignments and need no second clustering of what they drew.
import type { RowSource } from '../diversity/row-source.ts';
import { gatherSourceRows } from '../diversity/row-source.ts';
import type { MatrixEngine } from '../matrix/engine.ts';
import { uniforms } from '../random/philox.ts';
import { Smallest } from './smallest.ts';

/** Up to this many clusters the start is k-means++ itself. */
const ROUNDS = 8;
/** A cosine within this of 1 is float32 rounding: the two rows are the same direction. */
export const SAME_DIRECTION = 1e-6;

/**
 * `clusterCount` rows scaled to unit norm as first centroids, drawn in 8 rounds without repeats: in the first round all
 * rows are equally likely, then a row by its squared distance to the centroids of the rounds before. Where too few rows
 * lie off the centroids, the first rows not yet drawn fill up.
 * @param norms - the L2 norm of each row
 */
export async function spreadStart(
  source: RowSource,
  norms: Float64Array,
  { clusterCount, key, engine }: { clusterCount: number; key: string; engine: MatrixEngine },
): Promise<Float32Array> {
  const { count, dimension } = source;
  const centroids = new Float32Array(clusterCount * dimension);
  const distances = new Float64Array(count).fill(2);
  const inRound = Math.ceil(clusterCount / ROUNDS);
  let held = 0;
  for (let round = 0; held < clusterCount; round++) {
    const drawn = drawRows(distances, Math.min(inRound, clusterCount - held), `${key}/${round}`);
    const { values } = await gatherSourceRows(source, drawn);
    const added = values.map((value, place) => value / norms[drawn[Math.floor(place / dimension)]!]!);
    centroids.set(added, held * dimension);
    held += drawn.length;
    if (held < clusterCount) await shortenDistances(distances, source, norms, { added, engine });
    for (const row of drawn) distances[row] = DRAWN;
  }
  return centroids;
}

/** Below every distance: a row that was drawn is not drawn again. */
const DRAWN = -1;

async function shortenDistances(
  distances: Float64Array,
  source: RowSource,
  norms: Float64Array,
  { added, engine }: { added: Float32Array; engine: MatrixEngine },
): Promise<void> {
  for await (const { start, similarities } of engine.nearest(source, added)) {
    similarities.forEach((similarity, place) => {
      const row = start + place;
      const distance = 1 - similarity / norms[row]!;
      distances[row] = Math.min(distances[row]!, distance < SAME_DIRECTION ? 0 : distance);
    });
  }
}

// A draw without repeats by weight: the rows of least -ln(u) / weight (Efraimidis & Spirakis 2006), ascending.
function drawRows(weights: Float64Array, wanted: number, key: string): Uint32Array {
  const random = uniforms(key);
  const least = new Smallest(wanted);
  weights.forEach((weight, row) => {
    const wait = -Math.log(1 - random.next());
    if (weight > 0) least.offer(wait / weight, row);
    else if (weight === 0) least.offer(LAST, row);
  });
  return least.indices.slice(0, least.count).sort();
}

/** Above every wait of a row with a weight. */
const LAST = 1e300;
