// G-Vendi within labels: the gradient of a bare label is mostly that of its format, which all samples of the label share,
// so the mean of each label is taken out first.
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { addRows, emptyCovariance } from '../covariance.ts';
import type { RowMatrix } from '../row-matrix.ts';
import { requireUnitRows, rowOf } from '../row-matrix.ts';
import type { GVendi } from '../vendi.ts';
import { gVendi, gVendiOfCovariance } from '../vendi.ts';
import { defineMeasure } from './measure.ts';

/** Shorter remainders than this are float32 rounding of the sketches: the row equals the mean of its label. */
const SHORTEST_REMAINDER = 1e-6;
/** Rows centred at a time when the covariance is accumulated. */
const ROWS_AT_ONCE = 4096;

/**
 * G-Vendi after each row lost the mean row of its label and was scaled back to unit norm. Rows that equal the mean of
 * their label (such as the only row of a label) have no direction left and are counted out: `n` is what remained.
 * @param labels - one a row
 * @throws {PermanentError} `InvalidData` when no row differs from the mean of its label
 */
export function labelCentredGVendi(sketches: RowMatrix, labels: readonly string[]): GVendi {
  const { count, dimension } = sketches;
  const norms = requireUnitRows(sketches, 'label-centred-g-vendi');
  const means = labelMeans(sketches, labels, norms);
  const centred = (start: number, end: number): RowMatrix => centreRows(sketches, labels, norms, means, start, end);
  if (count < dimension) return gVendi(requireRows(centred(0, count)));
  let covariance = emptyCovariance(dimension);
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    covariance = addRows(covariance, centred(start, Math.min(start + ROWS_AT_ONCE, count)));
  }
  return gVendiOfCovariance(requireRows(covariance));
}

export const labelCentredMeasure = defineMeasure({
  name: 'label-centred-g-vendi',
  describes: 'G-Vendi after the mean gradient of each label is taken out; larger is more diverse.',
  moreDiverse: 'larger',
  needs: ['sketches', 'labels'],
  measure: ({ sketches, labels }) => {
    const { value, n } = labelCentredGVendi(sketches, labels);
    return { value, rows: n };
  },
});

/** The mean of the rows of each label, each scaled to exactly unit norm. */
function labelMeans(sketches: RowMatrix, labels: readonly string[], norms: Float64Array): Map<string, Float64Array> {
  const means = new Map<string, Float64Array>();
  const counts = new Map<string, number>();
  labels.forEach((label, row) => {
    const mean = means.get(label) ?? new Float64Array(sketches.dimension);
    rowOf(sketches, row).forEach((value, column) => {
      mean[column] = mean[column]! + value / norms[row]!;
    });
    means.set(label, mean);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  });
  for (const [label, mean] of means) mean.forEach((sum, column) => (mean[column] = sum / counts.get(label)!));
  return means;
}

/** The rows `start` to `end - 1` less their label's mean, at unit norm; those without a remainder are left out. */
function centreRows(
  sketches: RowMatrix,
  labels: readonly string[],
  norms: Float64Array,
  means: ReadonlyMap<string, Float64Array>,
  start: number,
  end: number,
): RowMatrix {
  const { dimension } = sketches;
  const values = new Float32Array((end - start) * dimension);
  const remainder = new Float64Array(dimension);
  let count = 0;
  for (let row = start; row < end; row++) {
    const mean = means.get(labels[row]!)!;
    let squares = 0;
    rowOf(sketches, row).forEach((value, column) => {
      remainder[column] = value / norms[row]! - mean[column]!;
      squares += remainder[column] ** 2;
    });
    const length = Math.sqrt(squares);
    if (length < SHORTEST_REMAINDER) continue;
    values.set(
      remainder.map((value) => value / length),
      count * dimension,
    );
    count++;
  }
  return { values: values.subarray(0, count * dimension), count, dimension };
}

function requireRows<Rows extends { readonly count: number }>(rows: Rows): Rows {
  if (rows.count > 0) return rows;
  throw new PermanentError(
    FailureType.InvalidData,
    'label-centred-g-vendi: every sketch equals the mean of its label, so nothing is left to measure; do labels have one sample each?',
  );
}
