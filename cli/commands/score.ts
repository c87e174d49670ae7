// diffract score: G-Vendi of a data file, without a server.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ChatExample, SketchedExample } from '../../activities/ports/models.ts';
import { formatOf } from '../../config/resolve.ts';
import type { FileSource } from '../../contracts/campaign.ts';
import { gVendiInterval } from '../../core/diversity/g-vendi-interval.ts';
import { gVendi } from '../../core/diversity/vendi.ts';
import { decimal, duration, range, whole } from '../../core/report/format.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { pairs, positiveNumber, wholeNumber } from '../options.ts';
import { createPacer, paceText } from '../pace.ts';
import { readExamples } from '../score-examples.ts';

interface ScoreOptions extends JsonOption {
  readonly map?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly proxy: string;
  readonly p: number;
  readonly sketchSeed: number;
  readonly sessions: number;
  readonly atLeast?: number;
}

/** Below this an interval would be noise; above it a bootstrap takes longer than the sketches did. */
const INTERVAL_ROWS = { least: 8, most: 20_000 };

export function addScore(program: Command, context: CommandContext): void {
  program
    .command('score')
    .description('measure the gradient diversity (G-Vendi) of a data file; needs no server')
    .argument('<file>', 'jsonl, csv, tsv, json or parquet with rows {prompt, completion} or {messages}')
    .option('--map <pairs>', 'columns of the file, as in prompt=question,completion=answer', pairs)
    .option('--limit <n>', 'only the first n rows', wholeNumber)
    .option('--proxy <model>', 'model whose gradients are taken', 'smollm2-135m-instruct')
    .option('--p <n>', 'the sketch has p * p dimensions', wholeNumber, 32)
    .option('--sketch-seed <n>', 'seed of the projection', Number, 0)
    .option('--sessions <n>', 'model sessions side by side; speed only', wholeNumber, 2)
    .option('--at-least <value>', 'exit with 3 when G-Vendi is below this', positiveNumber)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract score data.jsonl --map prompt=question,completion=answer --limit 200 --json',
    )
    .action((file: string, options: ScoreOptions) => score(file, options, context));
}

async function score(file: string, options: ScoreOptions, context: CommandContext): Promise<void> {
  const { services, terminal, signal } = context;
  const started = services.now();
  const examples = await readExamples(services.readDataset, sourceOf(file), options);
  if (examples.length === 0) throw new UsageError(`${file} holds no rows.`);
  terminal.progress(`Opening ${options.proxy} ...`);
  const runtime = await services.openRuntime(options.sessions);
  try {
    const plan = { p: options.p, seed: options.sketchSeed, tokenBudget: 256 };
    const sketcher = await runtime.openSketcher(options.proxy, plan);
    const results = await sketchAll(sketcher.sketch(examples, signal), examples, context);
    const measured = measure(results, options.p * options.p);
    const result = {
      file: resolve(file),
      ...measured,
      proxy: sketcher.identity,
      sketch: sketcher.specification,
      seconds: Number((services.now() - started).toFixed(2)),
    };
    printResult(context, options, result, describe(result, options.proxy));
    if (options.atLeast !== undefined && measured.gVendi < options.atLeast) context.answer(ExitCode.GateNotMet);
  } finally {
    await runtime.close();
  }
}

function sourceOf(file: string): Omit<FileSource, 'map'> {
  const format = formatOf(file);
  if (format === null)
    throw new UsageError(`Cannot tell the format of ${file}; expected .jsonl, .csv, .tsv, .json or .parquet.`);
  return { kind: 'file', path: resolve(file), format, where: {}, skip: 0 };
}

type Groups = AsyncIterable<readonly { readonly position: number; readonly result: SketchedExample }[]>;

async function sketchAll(
  groups: Groups,
  examples: readonly ChatExample[],
  { services, terminal }: CommandContext,
): Promise<readonly SketchedExample[]> {
  const results: SketchedExample[] = [];
  const pace = createPacer();
  let lastLineAt = services.now();
  pace('sketch', 0, examples.length, lastLineAt);
  let done = 0;
  for await (const group of groups) {
    for (const { position, result } of group) results[position] = result;
    done += group.length;
    const now = services.now();
    const line = `sketch  ${paceText(done, examples.length, pace('sketch', done, examples.length, now))}`;
    terminal.progress(line);
    if (!terminal.interactive && now - lastLineAt >= 5) {
      terminal.note(line);
      lastLineAt = now;
    }
  }
  return results;
}

interface Measured {
  readonly gVendi: number;
  readonly n: number;
  readonly d: number;
  readonly interval: readonly [number, number] | null;
  /** Rows without a sketch, and why. */
  readonly excluded: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly tokens: number;
}

function measure(results: readonly SketchedExample[], dimension: number): Measured {
  const sketches = results.flatMap(({ sketch }) => (sketch === null ? [] : [sketch]));
  const tokens = results.reduce((sum, result) => sum + result.tokens, 0);
  const excluded = results.length - sketches.length;
  const reasons = countReasons(results);
  if (sketches.length === 0) {
    throw new UsageError(`None of ${results.length} rows has a usable gradient: ${JSON.stringify(reasons)}.`);
  }
  const values = new Float32Array(sketches.length * dimension);
  sketches.forEach((sketch, row) => values.set(sketch, row * dimension));
  const rows = { values, count: sketches.length, dimension };
  const { value, n, d } = gVendi(rows);
  const bounds = n >= INTERVAL_ROWS.least && n <= INTERVAL_ROWS.most ? gVendiInterval(rows, { key: 'score' }) : null;
  return {
    gVendi: value,
    n,
    d,
    interval: bounds === null ? null : [bounds.low, bounds.high],
    excluded,
    reasons,
    tokens,
  };
}

function countReasons(results: readonly SketchedExample[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { excluded } of results) if (excluded !== null) counts[excluded] = (counts[excluded] ?? 0) + 1;
  return counts;
}

function describe(result: Measured & { readonly seconds: number }, proxy: string): string {
  const interval = result.interval === null ? '' : ` (95 % interval ${range(result.interval, decimal)})`;
  return [
    `G-Vendi ${decimal(result.gVendi)}${interval}, n = ${whole(result.n)}, d = ${whole(result.d)}, proxy ${proxy}`,
    `${whole(result.tokens)} completion tokens, ${whole(result.excluded)} rows excluded${excludedWhy(result)}, ${duration(result.seconds)}`,
    'Compare it with values of the same n, d and proxy only.',
  ].join('\n');
}

function excludedWhy({ reasons }: Measured): string {
  const parts = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
