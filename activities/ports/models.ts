// Models on this machine as activities see them: sketching, scoring and short answers, whatever runs underneath.

import type { ModelReference } from '../../contracts/campaign.ts';

/** One sample in the proxy's own words, before tokenisation. */
export interface ChatExample {
  readonly prompt: string;
  readonly completion: string;
}

export interface ModelIdentity {
  readonly model: ModelReference;
  readonly weights: string;
  readonly tokenizer: string;
  readonly template: string;
}

export interface SketchedExample {
  /** Unit L2 norm; null where there is none. */
  readonly sketch: Float32Array | null;
  /** Why there is no sketch: `too-long`, `zero-gradient`, ...; null where there is one. */
  readonly excluded: string | null;
  readonly loss: number;
  readonly tokens: number;
}

export interface SketchPlan {
  readonly p: number;
  readonly seed: number;
  readonly tokenBudget: number;
}

export interface Sketcher {
  readonly identity: ModelIdentity;
  /** Canonical text of the sketch specification, part of every stage key. */
  readonly specification: string;
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

/** A student's changed weights, as the trainer saved them (safetensors bytes). */
export type CheckpointBytes = Uint8Array;

export interface ModelRuntime {
  identify(model: ModelReference): Promise<ModelIdentity>;
  openSketcher(model: ModelReference, plan: SketchPlan): Promise<Sketcher>;
  openScorer(model: ModelReference, checkpoint: CheckpointBytes | null): Promise<Scorer>;
}
