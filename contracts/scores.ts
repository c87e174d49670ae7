// What a student's answers on a benchmark are worth: metrics with intervals, and what graded them.

/** A value and its 95 % interval; null where there is none, as for a count. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number] | null;
}

export interface GroupScore {
  readonly group: string;
  readonly n: number;
  /** Of the main metric. */
  readonly score: Estimate;
}

/** What one student's answers on one benchmark are worth. Shares lie in [0, 1], chrF in [0, 100]. */
export interface Score {
  /** Rows. */
  readonly n: number;
  /** Answers a row. */
  readonly samples: number;
  /** The metric that stands for the benchmark: `accuracy`, `pass@1`, `rouge-l`. */
  readonly main: string;
  /** By metric name, the main one among them; `no-answer` is the share of answers in which none was found. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** The main metric by group, the largest groups first, at most `groupsShown` of them. */
  readonly groups: readonly GroupScore[];
  /** Name and version of what graded; scores of different versions are not compared. */
  readonly grader: string;
  /** Name and version of what the student was asked with. */
  readonly prompt: string;
  /** Answers that said `neutral` or `contradiction` and count as `no`. */
  readonly merged: number;
}

/** Groups that a score carries. */
export const groupsShown = 20;

/** The second student less the first on the same rows (paired bootstrap), by metric. */
export type Differences = Readonly<Record<string, Estimate>>;

/** The unweighted mean of the main metric over the benchmarks of one side; rows are drawn within each benchmark. */
export interface MeanScore {
  readonly benchmarks: number;
  /** Null where that student did not answer them all. */
  readonly first: Estimate | null;
  readonly second: Estimate | null;
  readonly difference: Estimate | null;
}
