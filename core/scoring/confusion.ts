// Counts of stated against expected labels over a draw of rows, and macro-F1 from them: fast enough for thousands of draws.

/** Labels by their place in the task's list; -1 for none. */
export interface LabelledRow {
  readonly expected: number;
  /** One an answer. */
  readonly stated: readonly number[];
}

/** Row by expected label, column by stated one; the last row and column are for none. */
export type Confusion = Uint32Array;

export function confusionOf(labelled: readonly LabelledRow[], rows: ArrayLike<number>, labels: number): Confusion {
  const width = labels + 1;
  const counts = new Uint32Array(width * width);
  for (let place = 0; place < rows.length; place++) {
    const { expected, stated } = labelled[rows[place]!]!;
    for (const label of stated) counts[codeOf(expected, labels) * width + codeOf(label, labels)]! += 1;
  }
  return counts;
}

/** The mean of every label's F1, as scikit-learn has it with zero_division 0: a label that nobody expects or states has 0. */
export function macroF1Of(counts: Confusion, labels: number): number {
  const width = labels + 1;
  let sum = 0;
  for (let label = 0; label < labels; label++) {
    let [expected, stated] = [0, 0];
    for (let other = 0; other < width; other++) {
      expected += counts[label * width + other]!;
      stated += counts[other * width + label]!;
    }
    if (expected + stated > 0) sum += (2 * counts[label * width + label]!) / (expected + stated);
  }
  return sum / labels;
}

function codeOf(label: number, labels: number): number {
  return label < 0 ? labels : label;
}
