// What the programs that are built on the Trainer of `transformers` have in common.

import type { Settings } from './template.ts';

export const huggingFaceDefaults: Settings = {
  num_train_epochs: 3,
  learning_rate: 1e-5,
  lr_scheduler_type: 'cosine',
  per_device_train_batch_size: 1,
  gradient_accumulation_steps: 8,
  save_strategy: 'steps',
  save_steps: 200,
  save_total_limit: 2,
  // Resuming needs the optimizer's state as well.
  save_only_model: false,
  logging_steps: 5,
  // The bar in the log is where the step stands between two checkpoints.
  disable_tqdm: false,
  // By default a loss that is no number is logged as the mean of those before it.
  logging_nan_inf_filter: false,
  report_to: 'none',
};
