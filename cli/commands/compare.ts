// diffract compare: which of two data files is more diverse, at equal numbers of rows.

import { basename } from 'node:path';
import type { Command } from 'commander';
import { rowsAt } from '../../core/diversity/row-source.ts';
import { gVendiOf } from '../../core/diversity/source-spectrum.ts';
import { decimal, range, whole } from '../../core/report/format.ts';
import { selectRandom } from '../../core/selection/random.ts';
import { normalQuantile } from '../../core/stats/normal.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { intervalOf, intervalRows, withEngine } from '../dataset-diversity.ts';
import type { DatasetMeasures, MeasureOptions } from '../dataset-measures.ts';
import { measureOptions, measuresOf } from '../dataset-measures.ts';
import { UsageError } from '../exit.ts';
import { integer, pairs } from '../options.ts';
import type { SketchedDataset } from '../sketched-dataset.ts';
import { requireSameOrigin, withSketches } from '../sketched-dataset.ts';
import type { SketchOptions } from '../sketch-options.ts';
import { withSketchOptions } from '../sketch-options.ts';
import { textTable } from '../text-table.ts';

interface CompareOptions extends SketchOptions, MeasureOptions, JsonOption {
  readonly seed: number;
  readonly secondMap?: Readonly<Record<string, string>>;
}

export function addCompare(program: Command, context: CommandContext): void {
  const command = program
    .command('compare')
    .description('compare the diversity of two data files, at equal numbers of rows')
    .argument('<a>', 'data file or data set folder, or a folder that `score --out` wrote')
    .argument('<b>', 'the other one');
  measureOptions.forEach((option) => command.addOption(option));
  withSketchOptions(command)
    .option('--second-map <pairs>', 'columns of the second file, where they have other names than --map says', pairs)
    .option('--seed <n>', 'seed of the rows that are drawn from the larger file', integer, 0)
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract compare ours.jsonl theirs.jsonl --limit 500')
    .action((a: string, b: string, options: CompareOptions) => compare([a, b], options, context));
}

/** Ratios say how many times as diverse the first file is; null where a file is too small for an interval, or too large. */
interface Compared {
  readonly n: number;
  readonly d: number;
  readonly sketch: string;
  readonly sides: readonly [Side, Side];
  readonly ratio: number;
  readonly ratioInterval: readonly [number, number] | null;
}

interface Side {
  readonly file: string;
  /** Rows of the file that have a sketch; `n` of them are measured. */
  readonly rows: number;
  readonly gVendi: number;
  readonly interval: readonly [number, number] | null;
  readonly measures: Readonly<Record<string, number>>;
  readonly measuredRows: Readonly<Record<string, number>>;
  readonly notMeasured: Readonly<Record<string, string>>;
  readonly embedder: DatasetMeasures['embedder'];
}

async function compare(
  files: readonly [string, string],
  options: CompareOptions,
  context: CommandContext,
): Promise<void> {
  const result = await withSketches(files[0], options, context, (first) =>
    withSketches(files[1], secondOptions(options), context, (second) =>
      compareDatasets(first, second, options, context),
    ),
  );
  printResult(context, options, result, describe(result));
}

function secondOptions({ secondMap, ...options }: CompareOptions): SketchOptions {
  return secondMap === undefined ? options : { ...options, map: secondMap };
}

async function compareDatasets(
  first: SketchedDataset,
  second: SketchedDataset,
  options: CompareOptions,
  context: CommandContext,
): Promise<Compared> {
  requireSameOrigin(second, first);
  const n = Math.min(first.rows.length, second.rows.length);
  if (n < 2) throw new UsageError(`${first.file} and ${second.file}: ${n} rows to compare; expected at least two.`);
  const a = await measuredSide(first, { n, key: 'first' }, options, context);
  const b = await measuredSide(second, { n, key: 'second' }, options, context);
  const { dimension: d, specification: sketch } = first.origin;
  return { n, d, sketch, sides: [a.side, b.side], ...ratioOf(a, b) };
}

interface Measured {
  readonly side: Side;
  /** Standard deviation of the bootstrapped ln(G-Vendi). */
  readonly logDeviation: number | null;
}

async function measuredSide(
  dataset: SketchedDataset,
  { n, key }: { n: number; key: string },
  options: CompareOptions,
  context: CommandContext,
): Promise<Measured> {
  const chosen = selectRandom(dataset.rows.length, n, `compare/${options.seed}`);
  const sketches = rowsAt(dataset.sketches, chosen);
  const score = await withEngine(context, (engine) => gVendiOf(sketches, engine));
  const bounds = await intervalOf(sketches, { score, key: `compare/${options.seed}/${key}` }, context);
  const measured = await measuresOf(dataset, chosen, options, context);
  const side: Side = {
    file: dataset.file,
    rows: dataset.rows.length,
    gVendi: score.value,
    interval: bounds === null ? null : [bounds.low, bounds.high],
    measures: measured.values,
    measuredRows: measured.partial,
    notMeasured: measured.leftOut,
    embedder: measured.embedder,
  };
  return { side, logDeviation: bounds?.logDeviation ?? null };
}

/** The files are drawn apart, so the deviations of their logarithms add up as squares. */
function ratioOf(a: Measured, b: Measured): Pick<Compared, 'ratio' | 'ratioInterval'> {
  const ratio = a.side.gVendi / b.side.gVendi;
  if (a.logDeviation === null || b.logDeviation === null) return { ratio, ratioInterval: null };
  const reach = normalQuantile(0.975) * Math.hypot(a.logDeviation, b.logDeviation);
  return { ratio, ratioInterval: [ratio * Math.exp(-reach), ratio * Math.exp(reach)] };
}

function describe({ n, d, sides: [a, b], ratio, ratioInterval }: Compared): string {
  const names = Object.keys(a.measures).filter((name) => name in b.measures && name !== 'g-vendi');
  const score = ({ gVendi, interval }: Side): string =>
    interval === null ? decimal(gVendi) : `${decimal(gVendi)} (${range(interval, decimal)})`;
  const rows = [
    ['rows with a sketch', whole(a.rows), whole(b.rows)],
    [`G-Vendi of ${whole(n)}`, score(a), score(b)],
    ...names.map((name) => [name, decimal(a.measures[name] ?? NaN, 4), decimal(b.measures[name] ?? NaN, 4)]),
  ];
  const interval =
    ratioInterval === null
      ? `no interval: it takes ${intervalRows(d).least} to ${whole(intervalRows(d).most)} rows`
      : `95 % interval ${range(ratioInterval, decimal)}`;
  return [
    textTable(['Measure', basename(a.file), basename(b.file)], rows),
    `The first is ${decimal(ratio)} times as diverse as the second (${interval}), n = ${whole(n)}, d = ${whole(d)}.`,
  ].join('\n');
}
