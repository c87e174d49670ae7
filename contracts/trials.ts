// The rows that a study writes: embedded samples, subsets to be trained on, and what came of them.

/** One embedded sample. */
export interface EmbeddingRow {
  readonly id: string;
  /** Unit L2 norm. */
  readonly embedding: Float32Array;
}

/** The mechanism of subsets that decide which benchmarks count and enter no correlation. */
export const screening = 'screening';

/** A subset to be: which pool rows it holds, in order; a row may stand more than once. */
export interface Draw {
  readonly recipe: string;
  /** The name of the entry that the recipe comes from, or {@link screening}. */
  readonly mechanism: string;
  readonly draw: number;
  /** Rows of the pool, counted over the samples that have sketches of both targets. */
  readonly rows: readonly number[];
}

/** A score of one benchmark; `error` is its standard error over the benchmark's rows. */
export interface TrialScore {
  readonly score: number;
  readonly error: number;
  readonly n: number;
  /** What guessing scores. */
  readonly chance: number;
}

/** One trained student: on what it was trained, how diverse that is, what the student can do. */
export interface Trial {
  /** `recipe/draw/student`. */
  readonly id: string;
  readonly recipe: string;
  readonly mechanism: string;
  readonly draw: number;
  readonly student: string;
  readonly distinct: number;
  /** By measure; those of gradients carry their target, as in `g-vendi:text`. */
  readonly measures: Readonly<Record<string, number>>;
  /** Shares of the pool's sources. */
  readonly shares: Readonly<Record<string, number>>;
  readonly scores: Readonly<Record<string, TrialScore>>;
}
