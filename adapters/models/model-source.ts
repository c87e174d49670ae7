// What a model is before it is prepared: a GGUF file or a Hugging Face folder, read through one interface.

/** A JSON object whose fields nobody has looked at yet. */
export type JsonObject = Record<string, unknown>;

export interface SourceTensor {
  /** Hugging Face name, as in `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  /** Outermost dimension first. */
  readonly shape: readonly number[];
  /** All values in row-major order as float32. */
  readonly read: () => Promise<Float32Array>;
}

/** Size and time of one file, enough to see that it was replaced. */
export interface FileStamp {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface ModelSource {
  readonly files: readonly FileStamp[];
  readonly config: JsonObject;
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
  readonly chatTemplate: string;
  readonly tensors: readonly SourceTensor[];
  readonly close: () => Promise<void>;
}
