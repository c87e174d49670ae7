// How a study calls its measures: those that read gradients or losses carry what the loss is taken over.

import type { GradientTarget } from '../../contracts/study.ts';
import { measures } from '../diversity/measures/registry.ts';

const targets: readonly GradientTarget[] = ['completion', 'text'];

export function readsGradients(measure: string): boolean {
  const needs = measures.find(({ name }) => name === measure)?.needs ?? [];
  return needs.includes('sketches') || needs.includes('losses');
}

/** `g-vendi` of one target is `g-vendi:text`. */
export function nameWithTarget(measure: string, target: GradientTarget): string {
  return `${measure}:${target}`;
}

/** The measure behind a name with or without a target. */
export function measureOf(name: string): string {
  return name.split(':')[0] ?? name;
}

/** All names that a study may have values for. */
export const measureNames: readonly string[] = measures.flatMap(({ name }) =>
  readsGradients(name) ? targets.map((target) => nameWithTarget(name, target)) : [name],
);
