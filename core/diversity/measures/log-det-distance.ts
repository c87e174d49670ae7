// Log-determinant distance (after Wang et al. 2024, arXiv 2402.02318): how far the volume that unit gradients span stays
// below the largest that as many of them can span. Kernel: the cosine, with a ridge so that equal rows have a value.
import type { RowMatrix } from '../row-matrix.ts';
import { sketchSpectrum } from '../vendi.ts';
import { defineMeasure } from './measure.ts';

/**
 * [ln det(K* + r I) - ln det(K + r I)] / m with K the n x n cosines, r the ridge, m = min(n, d), and K* the cosines of a
 * maximally diverse reference: n unit rows spread evenly, so that its m non-zero eigenvalues are n / m each. The n - m
 * other eigenvalues are r in both and cancel: (1/m) sum_i ln((n/m + r) / (l_i + r)) over the m largest. From 0, which
 * evenly spread rows reach. Division by m rather than n keeps a set that is there twice from looking more diverse.
 */
export function logDetDistance(rows: RowMatrix, ridge = 1e-3): number {
  const spectrum = sketchSpectrum(rows);
  const reference = rows.count / spectrum.length + ridge;
  // Rounding leaves eigenvalues of about -1e-17 where there are none.
  const sum = spectrum.reduce(
    (total, share) => total + Math.log(reference / (Math.max(0, share) * rows.count + ridge)),
    0,
  );
  return Math.max(0, sum / spectrum.length);
}

export const logDetDistanceMeasure = defineMeasure({
  name: 'log-det-distance',
  describes: 'Log-determinant of evenly spread gradients over that of these, a direction; smaller is more diverse.',
  moreDiverse: 'smaller',
  needs: ['sketches'],
  measure: ({ sketches }) => logDetDistance(sketches),
});
