// Supervised fine-tuning by TRL's own script, `trl sft`. Needs TRL >= 1.15: before, the script took
// resume_from_checkpoint and ignored it.

import { huggingFaceDefaults } from './hugging-face.ts';
import type { ProgramTemplate } from './template.ts';

export const trl: ProgramTemplate = {
  decided: {
    model_name_or_path: '{{model}}',
    datasets: [{ path: 'json', data_files: '{{train_file}}', split: 'train' }],
    output_dir: '{{output_dir}}',
    resume_from_checkpoint: '{{?resume_checkpoint}}',
    seed: '{{seed}}',
  },
  defaults: {
    ...huggingFaceDefaults,
    dtype: 'bfloat16',
    // The program's own default of 1024 would cut long solutions.
    max_length: 16384,
    eval_strategy: 'no',
  },
  dataFiles: {},
  program: null,
};
