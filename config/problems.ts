// What zod found wrong, in words for the person who wrote the file: where, found, expected, what to do.

import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { knownKeys, meaningOf, valueAt } from './schema-walk.ts';
import type { Checked, Path } from './schema-walk.ts';

/** One bad field. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

export function describeIssue(issue: Issue, checked: Checked, prefix: Path = []): readonly Problem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, checked) }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((issues) => !issues.some(({ path: at }) => at.length === 0));
    if (branch !== undefined) return branch.flatMap((nested) => describeIssue(nested, checked, path));
  }
  const found = valueAt(checked.tree, path);
  const seen = found === undefined ? 'missing' : `found ${show(found)}`;
  const meaning = meaningOf(path, checked);
  return [{ path, message: `${seen}, expected ${expectation(issue)}${meaning === '' ? '' : `. ${meaning}`}` }];
}

/** `generators[1].count` */
export function showPath(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

export function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Advice for a word that is none of `known`. */
export function suggestion(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === null ? `known here: ${known.join(', ')}` : `did you mean "${guess}"?`;
}

function unknownKey(key: string, path: Path, checked: Checked): string {
  return `unknown key; ${suggestion(key, knownKeys(path, checked))}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return nameOfType(issue.expected);
    case 'too_small':
      return sized(issue.origin, `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`);
    case 'too_big':
      return sized(issue.origin, `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`);
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.map(String).join(', ')}`
        : 'one of the forms of this key';
    default:
      return issue.message;
  }
}

function sized(origin: string, bound: string): string {
  if (origin === 'array') return `a list of ${bound} ${bound.endsWith(' 1') ? 'entry' : 'entries'}`;
  return origin === 'string' ? `text of ${bound} characters` : bound;
}

function nameOfType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number',
    number: 'a number',
    string: 'text',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return names[type] ?? type;
}
