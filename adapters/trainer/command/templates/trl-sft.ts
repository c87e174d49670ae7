// Supervised fine-tuning by TRL's own script. In a campaign file, with `dataFormat: prompt-completion`:
//   command: [trl, sft, --config, '{{config_file}}']
// Options after it override the file, as in `--learning_rate=2.0e-5` or `--use_peft=true`. Needs TRL >= 1.15: before, the
// script took resume_from_checkpoint and ignored it.

import type { ConfigurationTemplate } from './template.ts';

export const trlSupervised: ConfigurationTemplate = {
  program: 'trl',
  configuration: ({ model, trainFile, outputFolder, seed, resumeCheckpoint }) => ({
    model_name_or_path: model,
    datasets: [{ path: 'json', data_files: trainFile, split: 'train' }],
    output_dir: outputFolder,
    seed,
    ...(resumeCheckpoint === null ? {} : { resume_from_checkpoint: resumeCheckpoint }),
    num_train_epochs: 3,
    learning_rate: 1e-5,
    lr_scheduler_type: 'cosine',
    per_device_train_batch_size: 1,
    gradient_accumulation_steps: 8,
    max_length: 16384,
    // The supervisor reads steps and losses from what every checkpoint saves, and resumes from the newest.
    save_strategy: 'steps',
    save_steps: 200,
    save_total_limit: 2,
    logging_steps: 5,
    disable_tqdm: true,
    eval_strategy: 'no',
    report_to: 'none',
  }),
};
