// Every measure of diversity that a sketched data file allows.

import { gzipSync } from 'node:zlib';
import { Option } from 'commander';
import type { EncoderIdentity } from '../activities/ports/models.ts';
import type { MeasuredSet } from '../core/diversity/measures/measure.ts';
import type { Measured } from '../core/diversity/measures/registry.ts';
import { measureSet } from '../core/diversity/measures/registry.ts';
import { readTexts } from '../core/diversity/measures/text-set.ts';
import { gatherSourceRows } from '../core/diversity/row-source.ts';
import { itemAt } from '../core/item-at.ts';
import { selectRandom } from '../core/selection/random.ts';
import type { CommandContext } from './context.ts';
import type { ExampleRow } from './example-rows.ts';
import type { SketchedDataset } from './sketched-dataset.ts';

export interface MeasureOptions {
  /** `text`: what texts and gradients give; `all`: also what needs the embedding model. */
  readonly measures: 'none' | 'text' | 'all';
  readonly embedder: string;
}

export const measureOptions: readonly Option[] = [
  new Option('--measures <which>', 'other measures beside G-Vendi (docs/guide/measures.md); all: with embeddings')
    .choices(['none', 'text', 'all'])
    .default('text'),
  new Option('--embedder <model>', 'model for the measures of embeddings').default('all-minilm-l6-v2'),
];

/** Larger files are measured on a seeded sample: texts and sketches of this many rows fit in memory anywhere. */
const ROWS_MEASURED = 10_000;

/** What was measured, and the encoder behind the measures of embeddings: null where none was asked. */
export interface DatasetMeasures extends Measured {
  readonly embedder: EncoderIdentity | null;
}

const NOTHING: DatasetMeasures = { values: {}, partial: {}, leftOut: {}, embedder: null };

/** @param rows - positions in `dataset.rows`, ascending */
export async function measuresOf(
  dataset: SketchedDataset,
  rows: ArrayLike<number>,
  options: MeasureOptions,
  context: CommandContext,
): Promise<DatasetMeasures> {
  if (options.measures === 'none') return NOTHING;
  const chosen = selectRandom(rows.length, Math.min(rows.length, ROWS_MEASURED), 'measures').map((at) =>
    itemAt(rows, at),
  );
  const { set, embedder } = await setOf(dataset, chosen, options, context);
  const measured = { ...measureSet(set), embedder };
  return chosen.length === rows.length ? measured : { ...measured, partial: partialOf(measured, chosen.length) };
}

/** All values come from the sample; some from fewer rows still. */
function partialOf({ values, partial }: Measured, count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, partial[name] ?? count]));
}

async function setOf(
  dataset: SketchedDataset,
  chosen: readonly number[],
  options: MeasureOptions,
  context: CommandContext,
): Promise<{ readonly set: MeasuredSet; readonly embedder: EncoderIdentity | null }> {
  const rows = chosen.map((at) => itemAt(dataset.rows, at));
  const labels = rows.map(({ label }) => label);
  const examples = dataset.read === null ? null : await examplesAt(dataset.read(), new Set(rows.map(({ row }) => row)));
  const embedded = examples !== null && options.measures === 'all' ? await embed(examples, options, context) : null;
  const set: MeasuredSet = {
    count: rows.length,
    key: 'measures',
    sketches: await gatherSourceRows(dataset.sketches, chosen),
    losses: rows.map(({ loss }) => loss),
    compress: (bytes) => gzipSync(bytes),
    ...(labels.some((label) => label !== '') && { labels }),
    ...(examples !== null && { texts: readTexts(examples) }),
    ...(embedded !== null && { embeddings: embedded.rows }),
  };
  return { set, embedder: embedded?.embedder ?? null };
}

async function examplesAt(
  rows: AsyncGenerator<ExampleRow>,
  wanted: ReadonlySet<number>,
): Promise<readonly ExampleRow[]> {
  const found: ExampleRow[] = [];
  for await (const example of rows) {
    if (wanted.has(example.row)) found.push(example);
    if (found.length === wanted.size) break;
  }
  return found;
}

async function embed(examples: readonly ExampleRow[], { embedder }: MeasureOptions, context: CommandContext) {
  context.terminal.progress(`Embedding ${examples.length} rows with ${embedder} ...`);
  const runtime = await context.services.openRuntime(1);
  try {
    const model = await runtime.openEmbedder(embedder);
    const texts = examples.map(({ prompt, completion }) => `${prompt}\n${completion}`);
    return { rows: await model.embed(texts, context.signal), embedder: model.identity };
  } finally {
    await runtime.close();
  }
}
