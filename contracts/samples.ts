// One training example, what it came from, and why one was turned away.

export const taskNames = ['nli', 'math'] as const;
export type TaskName = (typeof taskNames)[number];

/** Where a sample came from; enough to find its seeds, its request and its round from the artifacts alone. */
export interface Lineage {
  readonly origin: 'import' | 'symbolic' | 'file' | 'llm';
  /** The data set path, the symbolic slice, or the endpoint's model. */
  readonly source: string;
  /** The name of the generator in the campaign file; `seeds` for the first pool. */
  readonly generator: string;
  /** 0 for seeds, then the round that accepted it. */
  readonly round: number;
  /** Ids of the pool samples shown as examples. */
  readonly fewShots: readonly string[];
  /** Name and version of the prompt template. */
  readonly template?: string;
  readonly model?: string;
  readonly requestHash?: string;
  /** The pool cluster whose sparseness let it in. */
  readonly cluster?: number;
}

export interface Sample {
  readonly id: string;
  readonly task: TaskName;
  readonly prompt: string;
  readonly completion: string;
  /** The checked result: a final answer (math) or a label (nli). */
  readonly answer: string;
  /** Phenomenon, genre, level or source: what reports are broken down by. */
  readonly group: string;
  readonly lineage: Lineage;
}

/** Raw output of a generator before parsing: text of a language model, or a record in JSON. */
export interface Draft {
  readonly id: string;
  readonly content: string;
  readonly form: 'text' | 'record';
  readonly lineage: Lineage;
}

/** What independent attempts said of one candidate: the raw texts, in the order asked. */
export interface Attempt {
  readonly id: string;
  readonly responses: readonly string[];
}

/** A sample or draft that a gate turned away, kept as data. */
export interface Reject {
  readonly id: string;
  readonly generator: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  /** The rejected item as JSON. */
  readonly item: string;
}

/** One sketched sample: a row of G. */
export interface SketchRow {
  readonly id: string;
  /** Unit L2 norm. */
  readonly sketch: Float32Array;
  /** Mean negative log-likelihood of the completion, in nats a token. */
  readonly loss: number;
  /** Tokens of the completion that the loss was taken over. */
  readonly tokens: number;
}

/** One graded answer of a student on one benchmark row. */
export interface Prediction {
  readonly id: string;
  readonly group: string;
  readonly expected: string;
  readonly response: string;
  readonly correct: boolean;
}
