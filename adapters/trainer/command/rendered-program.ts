// What a training program is told, filled in and not yet written anywhere: its command, its configuration file, and the
// files beside its data.

import { stringify } from 'yaml';
import type { ScalarTag } from 'yaml';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import type { TrainerProgram } from '../../../contracts/trainers.ts';
import { fillCommand, fillSetting } from './placeholders.ts';
import type { PlaceholderValues } from './placeholders.ts';
import { knownTemplates } from './templates/known-templates.ts';

export interface RenderedProgram {
  readonly command: readonly string[];
  /** The text of `{{config_file}}`; null without a template. */
  readonly configuration: string | null;
  /** Beside the training set. */
  readonly dataFiles: readonly { readonly name: string; readonly text: string }[];
  /** The name under `programs/` of what `{{program}}` names; null for a program that is not ours. */
  readonly ownProgram: string | null;
}

/** Python takes `1e-8` for a text: it wants a point in numbers with an exponent. */
const smallNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => typeof value === 'number' && /^-?\d+e/.test(String(value)),
  test: /^-?\d+e[-+]?\d+$/,
  resolve: Number,
  stringify: ({ value }) => String(value).replace('e', '.0e'),
};

/**
 * @throws {PermanentError} `InvalidConfig` for an empty command, a placeholder that is unknown or has no value, settings
 * without a template, and a path that the program could not read
 */
export function renderProgram(program: TrainerProgram, values: PlaceholderValues): RenderedProgram {
  const command = fillCommand(program.command, values);
  if (command.length === 0) {
    throw invalid("The trainer's command is empty: give program and arguments, or a template.");
  }
  if (program.template === null) {
    requireNoTemplate(program);
    return { command, configuration: null, dataFiles: [], ownProgram: null };
  }
  requireReadablePaths(program, values);
  const { decided, defaults, dataFiles, program: ownProgram } = knownTemplates[program.template];
  const settings = fillSetting({ ...defaults, ...program.settings, ...decided }, values);
  const files = Object.entries(dataFiles).map(([name, content]) => {
    return { name, text: `${JSON.stringify(fillSetting(content, values), null, 2)}\n` };
  });
  // Python reads YAML 1.1, where a bare `no` is false.
  const configuration = stringify(settings, {
    version: '1.1',
    lineWidth: 0,
    customTags: (tags) => [smallNumber, ...tags],
  });
  return { command, configuration, dataFiles: files, ownProgram };
}

function requireNoTemplate({ command, settings }: TrainerProgram): void {
  if (command.some((argument) => /\{\{\??config_file\}\}/.test(argument))) {
    const known = Object.keys(knownTemplates).join(', ');
    throw invalid(
      `{{config_file}} is written by a template, and the trainer has none. Give one of ${known}, ` +
        'or the path of a configuration file of your own in place of {{config_file}}.',
    );
  }
  const [first] = Object.keys(settings);
  if (first !== undefined) {
    throw invalid(`The trainer has settings (${first}, ...) and no template whose configuration they could change.`);
  }
}

/** With several devices LLaMA-Factory hands its arguments on as one text that is cut at blanks. */
function requireReadablePaths({ template }: TrainerProgram, { config_file: path }: PlaceholderValues): void {
  if (template !== 'llama-factory' || !/\s/.test(String(path))) return;
  throw invalid(
    `LLaMA-Factory takes no paths with blanks; found "${String(path)}". Choose another folder for trainings.`,
  );
}

function invalid(message: string): PermanentError {
  return new PermanentError(FailureType.InvalidConfig, message);
}
