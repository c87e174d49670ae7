// diffract vendi: the Vendi score of plain vectors, such as embeddings of one's own.

import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { VectorFile } from '../../adapters/datasets/vector-file.ts';
import { momentSpectrum, requireSolvable } from '../../core/diversity/moment-spectrum.ts';
import { LOWEST_ORDER, momentsOf, vendiScore } from '../../core/diversity/vendi.ts';
import { directionsOf, vectorSpectrum } from '../../core/diversity/vectors.ts';
import { decimal, whole } from '../../core/report/format.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { withEngine } from '../dataset-diversity.ts';

interface VendiOptions extends JsonOption {
  readonly q: number;
}

export function addVendi(program: Command, context: CommandContext): void {
  program
    .command('vendi')
    .description('Vendi score of plain vectors, with the cosine as similarity')
    .argument('<matrix>', '.npy (vectors, dimension), or .jsonl with one array of numbers a line')
    .option('--q <order>', `order of the score, ${LOWEST_ORDER} to inf`, order, 1)
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract vendi embeddings.npy --q 2 --json')
    .action(async (file: string, options: VendiOptions) => {
      const vectors = watched(await context.services.openVectors(resolve(file)), context);
      const { count: n, dimension: d } = vectors;
      const spectrum = await spectrumOf(vectors, options.q, context).finally(() => vectors.close());
      const vendi = vendiScore(spectrum, options.q);
      const q = options.q === Infinity ? 'inf' : options.q;
      const text = `Vendi score of order ${q}: ${decimal(vendi, 6)}, n = ${whole(n)}, d = ${whole(d)}`;
      printResult(context, options, { n, d, q, vendi }, text);
    });
}

/** Says how far reading is, and ends at Ctrl-C between two reads. */
function watched(vectors: VectorFile, { terminal, signal }: CommandContext): VectorFile {
  return {
    ...vectors,
    async read(start, end) {
      // The loops between reads hold the thread, so Ctrl-C is heard here.
      await setImmediate();
      signal.throwIfAborted();
      terminal.progress(`Vectors ${whole(start)} to ${whole(end - 1)} of ${whole(vectors.count)} ...`);
      return vectors.read(start, end);
    },
  };
}

/** Multiply-adds up to which float64 loops take seconds; above, float32 products on every core, right to 1e-6 from order 1 on. */
const EXACT_WORK = 1e10;

/**
 * Orders below 1 count small eigenvalues most, of which float32 products know little (0.1 % of the score at order 0.5
 * was seen): they stay with the float64 loops, a minute for each 1e11 multiply-adds.
 */
async function spectrumOf(vectors: VectorFile, q: number, context: CommandContext): Promise<Float64Array> {
  const { count, dimension } = vectors;
  if (q < 1 || count * dimension * Math.min(count, dimension) <= EXACT_WORK) return vectorSpectrum(vectors);
  requireSolvable(count, dimension);
  const read = async (start: number, end: number) => directionsOf(await vectors.read(start, end), start);
  const source = { count, dimension, read };
  return withEngine(context, async (engine) => {
    const matrix = count < dimension ? await engine.gram(source) : momentsOf(await engine.moments(source));
    return momentSpectrum(matrix).eigenvalues;
  });
}

function order(text: string): number {
  const value = /^(inf|infinity)$/i.test(text) ? Infinity : Number(text);
  if (text.trim() === '' || !(value >= LOWEST_ORDER))
    throw new InvalidArgumentError(`Expected a number from ${LOWEST_ORDER}, or inf.`);
  return value;
}
