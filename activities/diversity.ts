// Measuring, clustering and selecting: sketches in, numbers and tables out; the arithmetic is core's.

import type { Audit, DiversityActivities, SelectInput } from '../contracts/activities.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { Sample, SketchRow } from '../contracts/samples.ts';
import type { Diversity, Steering } from '../contracts/status.ts';
import { PermanentError } from '../contracts/failures.ts';
import { gVendiInterval } from '../core/diversity/g-vendi-interval.ts';
import { gatherRows, rowOf, type RowMatrix } from '../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { gVendiOf } from '../core/diversity/source-spectrum.ts';
import { itemAt } from '../core/item-at.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import { plainEngine } from '../core/matrix/plain-engine.ts';
import { nearestOf, selectRows } from '../core/selection/methods.ts';
import { selectRandom } from '../core/selection/random.ts';
import { steeringOf } from '../core/selection/steering.ts';
import { base64Of, clusterResumably, floatsOf } from './clustering.ts';
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

/** @param engine - by default loops on the worker's own thread, which serve some thousand rows */
export function createDiversityActivities(
  openStore: OpenStore,
  engine: MatrixEngine = plainEngine,
): DiversityActivities {
  return {
    async measureDiversity({ context, sketches }) {
      const store = await openStore(context.store);
      const config = { seed: context.seed, bootstrapDraws };
      return runStage(store, { stage: 'measure', version: 3, inputs: [sketches], config }, async (key) => {
        const summary = await diversityOf(matrixOf(await readRows(store, sketches)), key, engine);
        return { output: await writeDocument(store, 'measure', summary), rejects: null, counts: {}, summary };
      });
    },

    async clusterPool({ context, sketches, clusterShare }) {
      const store = await openStore(context.store);
      const config = { seed: context.seed, clusterShare };
      return runStage(store, { stage: 'cluster', version: 2, inputs: [sketches], config }, async (key) => {
        const rows = matrixOf(await readRows(store, sketches));
        const clusterCount = Math.min(rows.count, Math.max(2, Math.round(rows.count * clusterShare)));
        const plan = { clusterCount, key, engine };
        const { centroids, sizes, iterations, converged } = await clusterResumably(store, rows, plan);
        const document: Clusters = { dimension: rows.dimension, centroids: base64Of(centroids), sizes: [...sizes] };
        const summary = {
          clusters: clusterCount,
          smallest: Math.min(...sizes),
          largest: Math.max(...sizes),
          iterations,
          converged,
        };
        const output = await writeDocument(store, 'clusters', document);
        await store.removeScratch(key);
        return { output, rejects: null, counts: {}, summary };
      });
    },

    async selectCandidates(input) {
      const { context, candidates, candidateSketches, poolSketches, clusters, selection, audit } = input;
      const store = await openStore(context.store);
      const inputs = [candidates, candidateSketches, poolSketches, clusters, audit.sketches];
      const { refused, unsketchable } = audit;
      const config = { selection, seed: context.seed, round: input.round, refused, unsketchable, bootstrapDraws };
      return runStage(store, { stage: 'select', version: 5, inputs, config }, (key) =>
        select(store, input, key, engine),
      );
    },
  };
}

async function select(store: Store, input: SelectInput, key: string, engine: MatrixEngine) {
  const { candidates, round } = input;
  const rows = await readRows(store, input.candidateSketches);
  const byId = new Map((await readRows(store, candidates)).map((sample) => [sample.id, sample]));
  const samples = rows.map(({ id }) => byId.get(id) ?? missing(id));
  const sketches = matrixOf(rows);
  const pool = matrixOf(await readRows(store, input.poolSketches));
  const choice = await choose(store, input, { pool, sketches, key, engine });
  const { accepted, rejected, reason, clusters } = choice;
  const control = selectRandom(rows.length, accepted.length, `${key}/control`);

  const acceptedSamples = accepted.map((index): Sample => {
    const sample = itemAt(samples, index);
    return { ...sample, lineage: { ...sample.lineage, round, cluster: itemAt(clusters, index) } };
  });
  const rejects = rejected.map((candidate) => {
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
      steering: await writeDocument(store, 'steering', await steering(store, input, choice, engine)),
      accepted: await diversityOf(chosen, `${key}/accepted`, engine),
      random: await diversityOf(random, `${key}/random`, engine),
      poolAfter: await diversityOf(stacked(pool, chosen), `${key}/pool`, engine),
      poolAfterRandom: await diversityOf(stacked(pool, random), `${key}/pool-random`, engine),
    },
  };
}

/** Candidates by their place, ascending. */
interface Choice {
  readonly accepted: readonly number[];
  readonly rejected: readonly number[];
  readonly reason: string;
  /** The nearest cluster of every candidate, accepted or not. */
  readonly clusters: Uint32Array;
}

async function choose(
  store: Store,
  input: SelectInput,
  { pool, sketches, key, engine }: { pool: RowMatrix; sketches: RowMatrix; key: string; engine: MatrixEngine },
): Promise<Choice> {
  const clusters = await readClusters(store, input.clusters);
  const { method, accept, sparseShare } = input.selection;
  const candidates = rowsInMemory(sketches);
  const plan = { method, candidates, pool: rowsInMemory(pool), wanted: accept, key, clusters, sparseShare, engine };
  const { chosen, reason } = await selectRows(plan);
  const accepted = new Set(chosen);
  const rejected = Array.from({ length: sketches.count }, (_, candidate) => candidate).filter((candidate) => {
    return !accepted.has(candidate);
  });
  const nearest = await nearestOf(candidates, clusters.centroids, engine);
  return { accepted: [...accepted].sort((a, b) => a - b), rejected, reason, clusters: nearest };
}

async function steering(
  store: Store,
  { clusters, selection, audit }: SelectInput,
  choice: Choice,
  engine: MatrixEngine,
): Promise<Steering> {
  const { centroids, sizes } = await readClusters(store, clusters);
  return steeringOf({
    sizes,
    sparseShare: selection.sparseShare,
    nearest: choice.clusters,
    accepted: new Set(choice.accepted),
    audited: await nearestAudited(store, audit, { centroids, engine }),
    refused: audit.refused,
    unsketchable: audit.unsketchable,
  });
}

async function nearestAudited(
  store: Store,
  { sketches }: Audit,
  { centroids, engine }: { readonly centroids: Float32Array; readonly engine: MatrixEngine },
): Promise<ArrayLike<number>> {
  if (sketches === null || sketches.rows === 0) return [];
  return nearestOf(rowsInMemory(matrixOf(await readRows(store, sketches))), centroids, engine);
}

export async function readClusters(
  store: Store,
  ref: ArtifactRef,
): Promise<{ centroids: Float32Array; sizes: readonly number[] }> {
  const { centroids, sizes } = await readDocument<Clusters>(store, ref);
  return { centroids: floatsOf(centroids), sizes };
}

/** G-Vendi with its bootstrap interval; an empty set has no directions at all. */
async function diversityOf(rows: RowMatrix, key: string, engine: MatrixEngine): Promise<Diversity> {
  if (rows.count === 0) return { gVendi: 0, n: 0, d: rows.dimension, interval: null };
  const { value, n, d } = await gVendiOf(rowsInMemory(rows), engine);
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
