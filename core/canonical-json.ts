// One text for one value, so that its sha256 names it: sorted keys, no white space, nothing that JSON cannot say.

import { PermanentError } from '../contracts/failures.ts';

/**
 * JSON with object keys in the order of their UTF-16 code units and no white space, as RFC 8785 has it for the values that
 * it allows; properties that are undefined are left out.
 * @throws {PermanentError} `InvalidData` for a value that JSON would drop or change: NaN, infinities, functions, class instances
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, '$');
}

function textOf(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => textOf(item, `${path}[${index}]`)).join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) return objectText(value as Record<string, unknown>, path);
  throw new PermanentError(
    'InvalidData',
    `canonical JSON: ${path} is ${nameOf(value)}; expected null, a boolean, a finite number, a string, an array or a plain object`,
  );
}

function objectText(value: Readonly<Record<string, unknown>>, path: string): string {
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(value[key], `${path}.${key}`)}`);
  return `{${members.join(',')}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor.name}`
    : `of type ${typeof value}`;
}
