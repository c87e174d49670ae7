// Fills the placeholders of a trainer's command and configuration: `{{name}}`, or `{{?name}}` in what goes away without it.

import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { placeholderNames } from '../../../contracts/trainers.ts';
import type { PlaceholderName, Setting } from '../../../contracts/trainers.ts';

/** Null: there is none this time, as with `resume_checkpoint` on a first attempt. */
export type PlaceholderValues = Readonly<Record<PlaceholderName, string | number | null>>;

const PLACEHOLDER = /\{\{(\??)([^{}]*)\}\}/g;

/**
 * Each argument stays one argument, whatever the values hold.
 * @throws {PermanentError} `InvalidConfig` for an unknown placeholder, and for one without a value and without `?`
 */
export function fillCommand(command: readonly string[], values: PlaceholderValues): string[] {
  return command.flatMap((argument) => {
    const filled = fillText(argument, values);
    return filled === null ? [] : [String(filled)];
  });
}

/**
 * The same for data: a text that is only a placeholder becomes its value, a key or list entry that goes away is left out,
 * and null takes a key out. Throws as `fillCommand` does.
 */
export function fillSetting(setting: Setting, values: PlaceholderValues): Setting {
  if (typeof setting === 'string') return fillText(setting, values);
  if (setting === null || typeof setting !== 'object') return setting;
  if (isList(setting)) return setting.flatMap((entry) => fillSetting(entry, values) ?? []);
  const entries = Object.entries(setting).flatMap(([key, entry]) => {
    const filled = fillSetting(entry ?? null, values);
    return filled === null ? [] : [[String(fillText(key, values)), filled] as const];
  });
  return Object.fromEntries(entries);
}

/** Null where a placeholder with `?` has no value. */
function fillText(text: string, values: PlaceholderValues): string | number | null {
  const placeholders = [...text.matchAll(PLACEHOLDER)].map(([whole, optional = '', name = '']) => {
    const value = values[knownName(name, text)];
    if (value === null && optional === '') throw missingValue(whole, name, text);
    return { whole, value };
  });
  if (placeholders.some(({ value }) => value === null)) return null;
  const [only] = placeholders;
  if (only !== undefined && only.whole === text) return only.value;
  return text.replaceAll(PLACEHOLDER, () => String(placeholders.shift()?.value ?? ''));
}

function isList(setting: Setting): setting is readonly Setting[] {
  return Array.isArray(setting);
}

function knownName(name: string, text: string): PlaceholderName {
  const known = placeholderNames.find((candidate) => candidate === name);
  if (known) return known;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `Unknown placeholder {{${name}}} in "${text}" of the trainer; known are ${placeholderNames.join(', ')}.`,
  );
}

function missingValue(whole: string, name: string, text: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `${whole} in "${text}" of the trainer has no value on this attempt. ` +
      `Write {{?${name}}}, in one argument with its option (--resume={{?${name}}}), to leave it out then.`,
  );
}
