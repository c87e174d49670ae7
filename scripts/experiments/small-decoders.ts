// The student of the experiments on symbolic math: as in examples/study-symbolic.yaml, with new problems to be asked.

import type { TrialStudent } from '../../activities/ports/trial-students.ts';
import { openDecoderStudent } from '../../adapters/students/decoder-student.ts';
import type { Sample } from '../../contracts/samples.ts';
import { taskNamed } from '../../tasks/registry.ts';

export const kinds = ['shopping', 'sharing', 'ages', 'comparison', 'units', 'counting', 'numbers', 'equations'];
const others = ['geometry', 'schedules', 'sequences', 'unknowns'];
const task = taskNamed('math');

/** All kinds evenly without a teller, and the slices whose words no pool has. */
export const benchmarks: ReadonlyMap<string, readonly Sample[]> = new Map([
  ['untold', kinds.flatMap((kind) => make(kind, 20))],
  ...others.map((name) => [name, make(`ood-${name}`, 48)] as const),
]);

/** @param pool - what students are trained on rows of */
export function openSmallDecoder(pool: readonly Sample[]): Promise<TrialStudent> {
  const trainer = {
    kind: 'embedded',
    model: 'scratch-math-1x64',
    method: { kind: 'full' },
    epochs: 14,
    batchSize: 2,
    learningRate: 0.004,
    schedule: 'cosine',
    warmupShare: 0.1,
    weightDecay: 0.1,
    clipNorm: 1,
    packing: false,
    checkpointEverySteps: 1_000_000,
  } as const;
  return openDecoderStudent(
    { kind: 'decoder', name: 'decoder', learns: 'answers', trainer },
    { pool, benchmarks, task },
  );
}

/** The mean share of right operations by benchmark. */
export async function meanScores(student: TrialStudent, rows: readonly number[], key: string) {
  const answers = await student.run({ rows: Int32Array.from(rows), key, signal: new AbortController().signal });
  const mean = (shares: Float32Array) => shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return new Map([...answers].map(([name, shares]) => [name, mean(shares)]));
}

function make(slice: string, count: number): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const read = task.readRecord(task.makeRecord(slice, 'prismatic-against-random/test', index));
    if (!read.ok) throw new Error(`${slice}: ${read.reason}`);
    const lineage = { origin: 'symbolic', source: slice, generator: slice, round: 0, fewShots: [] } as const;
    return { id: `${slice}:${index}`, task: 'math', ...read.body, lineage };
  });
}
