// What raters are asked of every output: criteria with their scales.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { MeasurementLevel } from '../stats/agreement.ts';

export interface ScaleValue {
  readonly value: number;
  readonly label: string;
}

export interface Criterion {
  /** A column of the sheets. */
  readonly name: string;
  readonly question: string;
  /** What a difference of two values means; `nominal` values have no order. */
  readonly level: MeasurementLevel;
  /** Ascending. */
  readonly values: readonly ScaleValue[];
}

export interface Rubric {
  readonly name: string;
  readonly criteria: readonly Criterion[];
}

/** Columns of a sheet that are no criteria. */
export const sheetColumns = ['rater', 'item', 'output', 'prompt', 'reference', 'text', 'comment'] as const;

const coverage = [
  { value: 0, label: 'absent or wrong' },
  { value: 1, label: 'partly' },
  { value: 2, label: 'right' },
];
const seriousness = [
  { value: 0, label: 'none' },
  { value: 1, label: 'minor' },
  { value: 2, label: 'would mislead' },
];

/**
 * For summaries of medical evidence. What is asked for are the annotation columns of Shaib et al. 2023 (repository
 * cshaib/summarizing-medical-evidence); questions and scales are ours.
 */
export const evidenceRubric: Rubric = {
  name: 'medical-evidence',
  criteria: [
    {
      name: 'key_result',
      question: 'Does it state the key result of the reviewed evidence?',
      level: 'nominal',
      values: [
        { value: 0, label: 'no' },
        { value: 1, label: 'yes' },
      ],
    },
    { name: 'population', question: 'Is the population stated rightly?', level: 'ordinal', values: coverage },
    { name: 'intervention', question: 'Is the intervention stated rightly?', level: 'ordinal', values: coverage },
    { name: 'outcome', question: 'Are the outcomes stated rightly?', level: 'ordinal', values: coverage },
    { name: 'omissions', question: 'Does it leave out what a reader needs?', level: 'ordinal', values: seriousness },
    {
      name: 'errors',
      question: 'Does it say what the source does not support?',
      level: 'ordinal',
      values: seriousness,
    },
    {
      name: 'coherence',
      question: 'Does it read as one coherent text?',
      level: 'ordinal',
      values: ['not at all', 'hardly', 'partly', 'mostly', 'fully'].map((label, at) => ({ value: at + 1, label })),
    },
  ],
};

/** @throws {PermanentError} `InvalidConfig` for a rubric that sheets cannot ask for */
export function requireRubric(rubric: Rubric): void {
  const problem = problemOf(rubric);
  if (problem !== null) throw new PermanentError(FailureType.InvalidConfig, `rubric "${rubric.name}": ${problem}`);
}

function problemOf({ criteria }: Rubric): string | null {
  if (criteria.length === 0) return 'it has no criteria; expected at least one';
  const taken = new Set<string>(sheetColumns);
  for (const { name, values } of criteria) {
    if (taken.has(name)) return `the name ${name} is taken; expected another for the criterion`;
    taken.add(name);
    if (values.length < 2) return `criterion ${name} has ${values.length} values; expected at least two`;
    const ascending = values.every(({ value }, at) => at === 0 || value > (values[at - 1]?.value ?? Infinity));
    if (!ascending) return `the values of criterion ${name} do not ascend; expected each greater than the one before`;
  }
  return null;
}

/** Whether a mean of its values says anything: with a scale, or as the share of ones. */
export function hasMean({ level, values }: Criterion): boolean {
  return level !== 'nominal' || (values.length === 2 && values[0]?.value === 0 && values[1]?.value === 1);
}
