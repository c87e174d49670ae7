// Scores of the paper Prismatic Synthesis (arXiv 2505.20161), as its project page, its second version and notes on it state them.

import type { PublishedCell, PublishedRow, PublishedTable } from './table.ts';

const mathColumns = ['math-500', 'aime24', 'aime25', 'amc23', 'math2', 'olympiadbench', 'gsm8k-platinum', 'average'];

export const prismaticMath: PublishedTable = {
  name: 'prismatic-math-page',
  title: 'Prismatic Synthesis, mathematics, accuracy in percent',
  source: 'NVlabs project page of arXiv 2505.20161 (an early version); averages recomputed from the cells',
  caution:
    'Samples, temperature and token limits are not stated. From the fractions: AIME and AMC23 fit 8 answers a problem, the others one.',
  columns: mathColumns,
  rows: [
    row('Qwen2.5-Math-7B-Instruct', '', [83.8, 14.17, 9.91, 72.5, 57.62, 44.29, 96.11, 54.06]),
    row('OpenThinker-7B', '114k of R1-671B', [84.2, 27.5, 22.5, 74.06, 67.62, 45.93, 93.05, 59.27]),
    row('OpenThinker2-7B', '1.14M of R1-671B', [91.4, 50, 35, 88.44, 78.1, 69.63, 93.96, 72.36]),
    row('OpenR1-Qwen-7B', '94k of R1-671B', [90.6, 47.91, 30.41, 87.19, 78.1, 67.06, 96.69, 71.14]),
    row('R1-Distill-Qwen-7B', 'unknown size, of R1-671B', [92.6, 53.33, 33.3, 92.5, 78.57, 68, 89.91, 72.6]),
    row('PrismMath-7B', '1.0M of R1-32B', [92.4, 54.16, 37.91, 93.75, 80.95, 68.3, 95.95, 74.77]),
  ],
};

export const prismaticMathSecond: PublishedTable = {
  name: 'prismatic-math-arxiv',
  title: 'Prismatic Synthesis, mathematics, accuracy in percent, second version',
  source:
    'arXiv 2505.20161v2, by third-party notes: the cells that they give, most of them other than on the project page',
  caution: 'Incomplete: cells that were not found stay empty.',
  columns: mathColumns,
  rows: [
    { system: 'R1-Distill-Qwen-7B', note: '', cells: cellsOf({ aime24: 54.66, aime25: 33.33 }) },
    {
      system: 'PrismMath-7B',
      note: '1.0M of R1-32B',
      cells: cellsOf({ aime24: 57.08, aime25: 38.33, amc23: 93.75, average: 75.25 }),
    },
  ],
};

export const prismaticNli: PublishedTable = {
  name: 'prismatic-nli',
  title: 'Prismatic Synthesis, inference, accuracy in percent',
  source: 'arXiv 2505.20161, by third-party notes; the single cells by one weak note',
  caution:
    'Other cells are unknown. The published HANS is not hans-regenerated of our examples, and the model that the student started from had itself seen ANLI, WANLI and LingNLI.',
  columns: ['hans', 'anli-r3', 'glue-diagnostics'],
  rows: [
    {
      system: 'PrismNLI-0.4B',
      note: '515k pairs; +8 points mean out-of-distribution accuracy over the best earlier mixture',
      cells: cellsOf({ hans: 92.44, 'anli-r3': 57, 'glue-diagnostics': 86.13 }),
    },
  ],
};

function row(system: string, note: string, values: readonly number[]): PublishedRow {
  return { system, note, cells: cellsOf(Object.fromEntries(mathColumns.map((name, place) => [name, values[place]]))) };
}

function cellsOf(values: Readonly<Record<string, number | undefined>>): Record<string, PublishedCell> {
  const known = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }]]));
  return Object.fromEntries(known) as Record<string, PublishedCell>;
}
