// A sheet as rows of a table, for raters who fill in a spreadsheet.

import type { Rubric } from './rubric.ts';
import { letterOf, type SheetEntry } from './sheets.ts';

export interface SheetTable {
  readonly rater: string;
  readonly rubric: Rubric;
  readonly entries: readonly SheetEntry[];
}

/** One row an output; cells of criteria are empty. */
export function sheetRows({ rater, rubric, entries }: SheetTable): Readonly<Record<string, string>>[] {
  const showsReference = entries.some(({ item }) => item.reference !== null);
  const empty = Object.fromEntries(rubric.criteria.map(({ name }) => [name, '']));
  return entries.flatMap(({ item, systems }) =>
    systems.map((system, place) => ({
      rater,
      item: item.id,
      output: letterOf(place),
      prompt: harmless(item.prompt),
      ...(showsReference ? { reference: harmless(item.reference ?? '') } : {}),
      text: harmless(item.outputs.get(system) ?? ''),
      ...empty,
      comment: '',
    })),
  );
}

/** A spreadsheet would run what begins like a formula. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
