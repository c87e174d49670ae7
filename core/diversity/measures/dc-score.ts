// DCScore (Zhu et al. 2025, arXiv 2502.08512): how well each row would be told from the others by a softmax classifier.
import { cosineMatrix, QUADRATIC_ROW_LIMIT } from '../cosines.ts';
import { defineMeasure } from './measure.ts';
import type { RowMatrix } from '../row-matrix.ts';

/**
 * sum_i softmax_j(cos_ij / temperature) at j = i, in [1, n]. At temperature 1 n orthogonal rows tend to e = 2.718 as n
 * grows; a low temperature separates rich sets better.
 */
export function dcScore(rows: RowMatrix, temperature = 1): number {
  const cosines = cosineMatrix(rows);
  let total = 0;
  for (let row = 0; row < rows.count; row++) {
    const own = cosines[row * rows.count + row]!;
    let others = 0;
    for (let column = 0; column < rows.count; column++) {
      others += Math.exp((cosines[row * rows.count + column]! - own) / temperature);
    }
    total += 1 / others;
  }
  return total;
}

export const dcScoreMeasure = defineMeasure({
  name: 'dc-score',
  describes: 'DCScore of embeddings at temperature 1; larger is more diverse, and little above e however many rows.',
  moreDiverse: 'larger',
  needs: ['embeddings'],
  rowLimit: QUADRATIC_ROW_LIMIT,
  measure: ({ embeddings }) => dcScore(embeddings),
});
