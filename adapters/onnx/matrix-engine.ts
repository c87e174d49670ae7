// The matrix engine on the threads of this machine.

import { GraphEngine } from '../../core/matrix/graph-engine.ts';
import { createOnnxRuntime, sessionPool } from './runtime.ts';

/** Opens nothing before a product is asked for; `threads` change speed and memory alone. Close it when done. */
export function createMatrixEngine(threads: number): GraphEngine {
  const runtime = createOnnxRuntime();
  return new GraphEngine({ count: threads, open: (model) => sessionPool(runtime, model, threads) });
}
