// diffract grade: which responses state the right answer, line by line.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { GradedPair, Pair } from '../../adapters/grading/pair-grader.ts';
import type { TaskName } from '../../contracts/samples.ts';
import { taskNames } from '../../contracts/samples.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { percent, plural } from '../../core/report/format.ts';
import { profiles } from '../../tasks/math/grading/grader.ts';
import type { Profile } from '../../tasks/math/grading/grader.ts';
import type { CommandContext } from '../context.ts';
import { sourceOf } from '../example-rows.ts';
import { UsageError } from '../exit.ts';
import { positiveNumber } from '../options.ts';

interface GradeOptions {
  readonly task: TaskName;
  readonly profile?: Profile;
  readonly command?: string;
  readonly timeLimit?: number;
  readonly out?: string;
}

export function addGrade(program: Command, context: CommandContext): void {
  program
    .command('grade')
    .description('say which responses state the right answer; reads rows {response, answer}')
    .argument('[file]', 'data file with the columns response and answer; - or nothing for JSON lines on stdin', '-')
    .addOption(new Option('--task <task>', 'whose rules decide').choices(taskNames).makeOptionMandatory())
    .addOption(new Option('--profile <profile>', 'for math: how strict (default: qwen)').choices(profiles))
    .option('--command <command>', 'a program that grades in our place: JSON lines in, JSON lines out')
    .option(
      '--time-limit <seconds>',
      'for math: for one pair (default: 3); of --command: between verdicts (60)',
      positiveNumber,
    )
    .option('--out <file>', '.jsonl or .csv for the verdicts, in place of stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract grade --task math responses.jsonl --profile strict --out verdicts.jsonl\n\n' +
        'A verdict is {id, correct, extracted, reason}; id where the row has one. The summary goes to stderr.',
    )
    .action((file: string, options: GradeOptions) => grade(file, options, context));
}

async function grade(file: string, options: GradeOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  requireFitting(options);
  const out = options.out === undefined ? undefined : resolve(options.out);
  if (out !== undefined) await services.requireWritable(out);
  const grader = await services.openGrader(options);
  const counts = new Map<string, number>();
  const verdicts = verdictsOf(file, (pairs) => grader.grade(pairs), { counts, context });
  if (out !== undefined) await services.writeRows(out, verdicts);
  else for await (const verdict of verdicts) terminal.print(JSON.stringify(verdict));
  terminal.note(summary(grader.name, counts));
}

function requireFitting({ task, profile, command, timeLimit }: GradeOptions): void {
  if (profile !== undefined && (task !== 'math' || command !== undefined))
    throw new UsageError('--profile belongs to the own grader of the task math.');
  if (timeLimit !== undefined && task !== 'math' && command === undefined)
    throw new UsageError(`The task ${task} has no time limit: its rule takes no time.`);
}

interface Watch {
  /** By reason; those of right answers start with +. */
  readonly counts: Map<string, number>;
  readonly context: CommandContext;
}

async function* verdictsOf(
  file: string,
  gradeAll: (pairs: AsyncIterable<Pair>) => AsyncIterable<GradedPair>,
  { counts, context }: Watch,
): AsyncGenerator<object> {
  const ids: unknown[] = [];
  let done = 0;
  for await (const graded of gradeAll(pairsOf(file, ids, context))) {
    context.signal.throwIfAborted();
    const id = ids.shift();
    done += 1;
    const { correct, extracted, reason } = graded;
    const key = `${correct ? '+' : '-'}${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (done % 100 === 0) context.terminal.progress(`Graded ${done} ...`);
    yield { ...(id !== undefined && { id }), correct, extracted, reason };
  }
}

/** Puts the id of every row at the end of `ids`. */
async function* pairsOf(file: string, ids: unknown[], { services, signal }: CommandContext): AsyncGenerator<Pair> {
  const name = file === '-' ? 'stdin' : resolve(file);
  let isEmpty = true;
  const rows = file === '-' ? services.readStandardInput(signal) : services.readRawRows(sourceOf(file, {}));
  for await (const { line, columns } of rows) {
    const { response } = columns;
    const answer = typeof columns['answer'] === 'number' ? String(columns['answer']) : columns['answer'];
    if (typeof response !== 'string') throw wrongColumn(name, line, 'response', response);
    if (typeof answer !== 'string') throw wrongColumn(name, line, 'answer', answer);
    ids.push(columns['id']);
    isEmpty = false;
    yield { response, answer };
  }
  // A program that failed at the other end of a pipe looks like this too.
  if (isEmpty) throw new PermanentError(FailureType.InvalidData, `${name} holds no rows; expected pairs to grade.`);
}

function wrongColumn(name: string, line: number, column: string, found: unknown): PermanentError {
  const what = found === undefined ? 'has none' : `is ${JSON.stringify(found).slice(0, 80)}`;
  return new PermanentError(
    FailureType.InvalidData,
    `${name}, line ${line}: expected a text in the column ${column}, which ${what}. Every row needs {"response": "...", "answer": "..."}.`,
  );
}

function summary(grader: string, counts: ReadonlyMap<string, number>): string {
  const all = [...counts].sort((a, b) => b[1] - a[1]);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const right = all.reduce((sum, [key, count]) => sum + (key.startsWith('+') ? count : 0), 0);
  const share = total === 0 ? '' : ` (${percent(right / total)})`;
  const list = (sign: string): string =>
    all
      .filter(([key]) => key.startsWith(sign))
      .map(([key, count]) => `${key.slice(1)} ${count}`)
      .join(', ');
  const parts = [
    ['right', list('+')],
    ['wrong', list('-')],
  ].filter(([, reasons]) => reasons !== '');
  return [
    `${plural(total, 'pair')} graded by ${grader}: ${right} right${share}`,
    ...parts.map(([name = '', reasons = '']) => `${name}: ${reasons}`),
  ].join('\n');
}
