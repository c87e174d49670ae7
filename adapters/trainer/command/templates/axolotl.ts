// Supervised fine-tuning by axolotl, `axolotl train`: all weights, unless the settings say `adapter: lora`.

import type { ProgramTemplate } from './template.ts';

export const axolotl: ProgramTemplate = {
  decided: {
    base_model: '{{model}}',
    datasets: [
      {
        path: '{{train_file}}',
        ds_type: 'json',
        type: 'chat_template',
        field_messages: 'messages',
        message_property_mappings: { role: 'role', content: 'content' },
      },
    ],
    dataset_prepared_path: '{{dataset_dir}}/prepared',
    output_dir: '{{output_dir}}',
    resume_from_checkpoint: '{{?resume_checkpoint}}',
    seed: '{{seed}}',
  },
  defaults: {
    sequence_len: 16384,
    sample_packing: false,
    train_on_inputs: false,
    num_epochs: 3,
    learning_rate: 1e-5,
    lr_scheduler: 'cosine',
    optimizer: 'adamw_torch',
    micro_batch_size: 1,
    gradient_accumulation_steps: 8,
    bf16: 'auto',
    gradient_checkpointing: true,
    val_set_size: 0,
    save_steps: 200,
    save_total_limit: 2,
    save_only_model: false,
    logging_steps: 5,
  },
  dataFiles: {},
  program: null,
};
