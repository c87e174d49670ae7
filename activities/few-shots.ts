// Few-shots: which pool samples a request shows as examples, and in whose voice it is asked. The pool is read once a process
// and held packed outside the heap, so a draw costs the same in a pool of a hundred and of a million.

import type { GenerateJob } from '../contracts/chunked-jobs.ts';
import type { ArtifactRef, TableRef } from '../contracts/artifacts.ts';
import type { FewShotConfig, LanguageModelGeneratorConfig } from '../contracts/campaign.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { Sample } from '../contracts/samples.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { itemAt } from '../core/item-at.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import { drawItems, evenUrn, weightedUrn } from '../core/random/weighted-draw.ts';
import { nearestOf } from '../core/selection/methods.ts';
import { NO_CLUSTER, sparseMembers } from '../core/selection/sparse-members.ts';
import { readClusters } from './diversity.ts';
import type { PromptFiles } from './ports/prompts.ts';
import type { Store } from './ports/store.ts';

/** What a request shows: a sample less its history. */
export type FewShot = Omit<Sample, 'lineage'>;

export interface FewShots {
  /** In the order drawn; fewer than asked for where the policy finds no more. */
  readonly samples: readonly FewShot[];
  /** Only under the policy `persona`. */
  readonly persona?: string;
}

/** The few-shots of the request that `draw` names; the same name gives the same ones. */
export type DrawFewShots = (draw: string) => FewShots;

export interface FewShotPorts {
  readonly store: Store;
  readonly promptFiles: PromptFiles;
  /** Assigns pool sketches to clusters. */
  readonly engine: MatrixEngine;
}

/** Least populated share of the clusters that `sparse-cluster` draws from: what the published code names for it. */
const sparseShare = 0.1;

/** A worker serves few pools at a time; an older one is read again when it is needed. */
const poolsKept = 2;

export async function openFewShots(
  ports: FewShotPorts,
  job: Pick<GenerateJob, 'pool' | 'poolSketches' | 'clusters'> & {
    readonly generator: Pick<LanguageModelGeneratorConfig, 'fewShots'>;
  },
): Promise<DrawFewShots> {
  const { fewShots } = job.generator;
  const pool = await pools.obtain(job.pool.manifest, () => packPool(ports.store, job.pool));
  const choose = await placesFor(ports, job, pool);
  const personas = fewShots.policy === 'persona' ? await readPersonas(ports.promptFiles, fewShots) : [];
  const personaUrn = evenUrn(personas.length);
  return (draw) => {
    const samples = choose(`${draw}/few-shots`).map((place) => pool.sampleAt(place));
    const [persona] = drawItems(personaUrn, 1, `${draw}/persona`);
    return persona === undefined ? { samples } : { samples, persona: itemAt(personas, persona) };
  };
}

/** What a stage key must know of the few-shots besides the pool and the policy. */
export async function personasHash(files: PromptFiles, { policy, personas }: FewShotConfig): Promise<string | null> {
  if (policy !== 'persona') return null;
  return (await (personas === undefined ? files.builtIn('personas') : files.file(personas))).sha256;
}

/**
 * How often `per-level` shows a sample, relative to level 1: the number of a group such as `Level 4`, `grade 4` or `4`; 1 where
 * the group is no level.
 */
