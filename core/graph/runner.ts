// The port through which the core runs graphs. adapters/onnx implements it.

export type TensorValue =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

export type Feeds = Readonly<Record<string, TensorValue>>;

export interface GraphSession {
  /** Runs the graph once. Rejects with a PermanentError when the runtime refuses the feeds. */
  run(feeds: Feeds): Promise<Record<string, TensorValue>>;
  close(): Promise<void>;
}

export interface GraphModel {
  /** An encoded ModelProto. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The folder that holds the files which the model's external initializers name; null if it has none. */
  readonly weightsFolder: string | null;
  /**
   * True: weights stay as they lie in their file, in memory once for all sessions. Otherwise each session rearranges a copy for
   * every product that reads them, which only runs of few tokens are faster for.
   */
  readonly mapWeights?: boolean;
}

export interface GraphRuntime {
  /**
   * Opens a session on a thread of its own.
   * @param threads - threads inside one operator; 1 keeps results independent of the machine's load and of the batch
   */
  open(model: GraphModel, threads: number): Promise<GraphSession>;
}

/** The float32 output `name` of a run. */
export function floatOutput(outputs: Record<string, TensorValue>, name: string): Float32Array {
  const output = outputs[name];
  if (output?.type !== 'float32') throw new Error(`the graph gave no float32 output "${name}"`);
  return output.data;
}
