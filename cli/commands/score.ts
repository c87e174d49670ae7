// diffract score: G-Vendi of a data file, without a server.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ModelHashes } from '../../activities/ports/models.ts';
import type { KeptSketches } from '../../adapters/sketches/sketch-folder.ts';
import type { Measured } from '../../core/diversity/measures/registry.ts';
import { gVendiOf } from '../../core/diversity/source-spectrum.ts';
import type { CurvePoint } from '../../core/diversity/subsample-curve.ts';
import { subsampleCurve } from '../../core/diversity/subsample-curve.ts';
import { itemAt } from '../../core/item-at.ts';
import type { MatrixEngine } from '../../core/matrix/engine.ts';
import { decimal, duration, plural, range, whole } from '../../core/report/format.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { intervalOf, withEngine } from '../dataset-diversity.ts';
import type { DatasetMeasures, MeasureOptions } from '../dataset-measures.ts';
import { measureOptions, measuresOf } from '../dataset-measures.ts';
import { ExitCode } from '../exit.ts';
import { positiveNumber } from '../options.ts';
import type { SketchedDataset } from '../sketched-dataset.ts';
import { withSketches } from '../sketched-dataset.ts';
import type { SketchOptions } from '../sketch-options.ts';
import { withSketchOptions } from '../sketch-options.ts';
import { textTable } from '../text-table.ts';

interface ScoreOptions extends SketchOptions, MeasureOptions, JsonOption {
  readonly curve?: true;
  readonly out?: string;
  readonly atLeast?: number;
}

export function addScore(program: Command, context: CommandContext): void {
  const command = program
    .command('score')
    .description('measure the gradient diversity (G-Vendi) of a data file; needs no server')
    .argument(
      '<file>',
      'jsonl, csv, tsv, json or parquet, or a data set folder, with rows {prompt, completion} or {messages}',
    );
  measureOptions.forEach((option) => command.addOption(option));
  withSketchOptions(command)
    .option('--curve', 'also G-Vendi of seeded subsamples of several sizes')
    .option('--out <folder>', 'keep the sketches there as Parquet (id, loss, tokens, sketch), with the result')
    .option('--at-least <value>', 'exit with 3 when G-Vendi is below this', positiveNumber)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract score data.jsonl --map prompt=question,completion=answer --limit 200 --json\n\n' +
        'Sketches are kept in the state folder as they are made: an interrupted command goes on where it was.',
    )
    .action((file: string, options: ScoreOptions) => score(file, options, context));
}

async function score(file: string, options: ScoreOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  const started = services.now();
  if (options.out !== undefined) await services.requireSketchFolder(options.out, resolve(file));
  await withSketches(file, options, context, async (dataset) => {
    terminal.progress('Measuring ...');
    const scored = await withEngine(context, (engine) => scoreDataset(dataset, options, { ...context, engine }));
    const seconds = Number((services.now() - started).toFixed(2));
    const result = { file: dataset.file, ...scored, seconds };
    if (options.out !== undefined) await services.writeSketchFolder(options.out, keptOf(dataset), result);
    printResult(context, options, result, describe(result));
    if (options.atLeast === undefined || scored.gVendi >= options.atLeast) return;
    terminal.note(`G-Vendi is below the ${options.atLeast} that --at-least asks for.`);
    context.answer(ExitCode.GateNotMet);
  });
}

interface Scored {
  readonly n: number;
  readonly d: number;
  readonly gVendi: number;
  readonly interval: readonly [number, number] | null;
  /** Rows without a sketch, and why. */
  readonly excluded: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Rows whose prompt was cut. */
  readonly truncated: number;
  readonly proxy: ModelHashes & { readonly model?: string };
  readonly sketch: string;
  readonly tokens: number;
  readonly measures: Measured['values'];
  /** Rows that a measure saw, where not all. */
  readonly measuredRows: Measured['partial'];
  readonly notMeasured: Measured['leftOut'];
  readonly embedder: DatasetMeasures['embedder'];
  readonly curve?: readonly CurvePoint[];
}

async function scoreDataset(
  dataset: SketchedDataset,
  options: ScoreOptions,
  context: CommandContext & { readonly engine: MatrixEngine },
): Promise<Scored> {
  const { sketches, origin } = dataset;
  const { specification, dimension: _, ...proxy } = origin;
  const { engine } = context;
  const found = await gVendiOf(sketches, engine);
  const bounds = await intervalOf(sketches, { score: found, key: 'score' }, context);
  const measured = await measuresOf(dataset, Array.from(dataset.rows.keys()), options, context);
  return {
    n: found.n,
    d: found.d,
    gVendi: found.value,
    interval: bounds === null ? null : [bounds.low, bounds.high],
    excluded: Object.values(dataset.excluded).reduce((sum, count) => sum + count, 0),
    reasons: dataset.excluded,
    truncated: dataset.truncated,
    proxy: dataset.model === null ? proxy : { model: dataset.model, ...proxy },
    sketch: specification,
    tokens: dataset.tokens,
    measures: measured.values,
    measuredRows: measured.partial,
    notMeasured: measured.leftOut,
    embedder: measured.embedder,
    ...(options.curve === true && { curve: await subsampleCurve(sketches, { key: 'score', engine }) }),
  };
}

function keptOf({ origin, rows, rowTokens, sketches }: SketchedDataset): KeptSketches {
  return { origin, sketches, rows: rows.map(({ id, loss }, at) => ({ id, loss, tokens: itemAt(rowTokens, at) })) };
}

function describe(result: Scored & { readonly seconds: number }): string {
  const interval = result.interval === null ? '' : ` (95 % interval ${range(result.interval, decimal)})`;
  const cut = result.truncated === 0 ? '' : `, ${whole(result.truncated)} prompts cut on the left`;
  return [
    `G-Vendi ${decimal(result.gVendi)}${interval}, n = ${whole(result.n)}, d = ${whole(result.d)}, proxy ${result.proxy.model ?? result.proxy.weights.slice(0, 12)}`,
    `${whole(result.tokens)} completion tokens, ${plural(result.excluded, 'row')} excluded${excludedWhy(result)}${cut}, ` +
      duration(result.seconds),
    ...measureLines(result),
    ...curveLines(result),
    'Compare it with values of the same n, d and proxy only.',
  ].join('\n');
}

function measureLines({ measures, measuredRows, notMeasured }: Scored): string[] {
  const rows = Object.entries(measures).map(([name, value]) => {
    return [name, decimal(value, 4), name in measuredRows ? whole(measuredRows[name] ?? 0) : 'all'];
  });
  const reasons = Object.entries(notMeasured).map(([name, reason]) => `${name} (${reason})`);
  return [
    ...(rows.length === 0 ? [] : [textTable(['Measure', 'value', 'rows'], rows)]),
    ...(reasons.length === 0 ? [] : [`Not measured: ${reasons.join(', ')}.`]),
  ];
}

function curveLines({ curve = [] }: Scored): string[] {
  const rows = curve.map(({ n, mean, low, high }) => [whole(n), decimal(mean), range([low, high], decimal)]);
  return rows.length === 0 ? [] : [textTable(['Rows', 'G-Vendi', 'spread'], rows)];
}

function excludedWhy({ reasons }: Scored): string {
  const parts = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
