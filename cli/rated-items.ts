// What people or a judge rate, from files: the answers of several systems to the same prompts, and ratings of them.

import { FailureType, PermanentError } from '../contracts/failures.ts';
import type { SheetLine } from '../core/rating/rating-lines.ts';
import type { JudgeScore } from '../core/rating/report.ts';
import type { Rubric } from '../core/rating/rubric.ts';
import type { KeyLine, RatedItem } from '../core/rating/sheets.ts';
import type { CommandContext } from './context.ts';
import { sourceOf } from './example-rows.ts';

interface Answer {
  readonly line: number;
  readonly prompt: string;
  readonly prediction: string;
  readonly reference: string | null;
}

/**
 * Every system has to have answered the same prompts.
 * @param files - by system
 */
export async function readRatedItems(
  files: Readonly<Record<string, string>>,
  context: CommandContext,
): Promise<RatedItem[]> {
  const systems = await Promise.all(
    Object.entries(files).map(async ([system, file]) => ({ system, file, answers: await answersOf(file, context) })),
  );
  const [first, ...others] = systems;
  if (!first) return [];
  return [...first.answers].map(([id, { prompt, prediction, reference }]) => {
    const outputs = new Map([[first.system, prediction]]);
    for (const { system, file, answers } of others) {
      const answer = answers.get(id);
      if (!answer)
        throw invalid(`${file}: there is no row with the id ${id}, which ${first.file} has; expected the same ids`);
      if (answer.prompt !== prompt) {
        throw invalid(
          `${file}, line ${answer.line}: id ${id} has another prompt than in ${first.file}; expected the same`,
        );
      }
      if (answers.size > first.answers.size) {
        const strange = [...answers.keys()].find((other) => !first.answers.has(other));
        throw invalid(
          `${first.file}: there is no row with the id ${String(strange)}, which ${file} has; expected the same ids`,
        );
      }
      outputs.set(system, answer.prediction);
    }
    return { id, prompt, reference, outputs };
  });
}

/** The lines of filled sheets, of all files together. */
export async function readSheetLines(files: readonly string[], { services }: CommandContext): Promise<SheetLine[]> {
  const lines: SheetLine[] = [];
  for (const file of files) {
    for await (const { line, columns } of services.readRawRows(sourceOf(file, {}))) lines.push({ file, line, columns });
  }
  return lines;
}

/** Rows {id, system, <criterion>: number ...}; outputs that nobody rated are left out. */
export async function readJudgeScores(
  file: string,
  { rubric, outputs }: { readonly rubric: Rubric; readonly outputs: readonly KeyLine[] },
  { services }: CommandContext,
): Promise<JudgeScore[]> {
  const known = new Set(outputs.map(({ item, system }) => JSON.stringify([item, system])));
  const seen = new Set<string>();
  const scores: JudgeScore[] = [];
  for await (const { line, columns } of services.readRawRows(sourceOf(file, {}))) {
    const { id, system } = columns;
    const [item, name] = [textOf(id), textOf(system)];
    if (item === null || name === null) throw invalid(`${file}, line ${line}: expected an id and a system`);
    const output = JSON.stringify([item, name]);
    if (seen.has(output))
      throw invalid(`${file}, line ${line}: ${name} on item ${item} was judged before; expected it once`);
    seen.add(output);
    const values = rubric.criteria.flatMap((criterion) => {
      const cell = columns[criterion.name];
      const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
      if (value === undefined || value === null || value === '') return [];
      if (typeof value === 'number' && Number.isFinite(value)) return [[criterion.name, value] as const];
      throw invalid(`${file}, line ${line}: ${criterion.name} is ${JSON.stringify(cell)}; expected a number`);
    });
    if (known.has(output)) scores.push({ item, system: name, values: new Map(values) });
  }
  if (scores.length > 0) return scores;
  throw invalid(`${file}: no row names an id and a system of the sheets; expected {"id", "system", and criteria}`);
}

async function answersOf(file: string, { services }: CommandContext): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for await (const { line, columns } of services.readRawRows(sourceOf(file, {}))) {
    const id = textOf(columns['id']);
    const { prompt, prediction, reference } = columns;
    if (id === null || typeof prompt !== 'string' || typeof prediction !== 'string') {
      throw invalid(`${file}, line ${line}: expected the columns id, prompt and prediction, with texts`);
    }
    const before = answers.get(id);
    if (before)
      throw invalid(`${file}, line ${line}: the id ${id} stands in line ${before.line} too; expected it once`);
    answers.set(id, { line, prompt, prediction, reference: typeof reference === 'string' ? reference : null });
  }
  if (answers.size > 0) return answers;
  throw invalid(`${file} holds no rows; expected answers to rate`);
}

function textOf(cell: unknown): string | null {
  if (typeof cell === 'number') return String(cell);
  return typeof cell === 'string' && cell.trim() !== '' ? cell.trim() : null;
}

function invalid(problem: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${problem}.`);
}
