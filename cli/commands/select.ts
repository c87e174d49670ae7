// diffract select: the rows of a data file that are most diverse together, at the wanted size.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { RowSource } from '../../core/diversity/row-source.ts';
import { rowsAt } from '../../core/diversity/row-source.ts';
import { gVendiOf } from '../../core/diversity/source-spectrum.ts';
import { itemAt } from '../../core/item-at.ts';
import type { MatrixEngine } from '../../core/matrix/engine.ts';
import { decimal, duration, whole } from '../../core/report/format.ts';
import type { SelectionMethod } from '../../core/selection/methods.ts';
import { selectionMethods, selectRows } from '../../core/selection/methods.ts';
import { selectRandom } from '../../core/selection/random.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { withEngine } from '../dataset-diversity.ts';
import { sourceOf } from '../example-rows.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { integer, pairs, wholeNumber } from '../options.ts';
import type { SketchedDataset } from '../sketched-dataset.ts';
import { requireSameOrigin, withSketches } from '../sketched-dataset.ts';
import type { SketchOptions } from '../sketch-options.ts';
import { withSketchOptions } from '../sketch-options.ts';
import { textTable } from '../text-table.ts';

interface SelectOptions extends SketchOptions, JsonOption {
  readonly count: number;
  readonly method: SelectionMethod;
  readonly seed: number;
  readonly out: string;
  readonly pool?: string;
  readonly poolMap?: Readonly<Record<string, string>>;
}

export function addSelect(program: Command, context: CommandContext): void {
  const command = program
    .command('select')
    .description('choose the rows of a data file that are most diverse together')
    .argument('<file>', 'data file or data set folder, or a folder that `score --out` wrote')
    .requiredOption('--count <k>', 'rows to choose', wholeNumber)
    .requiredOption('--out <file>', '.jsonl or .csv that the chosen rows are written to, in the order of the file')
    .addOption(new Option('--method <method>', 'how to choose').choices(selectionMethods).default('spectral'))
    .option('--seed <n>', 'seed of the random choices', integer, 0)
    .option('--pool <file>', 'rows that are there already and should be complemented')
    .option('--pool-map <pairs>', 'columns of the pool, where they have other names than --map says', pairs);
  withSketchOptions(command)
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract select pool.jsonl --count 500 --out chosen.jsonl')
    .action((file: string, options: SelectOptions) => select(file, options, context));
}

interface Selected {
  readonly file: string;
  readonly method: SelectionMethod;
  readonly seed: number;
  /** Rows written, and rows there were to choose from. */
  readonly count: number;
  readonly of: number;
  readonly d: number;
  readonly sketch: string;
  readonly gVendi: number;
  /** G-Vendi of an equally large seeded draw, and of all rows (which is not of equal n). */
  readonly random: number;
  readonly all: number;
  /** Why the other rows were not chosen. */
  readonly others: string;
  readonly out: string;
  readonly seconds: number;
}

async function select(file: string, options: SelectOptions, context: CommandContext): Promise<void> {
  const { services } = context;
  const started = services.now();
  const { pool, out } = options;
  if ([file, pool].some((read) => read !== undefined && resolve(read) === resolve(out)))
    throw new UsageError(`--out ${out} is a file that rows are read from; name another.`);
  await services.requireWritable(out);
  const result = await (pool === undefined
    ? withSketches(file, options, context, (dataset) => selectFrom(dataset, null, options, context))
    : withSketches(pool, poolOptions(options), context, (held) =>
        withSketches(file, options, context, (dataset) => selectFrom(dataset, held, options, context)),
      ));
  const timed: Selected = { ...result, seconds: Number((services.now() - started).toFixed(2)) };
  printResult(context, options, timed, describe(timed, options.count));
  if (timed.count < options.count) context.answer(ExitCode.GateNotMet);
}

/** Limit, split and configuration are for the file that rows are chosen from; the pool may name its columns otherwise. */
function poolOptions({ limit: _, split: __, config: ___, poolMap, ...options }: SelectOptions): SketchOptions {
  return poolMap === undefined ? options : { ...options, map: poolMap };
}

async function selectFrom(
  dataset: SketchedDataset,
  pool: SketchedDataset | null,
  options: SelectOptions,
  context: CommandContext,
): Promise<Omit<Selected, 'seconds'>> {
  if (pool !== null) requireSameOrigin(pool, dataset);
  const { method, seed, count: wanted, out } = options;
  const { sketches, file, origin } = dataset;
  context.terminal.progress(`Choosing ${whole(Math.min(wanted, sketches.count))} of ${whole(sketches.count)} rows ...`);
  return withEngine(context, async (engine) => {
    const key = `select/${seed}`;
    const held = pool === null ? {} : { pool: pool.sketches };
    const { chosen, reason: others } = await selectRows({ method, candidates: sketches, wanted, key, engine, ...held });
    const ascending = [...chosen].sort((a, b) => a - b);
    const control = selectRandom(sketches.count, ascending.length, `${key}/control`);
    await writeChosen(dataset, ascending, options, context);
    return {
      ...{ file, method, seed, out, count: ascending.length, of: sketches.count, others },
      ...{ d: origin.dimension, sketch: origin.specification },
      gVendi: await scoreOf(rowsAt(sketches, ascending), engine),
      random: await scoreOf(rowsAt(sketches, control), engine),
      all: await scoreOf(sketches, engine),
    };
  });
}

async function scoreOf(sketches: RowSource, engine: MatrixEngine): Promise<number> {
  return (await gVendiOf(sketches, engine)).value;
}

/** A folder of sketches has no rows to copy, so the ids are written. */
async function writeChosen(
  { file, rows, read }: SketchedDataset,
  chosen: readonly number[],
  options: SelectOptions,
  { services }: CommandContext,
): Promise<void> {
  const kept = chosen.map((at) => itemAt(rows, at));
  const written = read === null ? idsOf(kept) : copied(services.readRawRows(sourceOf(file, options)), kept);
  await services.writeRows(options.out, written);
}

async function* idsOf(rows: readonly { readonly id: string }[]): AsyncGenerator<object> {
  for (const { id } of rows) yield { id };
}

async function* copied(
  source: AsyncIterable<{ readonly columns: Readonly<Record<string, unknown>> }>,
  kept: readonly { readonly row: number }[],
): AsyncGenerator<object> {
  const wanted = new Set(kept.map(({ row }) => row));
  let row = 0;
  for await (const { columns } of source) {
    if (wanted.delete(row++)) yield columns;
    if (wanted.size === 0) return;
  }
}

function describe(result: Selected, wanted: number): string {
  const { method, count, of, d, gVendi, random, all, others, out, seconds } = result;
  const ratio = decimal(gVendi / random);
  return [
    textTable(
      ['Rows', 'n', 'G-Vendi'],
      [
        [`chosen by ${method}`, whole(count), decimal(gVendi)],
        ['drawn at random', whole(count), decimal(random)],
        ['all', whole(of), decimal(all)],
      ],
    ),
    ...(count < wanted
      ? [`${whole(wanted)} were wanted; ${count < of ? `why not the others: ${others}` : 'there are no more'}.`]
      : []),
    `${ratio} times as diverse as the draw (d = ${whole(d)}), written to ${out}, ${duration(seconds)}`,
  ].join('\n');
}
