// Measuring, clustering and selecting: sketches in, numbers and tables out; the arithmetic is core's.

import type { DiversityActivities, SelectInput } from '../contracts/activities.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { Sample, SketchRow } from '../contracts/samples.ts';
import type { Diversity } from '../contracts/status.ts';
import { PermanentError } from '../contracts/failures.ts';
import { gatherRows, rowOf, type RowMatrix } from '../core/diversity/row-matrix.ts';
import { gVendiInterval } from '../core/diversity/g-vendi-interval.ts';
import { gVendi } from '../core/diversity/vendi.ts';
import { itemAt } from '../core/item-at.ts';
import { permutation } from '../core/random/philox.ts';
import { nearestCentroids } from '../core/selection/nearest-centroid.ts';
import { selectRandom } from '../core/selection/random.ts';
import { selectSparse } from '../core/selection/sparse-clusters.ts';
import { selectSpectral } from '../core/selection/spectral.ts';
import { sphericalKMeans } from '../core/selection/spherical-k-means.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readDocument, readRows, writeDocument, writeRows } from './rows.ts';
import { countsOf, takenFrom } from './sieve.ts';
import { runStage } from './stage.ts';

/** Resamples behind the interval; each costs one spectrum. */
const bootstrapDraws = 20;

/** Above this many rows one spectrum takes seconds, so the interval is left out. */
const bootstrapRows = 600;

/** The document of a `clusters` artifact. */
export interface Clusters {
  readonly dimension: number;
  /** Base64 of little-endian float32, `[clusterCount, dimension]`. */
  readonly centroids: string;
  readonly sizes: readonly number[];
}

export function createDiversityActivities(openStore: OpenStore): DiversityActivities {
  return {
    async measureDiversity({ context, sketches }) {
      const store = await openStore(context.store);
      const config = { seed: context.seed, bootstrapDraws };
      return runStage(store, { stage: 'measure', version: 1, inputs: [sketches], config }, async (key) => {
        const summary = diversityOf(matrixOf(await readRows(store, sketches)), key);
        return { output: await writeDocument(store, 'measure', summary), rejects: null, counts: {}, summary };
      });
    },

    async clusterPool({ context, sketches, clusterShare }) {
      const store = await openStore(context.store);
      const config = { seed: context.seed, clusterShare };
      return runStage(store, { stage: 'cluster', version: 1, inputs: [sketches], config }, async (key) => {
        const rows = matrixOf(await readRows(store, sketches));
        const clusterCount = Math.min(rows.count, Math.max(2, Math.round(rows.count * clusterShare)));
        const { centroids, sizes, iterations, converged } = sphericalKMeans(rows, { clusterCount, key });
        const document: Clusters = { dimension: rows.dimension, centroids: base64Of(centroids), sizes: [...sizes] };
        const summary = {
          clusters: clusterCount,
          smallest: Math.min(...sizes),
          largest: Math.max(...sizes),
          iterations,
          converged,
        };
        return { output: await writeDocument(store, 'clusters', document), rejects: null, counts: {}, summary };
      });
    },

    async selectCandidates(input) {
      const { context, candidates, candidateSketches, poolSketches, clusters, selection } = input;
      const store = await openStore(context.store);
      const inputs = [candidates, candidateSketches, poolSketches, clusters];
      const config = { selection, seed: context.seed, round: input.round, bootstrapDraws };
      return runStage(store, { stage: 'select', version: 1, inputs, config }, (key) => select(store, input, key));
    },
  };
}

async function select(store: Store, input: SelectInput, key: string) {
  const { candidates, round } = input;
  const rows = await readRows(store, input.candidateSketches);
  const byId = new Map((await readRows(store, candidates)).map((sample) => [sample.id, sample]));
  const samples = rows.map(({ id }) => byId.get(id) ?? missing(id));
  const sketches = matrixOf(rows);
  const pool = matrixOf(await readRows(store, input.poolSketches));
  const { accepted, rejected, clusters } = await choose(store, input, pool, sketches, key);
  const control = selectRandom(rows.length, accepted.length, `${key}/control`);

  const acceptedSamples = accepted.map((index): Sample => {
    const sample = itemAt(samples, index);
    return { ...sample, lineage: { ...sample.lineage, round, cluster: itemAt(clusters, index) } };
  });
  const rejects = rejected.map(({ candidate, reason }) => {
    const { id, lineage } = itemAt(samples, candidate);
    const detail = `nearest cluster ${itemAt(clusters, candidate)}`;
    return {
      id,
      generator: lineage.generator,
      stage: 'select',
      reason,
      detail,
      item: JSON.stringify(samples[candidate]),
    };
  });
  const { metadata } = await store.readManifest(input.candidateSketches);
  const acceptedRows = accepted.map((index) => itemAt(rows, index));
  const random = gatherRows(sketches, control);
  const chosen = gatherRows(sketches, accepted);
  return {
    output: await writeRows(store, 'samples', acceptedSamples),
    rejects: await writeRows(store, 'rejects', rejects),
    counts: countsOf(takenFrom(samples), acceptedSamples, rejects),
    summary: {
      acceptedSketches: await writeRows(store, 'sketches', acceptedRows, metadata),
      accepted: diversityOf(chosen, `${key}/accepted`),
      random: diversityOf(random, `${key}/random`),
      poolAfter: diversityOf(stacked(pool, chosen), `${key}/pool`),
      poolAfterRandom: diversityOf(stacked(pool, random), `${key}/pool-random`),
    },
  };
}

