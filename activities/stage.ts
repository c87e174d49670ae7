// A stage: a step whose output is a function of its inputs. Its key names that function and those inputs, so a retry,
// a restart or a second campaign finds the result in the store instead of working again.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { PermanentError } from '../contracts/failures.ts';
import type { ArtifactRef, StageCounts, StageOutcome, StageResult } from '../contracts/artifacts.ts';
import type { Store } from './ports/store.ts';

export interface StageIdentity {
  readonly stage: string;
  /** Raised whenever the same inputs would give another output. */
  readonly version: number;
  readonly inputs: readonly (ArtifactRef | null)[];
  /** The slice of the configuration that the stage reads; batch sizes and worker counts are never in it. */
  readonly config: unknown;
}

export type StageProduct<Summary> = Omit<StageResult<Summary>, 'stage' | 'key'>;

export function stageKey({ stage, version, inputs, config }: StageIdentity): string {
  const manifests = inputs.map((input) => input?.manifest ?? null);
  return createHash('sha256')
    .update(canonicalJson({ stage, version, inputs: manifests, config }))
    .digest('hex');
}

/**
 * Returns the stored result of the stage, or produces, checks and stores it.
 * @throws {PermanentError} `ConservationBroken` when in = kept + rejected does not hold
 */
export async function runStage<Summary>(
  store: Store,
  identity: StageIdentity,
  produce: (key: string) => Promise<StageProduct<Summary>>,
): Promise<StageOutcome<Summary>> {
  const started = performance.now();
  const key = stageKey(identity);
  const finished = (await store.readStage(key)) as StageResult<Summary> | null;
  if (finished !== null) return { ...finished, reused: true, seconds: secondsSince(started) };
  const result: StageResult<Summary> = { stage: identity.stage, key, ...(await produce(key)) };
  assertConservation(result);
  await store.writeStage(result);
  return { ...result, reused: false, seconds: secondsSince(started) };
}

function assertConservation({ stage, counts }: Pick<StageResult<unknown>, 'stage' | 'counts'>): void {
  for (const [generator, count] of Object.entries(counts)) {
    const out = count.kept + sumOf(count.rejected);
    if (out !== count.in) {
      throw new PermanentError(
        'ConservationBroken',
        `Stage ${stage}, generator ${generator}: ${count.in} went in, ${out} came out ` +
          `(${count.kept} kept, ${sumOf(count.rejected)} rejected). Nothing was stored; please report this as a defect.`,
      );
    }
  }
}

export function sumOf(rejected: StageCounts['rejected']): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
