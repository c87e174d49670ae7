// Fills the placeholders of a trainer's command: `{{name}}`, or `{{?name}}` in an argument that goes away without it.

import { FailureType, PermanentError } from '../../../contracts/failures.ts';

const placeholderNames = [
  'model',
  'train_file',
  'output_dir',
  'seed',
  'run_id',
  'resume_checkpoint',
  'config_file',
] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

/** Null: there is none this time, as with `resume_checkpoint` on a first attempt. */
export type PlaceholderValues = Readonly<Record<PlaceholderName, string | null>>;

const PLACEHOLDER = /\{\{(\??)([^{}]*)\}\}/g;

/**
 * Each argument stays one argument, whatever the values hold.
 * @throws {PermanentError} `InvalidConfig` for an unknown placeholder, and for one without a value and without `?`
 */
export function fillCommand(command: readonly string[], values: PlaceholderValues): string[] {
  return command.flatMap((argument) => {
    const placeholders = [...argument.matchAll(PLACEHOLDER)].map(([whole, optional = '', name = '']) => {
      const value = values[knownName(name, argument)];
      if (value === null && optional === '') throw missingValue(whole, name, argument);
      return value;
    });
    if (placeholders.includes(null)) return [];
    return [argument.replaceAll(PLACEHOLDER, () => placeholders.shift() ?? '')];
  });
}

export function mentions(command: readonly string[], name: PlaceholderName): boolean {
  return command.some((argument) => argument.includes(`{{${name}}}`) || argument.includes(`{{?${name}}}`));
}

function knownName(name: string, argument: string): PlaceholderName {
  const known = placeholderNames.find((candidate) => candidate === name);
  if (known) return known;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `Unknown placeholder {{${name}}} in the argument "${argument}" of the trainer's command; ` +
      `known are ${placeholderNames.join(', ')}.`,
  );
}

function missingValue(whole: string, name: string, argument: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `${whole} in the argument "${argument}" of the trainer's command has no value on this attempt. ` +
      `Write {{?${name}}}, in one argument with its option (--resume={{?${name}}}), to leave the argument out then.`,
  );
}