export function levelOf(group: string): number {
  const stated = /^\s*(?:(?:level|grade|difficulty|lvl)\s*[:#-]?\s*)?(\d{1,3}(?:\.\d+)?)\s*$/i.exec(group)?.[1];
  const level = Number(stated ?? 1);
  return level > 0 ? level : 1;
}

type Places = (draw: string) => readonly number[];

async function placesFor(
  { store, engine }: FewShotPorts,
  { pool: table, poolSketches, clusters, generator: { fewShots } }: Parameters<typeof openFewShots>[1],
  pool: PackedPool,
): Promise<Places> {
  const { count, policy } = fewShots;
  switch (policy) {
    case 'pool':
    case 'persona': {
      const urn = evenUrn(pool.size);
      return (draw) => drawItems(urn, count, draw);
    }
    case 'per-level': {
      const urn = weightedUrn(pool.levels);
      return (draw) => drawItems(urn, count, draw);
    }
    case 'sparse-cluster': {
      const key = `${table.manifest}/${poolSketches.manifest}/${clusters.manifest}`;
      const groups = await sparseGroups.obtain(key, () => sparseRows(store, { pool, poolSketches, clusters, engine }));
      return (draw) => {
        const [group] = drawItems(evenUrn(groups.length), 1, `${draw}/cluster`);
        if (group === undefined) return [];
        const rows = itemAt(groups, group);
        return drawItems(evenUrn(rows.length), count, draw).map((place) => rows[place] ?? 0);
      };
    }
  }
}

/** Pool rows of each sparse cluster. A pool sample without a gradient belongs to no cluster and is never shown. */
async function sparseRows(
  store: Store,
  {
    pool,
    poolSketches,
    clusters,
    engine,
  }: {
    readonly pool: PackedPool;
    readonly poolSketches: TableRef<'sketches'>;
    readonly clusters: ArtifactRef;
    readonly engine: MatrixEngine;
  },
): Promise<readonly Uint32Array[]> {
  const { centroids, sizes } = await readClusters(store, clusters);
  const dimension = centroids.length / sizes.length;
  const clusterOf = new Uint32Array(pool.size).fill(NO_CLUSTER);
  const places = new Map(Array.from({ length: pool.size }, (_, place) => [pool.sampleAt(place).id, place]));
  for await (const part of store.readTable(poolSketches)) {
    const values = new Float32Array(part.length * dimension);
    part.forEach(({ sketch }, row) => values.set(sketch, row * dimension));
    const nearest = await nearestOf(rowsInMemory({ values, count: part.length, dimension }), centroids, engine);
    part.forEach(({ id }, row) => {
      const place = places.get(id);
      if (place === undefined) throw strangeSketch(id);
      clusterOf[place] = itemAt(nearest, row);
    });
  }
  return sparseMembers(clusterOf, sizes.length, sparseShare);
}

interface PackedPool {
  readonly size: number;
  readonly levels: Float64Array;
  sampleAt(place: number): FewShot;
}

/** Samples as JSON in one buffer a part: a million of them weigh about their text, and none is an object until it is shown. */
async function packPool(store: Store, table: TableRef<'samples'>): Promise<PackedPool> {
  const parts: { readonly start: number; readonly bytes: Buffer; readonly ends: Uint32Array }[] = [];
  const levels = new Float64Array(table.rows);
  let start = 0;
  for await (const rows of store.readTable(table)) {
    const texts = rows.map(({ lineage: _history, ...sample }) => Buffer.from(JSON.stringify(sample)));
    const ends = new Uint32Array(rows.length);
    let end = 0;
    for (const [row, text] of texts.entries()) {
      end += text.length;
      ends[row] = end;
      levels[start + row] = levelOf(itemAt(rows, row).group);
    }
    parts.push({ start, bytes: Buffer.concat(texts), ends });
    start += rows.length;
  }
  return {
    size: start,
    levels,
    sampleAt(place) {
      const part = parts.findLast((one) => one.start <= place);
      if (part === undefined) throw new RangeError(`few-shots: no sample ${place} in a pool of ${start}`);
      const row = place - part.start;
      const from = row === 0 ? 0 : itemAt(part.ends, row - 1);
      return JSON.parse(part.bytes.toString('utf8', from, itemAt(part.ends, row))) as FewShot;
    },
  };
}

/** One persona a line; lines that start with # are remarks. */
async function readPersonas(files: PromptFiles, { personas: path }: FewShotConfig): Promise<readonly string[]> {
  const { text } = await (path === undefined ? files.builtIn('personas') : files.file(path));
  const personas = text.split(/\r?\n/).flatMap((line) => (/^\s*(#|$)/.test(line) ? [] : [line.trim()]));
  if (personas.length > 0) return personas;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The persona file ${path ?? '(built in)'} holds no persona; write one a line, such as "a baker who plans her week in dozens".`,
  );
}

function strangeSketch(id: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidData,
    `Few-shots: sketch ${id} has no sample in the pool; are the pool and its sketches of one round?`,
  );
}

interface Kept<Value> {
  obtain(key: string, make: () => Promise<Value>): Promise<Value>;
}

/** What was made last; the same key asked for twice at once is made once, and a failure is not kept. */
function keepLatest<Value>(most: number): Kept<Value> {
  const kept = new Map<string, Promise<Value>>();
  return {
    obtain(key, make) {
      const known = kept.get(key) ?? make();
      kept.delete(key);
      kept.set(key, known);
      known.catch(() => kept.delete(key));
      for (const old of [...kept.keys()].slice(0, -most)) kept.delete(old);
      return known;
    },
  };
}

const pools = keepLatest<PackedPool>(poolsKept);
const sparseGroups = keepLatest<readonly Uint32Array[]>(poolsKept);
