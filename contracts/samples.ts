// One training example, what it came from, and why one was turned away.

export const taskNames = ['nli', 'math', 'summarization'] as const;
export type TaskName = (typeof taskNames)[number];

export interface SamplingParameters {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
}

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
  readonly sampling?: SamplingParameters;
  /** The persona that the request was made under, where the few-shot policy has them. */
  readonly persona?: string;
  readonly requestHash?: string;
  /** Who answered the candidate independently, for the agreement vote. */
  readonly solver?: { readonly model: string; readonly template: string; readonly requestHashes: readonly string[] };
  /** The pool cluster whose sparseness let it in. */
  readonly cluster?: number;
}

export interface Sample {
  readonly id: string;
  readonly task: TaskName;
  readonly prompt: string;
  readonly completion: string;
  /** The checked result: a final answer (math), a label (nli) or a conclusion (summarization). */
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

/**
 * What was answered when one row was asked about several times: the raw texts in the order asked, '' where no whole
 * answer came. Solutions of a candidate, scores of a judge, or verdicts on a pair.
 */
export interface Attempt {
  readonly id: string;
  readonly responses: readonly string[];
  /** Row for row of `responses`. */
  readonly requestHashes: readonly string[];
}

/** A sample and the benchmark row whose text is nearest to its own. */
export interface Pair {
  readonly id: string;
  readonly benchmark: string;
  readonly rowId: string;
  /** Cosine of the two embeddings. */
  readonly similarity: number;
  readonly text: string;
  readonly benchmarkText: string;
}

/** What one language-model request cost, failed tries included; one row a request, whatever chunk or worker asked it. */
export interface LedgerEntry {
  readonly requestHash: string;
  readonly stage: string;
  readonly generator: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Tries that gave nothing usable, and the tokens that the server billed for them on top. */
  readonly failedTries: number;
  readonly failedPromptTokens: number;
  readonly failedCompletionTokens: number;
  /** The server gave no usage, of the answer or of a failed try, so these tokens are counted from the texts. */
  readonly estimated: boolean;
  /** '' without a price table. */
  readonly priceVersion: string;
  /** In the price table's currency; null where the price is unknown. */
  readonly cost: number | null;
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

/** A student's graded answers to one benchmark row; the lists have one entry an answer. */
export interface Prediction {
  readonly id: string;
  readonly group: string;
  readonly expected: string;
  readonly responses: readonly string[];
  /** The answer found in each response; '' where there is none. */
  readonly stated: readonly string[];
  /** Empty for tasks whose answers are neither right nor wrong. */
  readonly correct: readonly boolean[];
  /** Of the whole row by metric name, such as `rouge-l` or `maj@8`. */
  readonly scores: Readonly<Record<string, number>>;
}
