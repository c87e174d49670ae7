// Students of two finished campaigns against each other: so many small decoders a pool, with the same orders of learning, asked the
// same new problems. Pools of unlike size are cut to the smaller one's, newest samples first out.
//   node --import tsx scripts/experiments/students-of-two-pools.ts STORE CAMPAIGN OTHER [STUDENTS]

import { readRows } from '../../activities/rows.ts';
import { openStore } from '../../adapters/store/open.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Sample } from '../../contracts/samples.ts';
import { pairedDifference } from '../../core/stats/paired.ts';
import { benchmarks, kinds, meanScores, openSmallDecoder } from './small-decoders.ts';

const [folder = '', ...campaigns] = process.argv.slice(2, 5);
const students = Number(process.argv[5] ?? 20);
const store = await openStore({ kind: 'directory', path: folder });
const pools = await Promise.all(campaigns.map(poolOf));
const size = Math.min(...pools.map(({ length }) => length));
const all = pools.flatMap((pool) => pool.slice(0, size));
const student = await openSmallDecoder(all);
const scores = await Promise.all(pools.map((_, pool) => scoresOf(pool)));
await student.close?.();

console.log(`${size} samples of ${pools.map(({ length }) => length).join(' and ')}, ${students} students each`);
pools.forEach((pool, place) => {
  const counts = kinds.map((kind) => `${kind} ${pool.filter(({ group }) => group === kind).length}`);
  console.log(`${campaigns[place]}: ${counts.join(', ')}`);
});
for (const name of benchmarks.keys()) {
  const [own, other] = scores.map((runs) => runs.map((run) => 100 * (run.get(name) ?? NaN)));
  if (own === undefined || other === undefined) throw new Error('name two campaigns');
  const { difference, low, high } = pairedDifference(own, other, { key: name });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  console.log(
    `${name.padEnd(12)} chance ${(100 * (student.chance?.get(name) ?? NaN)).toFixed(1)}  ${mean(own).toFixed(1)} against ` +
      `${mean(other).toFixed(1)}  difference ${difference.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`,
  );
}

async function scoresOf(pool: number) {
  const rows = Array.from({ length: size }, (_, row) => pool * size + row);
  const runs = [];
  for (let seed = 0; seed < students; seed++) runs.push(await meanScores(student, rows, `two-pools/${seed}`));
  return runs;
}

async function poolOf(campaign: string): Promise<readonly Sample[]> {
  const pool = await store.readRef(campaign, 'pool');
  if (pool?.kind !== 'samples') throw new Error(`${folder} has no pool of a campaign named ${campaign}`);
  return readRows(store, pool as TableRef<'samples'>);
}
