// Models on this machine as activities see them: sketching, scoring and short answers, whatever runs underneath.

import type { ModelReference } from '../../contracts/campaign.ts';
import type { RowMatrix } from '../../core/diversity/row-matrix.ts';

/** One sample in the proxy's own words, before tokenisation. */
export interface ChatExample {
  readonly prompt: string;
  readonly completion: string;
}

/** SHA-256 of each part of a model that decides a number. */
export interface ModelHashes {
  readonly weights: string;
  /** Of what the graphs read of config.json: two models of equal weights may differ in their rotation alone. */
  readonly config: string;
  readonly tokenizer: string;
  readonly template: string;
}

export interface ModelIdentity extends ModelHashes {
  readonly model: ModelReference;
}

export interface SketchedExample {
  /** Unit L2 norm; null where there is none. */
  readonly sketch: Float32Array | null;
  /** Why there is no sketch: `too-long`, `zero-gradient`, ...; null where there is one. */
  readonly excluded: string | null;
  readonly loss: number;
  readonly tokens: number;
  /** Tokens that the prompt lost on the left so that the sample fits. */
  readonly truncated: number;
}

export interface SketchPlan {
  /** What a sketch is made of; docs/sketch.md. Default: kron-sum. */
  readonly mode?: 'kron-sum' | 'concat' | 'count-sketch';
  /** A sketch has p * p numbers; with concat, p * p for each parameter of the model. For count-sketch a power of two. */
  readonly p: number;
  readonly seed: number;
  readonly tokenBudget: number;
  /** Tokens read of a sample; at most (and by default) what the model can read. */
  readonly maximumTokens?: number;
  /** What becomes of longer samples: excluded as `too-long` (default), or shortened on the left of their prompt. */
  readonly longPrompts?: 'skip' | 'truncate-prompt-left';
}

export interface Sketcher {
  readonly identity: ModelIdentity;
  /** Canonical text of the sketch specification, part of every stage key. */
  readonly specification: string;
  /** Numbers in a sketch. */
  readonly dimension: number;
  /**
   * Sketches the examples; yields groups as they finish, with the positions they had in `examples`.
   * A sample's result is bit for bit the same whatever its neighbours, the token budget and the number of threads.
   */
  sketch(
    examples: readonly ChatExample[],
    signal: AbortSignal,
  ): AsyncIterable<readonly { readonly position: number; readonly result: SketchedExample }[]>;
}

export interface Scorer {
  readonly identity: ModelIdentity;
  /** Log-probability of each candidate completion after the prompt, summed over its tokens. */
  scoreLabels(
    prompts: readonly string[],
    labels: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
  /** Greedy answers of at most `maxTokens` tokens. */
  answer(prompts: readonly string[], maxTokens: number, signal: AbortSignal): Promise<readonly string[]>;
}

/** What an embedding depends on besides its text. */
export interface EncoderIdentity {
  readonly model: ModelReference;
  readonly weights: string;
  readonly tokenizer: string;
  /** Tokens of a text that are read, those that frame it included. */
  readonly maximumLength: number;
}

export interface Embedder {
  readonly identity: EncoderIdentity;
  /** Numbers in an embedding. */
  readonly dimension: number;
  /**
   * One row of unit L2 norm for each text, in their order. A row is bit for bit the same whatever the other texts and the
   * number of threads are.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<RowMatrix>;
}

/**
 * How a checkpoint holds its student. `adapter`: a low-rank adapter as PEFT saves it; `tensors`: the base's changed tensors
 * under their Hugging Face names, in tensors.safetensors; `folder`: a whole Hugging Face folder; `classifier`: an encoder
 * with a classification head.
 */
export const studentForms = ['adapter', 'tensors', 'folder', 'classifier'] as const;
export type StudentForm = (typeof studentForms)[number];

/** A student as its checkpoint holds it. */
export interface StudentFiles {
  /** Hex sha256 of the checkpoint's manifest: equal keys are equal students. */
  readonly key: string;
  readonly form: StudentForm;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** A whole file. @throws {PermanentError} `MissingArtifact` where the checkpoint has no such file */
  read(path: string): Promise<Uint8Array>;
  /** A file of any size in order, some megabytes at a time. Throws as `read` does. */
  pieces(path: string): AsyncIterable<Uint8Array>;
}

export interface ModelRuntime {
  identify(model: ModelReference): Promise<ModelIdentity>;
  openSketcher(model: ModelReference, plan: SketchPlan): Promise<Sketcher>;
  /**
   * @param student - null for the model as it is
   * @throws {PermanentError} `UnsupportedModel` for a student of an architecture that is not computed here
   */
  openScorer(model: ModelReference, student: StudentFiles | null): Promise<Scorer>;
  openEmbedder(model: ModelReference): Promise<Embedder>;
}
