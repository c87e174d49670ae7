// Supervised fine-tuning by LLaMA-Factory, `llamafactory-cli train`: all weights, unless the settings say
// `finetuning_type: lora`. Its chat template is the tokenizer's, unless they say `template: NAME`.

import { huggingFaceDefaults } from './hugging-face.ts';
import type { ProgramTemplate } from './template.ts';

export const llamaFactory: ProgramTemplate = {
  decided: {
    model_name_or_path: '{{model}}',
    dataset_dir: '{{dataset_dir}}',
    dataset: '{{dataset_name}}',
    output_dir: '{{output_dir}}',
    // True would delete the checkpoints that a later attempt goes on from.
    overwrite_output_dir: false,
    resume_from_checkpoint: '{{?resume_checkpoint}}',
    seed: '{{seed}}',
  },
  defaults: {
    ...huggingFaceDefaults,
    stage: 'sft',
    do_train: true,
    finetuning_type: 'full',
    cutoff_len: 16384,
    bf16: true,
    plot_loss: false,
  },
  dataFiles: {
    'dataset_info.json': {
      '{{dataset_name}}': {
        file_name: '{{dataset_name}}.jsonl',
        formatting: 'sharegpt',
        columns: { messages: 'messages' },
        tags: {
          role_tag: 'role',
          content_tag: 'content',
          user_tag: 'user',
          assistant_tag: 'assistant',
          system_tag: 'system',
        },
      },
    },
  },
  program: null,
};
