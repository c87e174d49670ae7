// What a campaign file need not say of the training programs that are known: their command, and how their data is written.

import type { TrainerProgram, TrainerTemplateName } from '../contracts/trainers.ts';

type DataFormat = TrainerProgram['dataFormat'];

interface KnownProgram {
  readonly command: readonly string[];
  /** The first one unless the file says otherwise. */
  readonly dataFormats: readonly [DataFormat, ...DataFormat[]];
  /** Keys of its configuration that follow from the run: where things lie, what to resume. */
  readonly decided: readonly string[];
}

export const knownPrograms: Readonly<Record<TrainerTemplateName, KnownProgram>> = {
  trl: {
    command: ['trl', 'sft', '--config', '{{config_file}}'],
    dataFormats: ['prompt-completion', 'messages'],
    decided: ['model_name_or_path', 'datasets', 'output_dir', 'resume_from_checkpoint', 'seed'],
  },
  'llama-factory': {
    command: ['llamafactory-cli', 'train', '{{config_file}}'],
    dataFormats: ['messages'],
    decided: [
      'model_name_or_path',
      'dataset_dir',
      'dataset',
      'output_dir',
      'overwrite_output_dir',
      'resume_from_checkpoint',
      'seed',
    ],
  },
  axolotl: {
    command: ['axolotl', 'train', '{{config_file}}'],
    dataFormats: ['messages'],
    decided: ['base_model', 'datasets', 'dataset_prepared_path', 'output_dir', 'resume_from_checkpoint', 'seed'],
  },
  seq2seq: {
    command: ['python3', '{{program}}', '{{config_file}}'],
    dataFormats: ['prompt-completion'],
    decided: ['model_name_or_path', 'train_file', 'output_dir', 'resume_from_checkpoint', 'seed'],
  },
};

/** Empty without a template: such a trainer has to bring its command, which the cross-checks say. */
export function commandOf(template: TrainerTemplateName | null): readonly string[] {
  return template === null ? [] : knownPrograms[template].command;
}

export function dataFormatOf(template: TrainerTemplateName | null): DataFormat {
  return template === null ? 'prompt-completion' : knownPrograms[template].dataFormats[0];
}
