// What grades pairs of a response and a reference answer, one after the other.

export interface Pair {
  readonly response: string;
  readonly answer: string;
}

export interface GradedPair {
  readonly correct: boolean;
  /** What the response states as its answer; null where nothing was found, or the grader does not say. */
  readonly extracted: string | null;
  readonly reason: string;
}

export interface PairGrader {
  /** Name and version, or the command. */
  readonly name: string;
  /** One verdict a pair, in the order of the pairs. */
  grade(pairs: AsyncIterable<Pair>): AsyncIterable<GradedPair>;
}
