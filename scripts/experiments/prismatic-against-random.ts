// Whether students after prismatic rounds beat students after equally many samples that were drawn at random, where the generator
// repeats itself: of eight kinds of problems it makes some often and some hardly ever. Each repetition deals the kinds anew.
//   node --import tsx scripts/experiments/prismatic-against-random.ts STORE SAMPLES SKETCHES [REPETITIONS]
// STORE is the folder of a finished examples/study-symbolic.yaml, SAMPLES and SKETCHES the manifests of its whole pool there: what
// the generator can make, already sketched.
// The design stands in docs/guide/studies.md.

import type { TrialStudent } from '../../activities/ports/trial-students.ts';
import { readRows } from '../../activities/rows.ts';
import { openStore } from '../../adapters/store/open.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Sample } from '../../contracts/samples.ts';
import { gatherRows, type RowMatrix } from '../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../core/diversity/row-source.ts';
import { itemAt } from '../../core/item-at.ts';
import { permutation } from '../../core/random/philox.ts';
import { selectRows, type SelectionMethod } from '../../core/selection/methods.ts';
import { pairedDifference } from '../../core/stats/paired.ts';
import { benchmarks, kinds, meanScores, openSmallDecoder } from './small-decoders.ts';

/** What the generator makes of its most, second most, ... frequent kind. */
const supply = [60, 60, 48, 32, 16, 8, 4, 4];
const [seedCount, rounds, wanted] = [16, 3, 24];
const perRound = (supply.reduce((sum, count) => sum + count, 0) - seedCount) / rounds;
const studentsEach = 2;
const methods = ['spectral', 'sparse-clusters'] as const;

const [folder = '', samplesManifest = '', sketchesManifest = '', repetitions = '20'] = process.argv.slice(2);
const { problems, sketches } = await readSupply();
/** Rows of the supply by kind. */
const rowsOf = kinds.map((kind) => problems.flatMap(({ group }, row) => (group === kind ? [row] : [])));
const student = await openSmallDecoder(problems);
const outcomes: Outcome[] = [];
for (let repetition = 0; repetition < Number(repetitions); repetition++) {
  for (const method of methods) outcomes.push(await compare(student, method, repetition));
  console.log(JSON.stringify(outcomes.slice(-methods.length)));
}
for (const method of methods) report(method);
await student.close?.();

interface Outcome {
  readonly method: SelectionMethod;
  readonly samples: number;
  /** Kinds with at least four samples in the pool. */
  readonly kinds: { readonly prismatic: number; readonly random: number };
  /** Mean over students, by benchmark. */
  readonly prismatic: Readonly<Record<string, number>>;
  readonly random: Readonly<Record<string, number>>;
}

/** One generator, its output sieved by `method` and, as many a round, at random. */
async function compare(student: TrialStudent, method: SelectionMethod, repetition: number): Promise<Outcome> {
  const key = `prismatic-against-random/${repetition}`;
  const order = generated(key);
  const prismatic = order.slice(0, seedCount);
  const random = order.slice(0, seedCount);
  for (let round = 0; round < rounds; round++) {
    const candidates = order.slice(seedCount + round * perRound, seedCount + (round + 1) * perRound);
    const pick = async (pool: readonly number[], by: SelectionMethod, count: number) => {
      const { chosen } = await selectRows({
        method: by,
        candidates: rowsInMemory(gatherRows(sketches, candidates)),
        pool: rowsInMemory(gatherRows(sketches, pool)),
        wanted: count,
        key: `${key}/${by}/${round}`,
      });
      return chosen.map((place) => itemAt(candidates, place));
    };
    const accepted = await pick(prismatic, method, wanted);
    random.push(...(await pick(random, 'random', accepted.length)));
    prismatic.push(...accepted);
  }
  return {
    method,
    samples: prismatic.length,
    kinds: { prismatic: kindsIn(prismatic), random: kindsIn(random) },
    prismatic: await scoresAfter(student, prismatic, `${key}/student`),
    random: await scoresAfter(student, random, `${key}/student`),
  };
}

/** Rows of the supply in the order in which this repetition's generator makes them. */
function generated(key: string): number[] {
  const frequency = permutation(`${key}/kinds`, kinds.length);
  const rows = supply.flatMap((count, rank) => {
    const own = itemAt(rowsOf, itemAt(frequency, rank));
    return [...permutation(`${key}/items/${rank}`, own.length).subarray(0, count)].map((place) => itemAt(own, place));
  });
  return [...permutation(`${key}/order`, rows.length)].map((place) => itemAt(rows, place));
}

async function scoresAfter(
  student: TrialStudent,
  rows: readonly number[],
  key: string,
): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let seed = 0; seed < studentsEach; seed++) {
    for (const [name, score] of await meanScores(student, rows, `${key}/${seed}`)) {
      sums[name] = (sums[name] ?? 0) + score / studentsEach;
    }
  }
  return sums;
}

function kindsIn(rows: readonly number[]): number {
  const counts = kinds.map((kind) => rows.filter((row) => itemAt(problems, row).group === kind).length);
  return counts.filter((count) => count >= 4).length;
}

function report(method: SelectionMethod): void {
  const own = outcomes.filter((outcome) => outcome.method === method);
  const mean = (of: (outcome: Outcome) => number) => own.reduce((sum, outcome) => sum + of(outcome), 0) / own.length;
  console.log(
    `${method}: ${own.length} generators, ${mean(({ samples }) => samples).toFixed(1)} samples, kinds with four samples ` +
      `${mean((one) => one.kinds.prismatic).toFixed(2)} against ${mean((one) => one.kinds.random).toFixed(2)}`,
  );
  for (const name of [...benchmarks.keys(), 'mean of all']) {
    const of = (scores: Readonly<Record<string, number>>) =>
      name === 'mean of all'
        ? Object.values(scores).reduce((a, b) => a + b, 0) / benchmarks.size
        : (scores[name] ?? NaN);
    const [first, second] = [own.map(({ prismatic }) => of(prismatic)), own.map(({ random }) => of(random))];
    const { difference, low, high } = pairedDifference(first, second, { key: `${method}/${name}` });
    const percent = (value: number) => (100 * value).toFixed(1);
    console.log(
      `  ${name.padEnd(12)} chance ${percent(student.chance?.get(name) ?? NaN)}  ${percent(mean((one) => of(one.prismatic)))} ` +
        `against ${percent(mean((one) => of(one.random)))}  difference ${percent(difference)} [${percent(low)}, ${percent(high)}]`,
    );
  }
}

async function readSupply(): Promise<{ problems: readonly Sample[]; sketches: RowMatrix }> {
  const store = await openStore({ kind: 'directory', path: folder });
  const ref = <Kind extends 'samples' | 'sketches'>(kind: Kind, manifest: string) => {
    return { kind, manifest, rows: 0, bytes: 0 } as TableRef<Kind>;
  };
  const samples = await readRows(store, ref('samples', samplesManifest));
  const rows = new Map((await readRows(store, ref('sketches', sketchesManifest))).map((row) => [row.id, row.sketch]));
  const known = samples.filter(({ id }) => rows.has(id));
  const dimension = rows.values().next().value?.length ?? 0;
  const values = new Float32Array(known.length * dimension);
  known.forEach(({ id }, place) => values.set(rows.get(id) ?? [], place * dimension));
  return { problems: known, sketches: { values, count: known.length, dimension } };
}
