// G-Vendi of a sketched data file, with its interval.

import type { GVendiInterval } from '../core/diversity/g-vendi-interval.ts';
import { gVendiInterval } from '../core/diversity/g-vendi-interval.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import type { CommandContext } from './context.ts';

/** Below this an interval would be noise; above it a bootstrap takes longer than the sketches did. */
export const INTERVAL_ROWS = { least: 8, most: 20_000 } as const;

/** Null where there are too few rows for one, or too many. */
export async function intervalOf(sketches: RowSource): Promise<GVendiInterval | null> {
  if (sketches.count < INTERVAL_ROWS.least || sketches.count > INTERVAL_ROWS.most) return null;
  return gVendiInterval(await sketches.read(0, sketches.count), { key: 'score' });
}

/** Lends the engine that measures large files. */
export async function withEngine<Result>(
  { services }: CommandContext,
  use: (engine: MatrixEngine) => Promise<Result>,
): Promise<Result> {
  const engine = await services.openMatrixEngine();
  return use(engine).finally(() => engine.close());
}
