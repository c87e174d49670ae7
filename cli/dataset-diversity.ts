// G-Vendi of a sketched data file, with its interval.

import { setImmediate } from 'node:timers/promises';
import type { GVendiInterval } from '../core/diversity/g-vendi-interval.ts';
import { drawnLogs, intervalOfDraws } from '../core/diversity/g-vendi-interval.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import type { GVendi } from '../core/diversity/vendi.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import type { CommandContext } from './context.ts';

/** Below this an interval would be noise. */
const LEAST_ROWS = 8;
/** A bootstrap holds all rows in memory, 1 GB here, and as much again for those of a draw. */
const HELD_NUMBERS = 2 ** 28;
/** n d min(n, d) up to which its draws take some minutes, on one thread: 32,768 rows of 1,024 numbers. */
const WORK = 2 ** 35;

/** The numbers of rows of `dimension` values for which there is an interval. */
export function intervalRows(dimension: number): { readonly least: number; readonly most: number } {
  const byWork = Math.max(WORK / dimension ** 2, Math.min(dimension, Math.sqrt(WORK / dimension)));
  return { least: LEAST_ROWS, most: Math.floor(Math.min(HELD_NUMBERS / dimension, byWork)) };
}

/**
 * Null where there are too few rows for one, or too many.
 * @param score - of the same sketches
 * @param key - names the random stream; what is compared is drawn by different keys
 */
export async function intervalOf(
  sketches: RowSource,
  { score, key }: { readonly score: GVendi; readonly key: string },
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
): Promise<GVendiInterval | null> {
  const { least, most } = intervalRows(sketches.dimension);
  if (sketches.count < least || sketches.count > most) return null;
  const rows = await sketches.read(0, sketches.count);
  const logs: number[] = [];
  for (const log of drawnLogs(rows, { key })) {
    logs.push(log);
    terminal.progress(`Drawing for the interval: ${logs.length} done ...`);
    // The loops hold the thread, so Ctrl-C is heard here.
    await setImmediate();
    signal.throwIfAborted();
  }
  return intervalOfDraws(score, logs);
}

/** Lends the engine that measures large files. */
export async function withEngine<Result>(
  { services }: CommandContext,
  use: (engine: MatrixEngine) => Promise<Result>,
): Promise<Result> {
  const engine = await services.openMatrixEngine();
  return use(engine).finally(() => engine.close());
}
