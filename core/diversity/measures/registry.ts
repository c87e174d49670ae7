// All measures of diversity, and taking of one set every measure that its data allows.
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { requireUnitRows } from '../row-matrix.ts';
import { compressionRatioMeasure } from './compression-ratio.ts';
import { dcScoreMeasure } from './dc-score.ts';
import { labelCentredMeasure } from './label-centred.ts';
import { logDetDistanceMeasure } from './log-det-distance.ts';
import type { Measure, MeasuredSet, Reading } from './measure.ts';
import { missingData, noSamples } from './measure.ts';
import { ngramVendiMeasure } from './ngram-vendi.ts';
import { distinctMeasure, ngramEntropyMeasure } from './ngrams.ts';
import { novelSumMeasure } from './novel-sum.ts';
import { selfBleuMeasure } from './self-bleu.ts';
import { selfRepetitionMeasure } from './self-repetition.ts';
import { embeddingVendiMeasure, gVendiMeasure, meanLossMeasure } from './vectors.ts';

/** Every measure, in the order of reports; docs/guide/measures.md has their formulas. */
export const measures: readonly Measure[] = [
  gVendiMeasure,
  labelCentredMeasure,
  logDetDistanceMeasure,
  embeddingVendiMeasure,
  dcScoreMeasure,
  novelSumMeasure,
  ngramVendiMeasure,
  ngramEntropyMeasure,
  distinctMeasure,
  selfBleuMeasure,
  selfRepetitionMeasure,
  compressionRatioMeasure,
  meanLossMeasure,
];

/** What was measured of a set, by the name of the measure. */
export interface Measured {
  readonly values: Readonly<Record<string, number>>;
  /** How many rows entered a value, for the values that not all rows entered: sampled, or rows had to be left out. */
  readonly partial: Readonly<Record<string, number>>;
  /** Why a measure has no value. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/**
 * Takes every measure whose data is there. A measure that lacks data, or that has no value for this set (the only text
 * has no others to repeat), is left out with the reason.
 * @throws {PermanentError} `InvalidData` when the set is empty or its parts contradict its count
 */
export function measureSet(set: MeasuredSet): Measured {
  requireSound(set);
  const values: Record<string, number> = {};
  const partial: Record<string, number> = {};
  const leftOut: Record<string, string> = {};
  for (const measure of measures) {
    const reading = readOrReason(measure, set);
    if (typeof reading === 'string') {
      leftOut[measure.name] = reading;
      continue;
    }
    values[measure.name] = reading.value;
    if (reading.rows < set.count) partial[measure.name] = reading.rows;
  }
  return { values, partial, leftOut };
}

function readOrReason(measure: Measure, set: MeasuredSet): Reading | string {
  const missing = missingData(measure.needs, set);
  if (missing.length > 0) return `no ${missing.join(' and no ')} given`;
  try {
    return measure.measure(set);
  } catch (error) {
    // The data is sound, so this measure has no value here; any other failure is a defect and goes on.
    if (error instanceof PermanentError && error.type === FailureType.InvalidData) return error.message;
    throw error;
  }
}

function requireSound(set: MeasuredSet): void {
  const { count, texts, sketches, embeddings, labels, losses } = set;
  if (count === 0) throw noSamples('measures');
  const counts = {
    texts: texts?.raw.length,
    sketches: sketches?.count,
    embeddings: embeddings?.count,
    labels: labels?.length,
    losses: losses?.length,
  };
  for (const [part, found] of Object.entries(counts)) {
    if (found === undefined || found === count) continue;
    throw new PermanentError(
      FailureType.InvalidData,
      `measures: ${found} ${part} for ${count} samples; give one a sample`,
    );
  }
  if (sketches) requireUnitRows(sketches, 'measures, sketches');
  if (embeddings) requireUnitRows(embeddings, 'measures, embeddings');
  const wrong = losses ? Array.from(losses).findIndex((loss) => !Number.isFinite(loss)) : -1;
  if (wrong >= 0) {
    throw new PermanentError(
      FailureType.InvalidData,
      `measures: the loss of sample ${wrong} is ${losses?.[wrong]}, expected a number; leave such samples out`,
    );
  }
}
