// The four task queues; one worker process serves each.

export const TaskQueue = {
  /** Workflows, and activities that only move and check data. */
  Control: 'diffract-control',
  /** Sketches, spectra, clusters, selection. */
  Gradients: 'diffract-gradients',
  /** Requests to language models. */
  LanguageModel: 'diffract-llm',
  /** Training and evaluating students. */
  Training: 'diffract-training',
} as const;

export type TaskQueue = (typeof TaskQueue)[keyof typeof TaskQueue];
