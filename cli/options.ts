// How option values are read; what commander prints when one is wrong.

import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
}

export function integer(text: string): number {
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** `a=b,c=d` */
export function pairs(text: string): Readonly<Record<string, string>> {
  const entries = text.split(',').map((pair) => pair.split('='));
  const good = entries.every((parts) => parts.length === 2 && parts.every((part) => part.trim() !== ''));
  if (!good) throw new InvalidArgumentError('Expected field=column pairs, as in prompt=question,completion=answer.');
  return Object.fromEntries(entries.map(([field, column]) => [(field ?? '').trim(), (column ?? '').trim()]));
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}
