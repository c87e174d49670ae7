// The training programs whose configuration file can be written, by the names that campaign files give them.

import type { TrainerTemplateName } from '../../../../contracts/trainers.ts';
import { axolotl } from './axolotl.ts';
import { llamaFactory } from './llama-factory.ts';
import { seq2seq } from './seq2seq.ts';
import type { ProgramTemplate } from './template.ts';
import { trl } from './trl.ts';

export const knownTemplates: Readonly<Record<TrainerTemplateName, ProgramTemplate>> = {
  trl,
  'llama-factory': llamaFactory,
  axolotl,
  seq2seq,
};
