// Filled sheets as they come back: every cell is looked at, and everything that is wrong is said at once, by line.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Criterion, Rubric } from './rubric.ts';
import type { KeyLine } from './sheets.ts';

/** A row of a sheet, with the place it was read from. */
export interface SheetLine {
  readonly file: string;
  readonly line: number;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** One rater's view of one output, unblinded. */
export interface Rating {
  readonly rater: string;
  readonly item: string;
  readonly system: string;
  /** By criterion. */
  readonly values: ReadonlyMap<string, number>;
}

const SHOWN_PROBLEMS = 20;

/**
 * @throws {PermanentError} `InvalidData` without any line, for lines that the key does not know, that come twice or are missing,
 * and for cells without a value of their scale; the message lists them, one a line
 */
export function readRatings(lines: readonly SheetLine[], rubric: Rubric, key: readonly KeyLine[]): Rating[] {
  if (lines.length === 0)
    throw new PermanentError(FailureType.InvalidData, 'The sheets hold no rows; expected ratings.');
  const systems = new Map(key.map((line) => [placeOf(line), line]));
  const seen = new Map<string, SheetLine>();
  const problems: string[] = [];
  const ratings: Rating[] = [];
  for (const line of lines) {
    const at = `${line.file}, line ${line.line}`;
    const place = placeOf(namesOf(line));
    const known = systems.get(place);
    const before = seen.get(place);
    if (known === undefined) problems.push(`${at}: ${unknownPlace(line, key)}`);
    else if (before)
      problems.push(`${at}: ${place} was rated before, at ${before.file}, line ${before.line}; expected it once`);
    else {
      seen.set(place, line);
      const values = valuesOf(line, rubric, (problem) => problems.push(`${at}: ${problem}`));
      ratings.push({ rater: known.rater, item: known.item, system: known.system, values });
    }
  }
  problems.push(...missingLines(lines, key, seen));
  if (problems.length > 0) throw invalid(problems);
  return ratings;
}

function valuesOf(
  { columns }: SheetLine,
  { criteria }: Rubric,
  report: (problem: string) => void,
): Map<string, number> {
  const values = new Map<string, number>();
  for (const criterion of criteria) {
    const cell = columns[criterion.name];
    const text = typeof cell === 'number' ? String(cell) : typeof cell === 'string' ? cell.trim() : '';
    const value = criterion.values.find((one) => text !== '' && one.value === Number(text))?.value;
    if (value === undefined) report(badCell(criterion, text));
    else values.set(criterion.name, value);
  }
  return values;
}

function badCell({ name, values }: Criterion, text: string): string {
  const found = text === '' ? 'is empty' : `is "${text.slice(0, 40)}"`;
  return `${name} ${found}; expected ${values.map(({ value }) => value).join(', ')}`;
}

function unknownPlace(line: SheetLine, key: readonly KeyLine[]): string {
  const { rater, item, output } = namesOf(line);
  const ofRater = key.filter((one) => one.rater === rater);
  if (ofRater.length === 0) return `the key has no rater "${rater}"; expected ${listed(key.map((one) => one.rater))}`;
  const ofItem = ofRater.filter((one) => one.item === item);
  if (ofItem.length === 0) return `the key gives no item "${item}" to ${rater}`;
  return `item ${item} has no output "${output}"; expected ${listed(ofItem.map((one) => one.output))}`;
}

/** Of raters who gave sheets back; the others are still awaited. */
function missingLines(
  lines: readonly SheetLine[],
  key: readonly KeyLine[],
  seen: ReadonlyMap<string, SheetLine>,
): string[] {
  const raters = new Map(lines.map((line) => [namesOf(line).rater, line.file]));
  return key.flatMap((line) => {
    const file = raters.get(line.rater);
    return file === undefined || seen.has(placeOf(line)) ? [] : [`${file}: there is no line for ${placeOf(line)}`];
  });
}

function namesOf({ columns }: SheetLine): { rater: string; item: string; output: string } {
  const text = (name: string): string => {
    const cell = columns[name];
    return typeof cell === 'number' ? String(cell) : typeof cell === 'string' ? cell.trim() : '';
  };
  return { rater: text('rater'), item: text('item'), output: text('output').toUpperCase() };
}

function placeOf({ rater, item, output }: Pick<KeyLine, 'rater' | 'item' | 'output'>): string {
  return `rater ${rater}, item ${item}, output ${output}`;
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}

function invalid(problems: readonly string[]): PermanentError {
  const shown = problems.slice(0, SHOWN_PROBLEMS);
  const more = problems.length > shown.length ? `\n... and ${problems.length - shown.length} more` : '';
  return new PermanentError(
    FailureType.InvalidData,
    `${problems.length} problems in the ratings:\n${shown.join('\n')}${more}`,
  );
}
