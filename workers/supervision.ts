// What a stack supervises, and what it says of it.

export type WorkerName = 'control' | 'gradients' | 'llm' | 'training';

export interface StackEvent {
  readonly kind: 'server-started' | 'server-died' | 'worker-started' | 'worker-died' | 'preparing';
  readonly name: string;
  readonly detail: string;
}

export interface StackSettings {
  /** Holds the server's database, logs, and the working folder of trainers. */
  readonly stateFolder: string;
  /** Gradient workers to run; 1 by default. */
  readonly gradientWorkers?: number;
  readonly onEvent: (event: StackEvent) => void;
}

/** A process that is started again when it dies. */
export interface Kept {
  process(): [string, number];
  stop(): Promise<void>;
}
