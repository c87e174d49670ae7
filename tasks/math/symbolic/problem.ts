// What a slice of the symbolic generator of word problems is, and the words that several slices share.

import type { Chance } from '../../chance.ts';

export interface Problem {
  readonly question: string;
  /** The worked solution, one sentence with its calculation a line, without the answer line. */
  readonly steps: readonly string[];
  /** The final answer: an integer, or a decimal or fraction in lowest terms. */
  readonly answer: string;
}

export interface Slice {
  /** What the slice covers, in one line. */
  readonly covers: string;
  draw(chance: Chance): Problem;
}

export type Template = (chance: Chance) => Problem;

/** A person with the words that refer to them. */
export interface Person {
  readonly name: string;
  readonly he: 'he' | 'she';
  readonly his: 'his' | 'her';
}

export const persons: readonly Person[] = [
  ...'Tom Paul Mark Peter David Robert Simon James Adam Luke'
    .split(' ')
    .map((name) => ({ name, he: 'he', his: 'his' }) as const),
  ...'Anna Eva Maria Laura Julia Clara Nina Sophie Emma Ruth'
    .split(' ')
    .map((name) => ({ name, he: 'she', his: 'her' }) as const),
];

/** A slice that draws each of its templates equally often. */
export function sliceOf(covers: string, templates: readonly Template[]): Slice {
  return { covers, draw: (chance) => chance.pick(templates)(chance) };
}

export function problem(question: string, steps: readonly string[], answer: number | string): Problem {
  return { question, steps, answer: String(answer) };
}

/** Dollars and cents as `12` or `12.50`, from whole cents. */
export function dollars(cents: number): string {
  return cents % 100 === 0 ? String(cents / 100) : (cents / 100).toFixed(2);
}

/** `twice`, `3 times`, ... before `as many as`. */
export function timesAs(factor: number): string {
  return factor === 2 ? 'twice' : `${factor} times`;
}
