// Encoder-decoder students (PRIMERA and other LED models, LongT5, T5, BART), which neither TRL nor LLaMA-Factory trains:
// a program of ours on the Seq2SeqTrainer of `transformers`.

import { huggingFaceDefaults } from './hugging-face.ts';
import type { ProgramTemplate } from './template.ts';

export const seq2seq: ProgramTemplate = {
  decided: {
    model_name_or_path: '{{model}}',
    train_file: '{{train_file}}',
    output_dir: '{{output_dir}}',
    resume_from_checkpoint: '{{?resume_checkpoint}}',
    seed: '{{seed}}',
  },
  defaults: {
    ...huggingFaceDefaults,
    learning_rate: 3e-5,
    lr_scheduler_type: 'linear',
    max_source_length: 4096,
    max_target_length: 512,
    dtype: 'float32',
    eval_strategy: 'no',
  },
  dataFiles: {},
  program: 'seq2seq.py',
};