interface Choice {
  readonly accepted: readonly number[];
  readonly rejected: readonly { readonly candidate: number; readonly reason: string }[];
  readonly clusters: Uint32Array;
}

async function choose(
  store: Store,
  input: SelectInput,
  pool: RowMatrix,
  sketches: RowMatrix,
  key: string,
): Promise<Choice> {
  const { centroids, sizes } = await readClusters(store, input.clusters);
  const { method, accept, sparseShare } = input.selection;
  if (sketches.count === 0) return { accepted: [], rejected: [], clusters: new Uint32Array() };
  if (method === 'spectral') {
    const { chosen } = selectSpectral(sketches, { wanted: Math.min(accept, sketches.count), pool });
    return choiceOf(chosen, 'flatter-spectrum-without', nearestCentroids(sketches, centroids).clusters);
  }
  if (method === 'random') {
    const drawn = selectRandom(sketches.count, accept, `${key}/random`);
    return choiceOf(drawn, 'not-drawn', nearestCentroids(sketches, centroids).clusters);
  }
  return chooseSparse(sketches, { centroids, sizes, share: sparseShare, wanted: accept }, key);
}

function choiceOf(chosen: readonly number[], reason: string, clusters: Uint32Array): Choice {
  const accepted = new Set(chosen);
  const others = Array.from(clusters.keys()).filter((candidate) => !accepted.has(candidate));
  return {
    accepted: [...accepted].sort((a, b) => a - b),
    rejected: others.map((candidate) => ({ candidate, reason })),
    clusters,
  };
}

/** Candidates are offered in a seeded order, so that no generator is served first. */
function chooseSparse(
  sketches: RowMatrix,
  plan: { centroids: Float32Array; sizes: readonly number[]; share: number; wanted: number },
  key: string,
): Choice {
  const { centroids, sizes, share, wanted } = plan;
  const order = permutation(`${key}/order`, sketches.count);
  const offered = selectSparse(gatherRows(sketches, order), centroids, sizes, { share, wanted });
  const clusters = new Uint32Array(sketches.count);
  order.forEach((candidate, place) => {
    clusters[candidate] = itemAt(offered.clusters, place);
  });
  return {
    accepted: offered.accepted.map((place) => itemAt(order, place)).sort((a, b) => a - b),
    rejected: offered.rejected.map(({ candidate, reason }) => ({ candidate: itemAt(order, candidate), reason })),
    clusters,
  };
}

export async function readClusters(
  store: Store,
  ref: ArtifactRef,
): Promise<{ centroids: Float32Array; sizes: readonly number[] }> {
  const { centroids, sizes } = await readDocument<Clusters>(store, ref);
  return { centroids: new Float32Array(Uint8Array.from(Buffer.from(centroids, 'base64')).buffer), sizes };
}

/** G-Vendi with its bootstrap interval; an empty set has no directions at all. */
export function diversityOf(rows: RowMatrix, key: string): Diversity {
  if (rows.count === 0) return { gVendi: 0, n: 0, d: rows.dimension, interval: null };
  const { value, n, d } = gVendi(rows);
  if (n < 8 || n > bootstrapRows) return { gVendi: value, n, d, interval: null };
  const { low, high } = gVendiInterval(rows, { key, draws: bootstrapDraws });
  return { gVendi: value, n, d, interval: [low, high] };
}

function matrixOf(rows: readonly SketchRow[]): RowMatrix {
  const dimension = rows[0]?.sketch.length ?? 1;
  const values = new Float32Array(rows.length * dimension);
  rows.forEach(({ sketch }, row) => values.set(sketch, row * dimension));
  return { values, count: rows.length, dimension };
}

function missing(id: string): never {
  throw new PermanentError('InvalidData', `Selection: sketch ${id} has no candidate; are both tables of one round?`);
}

function stacked(first: RowMatrix, second: RowMatrix): RowMatrix {
  if (second.count === 0) return first;
  const values = new Float32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return { values, count: first.count + second.count, dimension: rowOf(first, 0).length };
}

function base64Of(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}
