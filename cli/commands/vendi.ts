// diffract vendi: the Vendi score of plain vectors, such as embeddings of one's own.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { VectorFile } from '../../adapters/datasets/vector-file.ts';
import { LOWEST_ORDER, vendiScore } from '../../core/diversity/vendi.ts';
import { vectorSpectrum } from '../../core/diversity/vectors.ts';
import { decimal, whole } from '../../core/report/format.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';

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
      const vectors = await context.services.openVectors(resolve(file));
      const { count: n, dimension: d } = vectors;
      const vendi = vendiScore(await spectrumOf(vectors).finally(() => vectors.close()), options.q);
      const q = options.q === Infinity ? 'inf' : options.q;
      const text = `Vendi score of order ${q}: ${decimal(vendi, 6)}, n = ${whole(n)}, d = ${whole(d)}`;
      printResult(context, options, { n, d, q, vendi }, text);
    });
}

async function spectrumOf(vectors: VectorFile): Promise<Float64Array> {
  return vectorSpectrum(await vectors.read(0, vectors.count));
}

function order(text: string): number {
  const value = /^(inf|infinity)$/i.test(text) ? Infinity : Number(text);
  if (text.trim() === '' || !(value >= LOWEST_ORDER))
    throw new InvalidArgumentError(`Expected a number from ${LOWEST_ORDER}, or inf.`);
  return value;
}
