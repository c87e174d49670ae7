// Peak memory of a process that sketches one batch, less the weights: a process of its own for each shape.
//   node --import tsx bench/sketch-memory.bench.ts
import { execFileSync } from 'node:child_process';
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { buildSketchGraph } from '../core/sketch/sketch-graph.ts';
import { defaultSketch } from '../core/sketch/specification.ts';
import type { BatchShape } from './sketch-engine.ts';
import { BENCH_MODEL, feedsOf, openGraph, randomBatch } from './sketch-engine.ts';

const shapes: readonly BatchShape[] = [
  { samples: 1, tokens: 64 },
  { samples: 4, tokens: 128 },
  { samples: 16, tokens: 128 },
  { samples: 4, tokens: 512 },
  { samples: 1, tokens: 2048 },
];

const [samples, tokens] = process.argv.slice(2).map(Number);
if (samples !== undefined && tokens !== undefined) await sketchOnce({ samples, tokens });
else compareShapes();

function compareShapes(): void {
  console.log('| samples x tokens | peak, MB | weights, MB | peak less weights, MB |\n| --- | --- | --- | --- |');
  for (const shape of shapes) {
    const own = [...process.execArgv, process.argv[1]!, String(shape.samples), String(shape.tokens)];
    const { peak, weights } = JSON.parse(execFileSync(process.execPath, own, { encoding: 'utf8' })) as Memory;
    const cells = [peak, weights, peak - weights].map((bytes) => (bytes / 1e6).toFixed(0));
    console.log(`| ${shape.samples} x ${shape.tokens} | ${cells.join(' | ')} |`);
  }
}

/** Bytes. */
interface Memory {
  readonly peak: number;
  readonly weights: number;
}

/** Two runs, because memory that the first one leaves in pieces makes the second one take more. */
async function sketchOnce(shape: BatchShape): Promise<void> {
  const files = await openModel(BENCH_MODEL);
  const config = configOf(files);
  const graph = buildSketchGraph(config, files.tensors, defaultSketch);
  const session = await openGraph(graph, files);
  const feeds = feedsOf(files, randomBatch(shape, config.vocabularySize), graph);
  for (let run = 0; run < 2; run++) await session.run(feeds);
  await session.close();
  const weights = files.tensors.reduce((sum, { length }) => sum + length, 0);
  // Kilobytes, the greatest resident size so far.
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ peak, weights } satisfies Memory));
}
