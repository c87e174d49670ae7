// What a sketch costs over the forward pass that it needs anyway: CPU time of both on one thread, in turns.
//   node --import tsx bench/sketch.bench.ts [REPEATS]
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { GraphBuilder } from '../core/graph/builder.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { GraphSession } from '../core/graph/runner.ts';
import { buildForward } from '../core/models/llama.ts';
import { storedParameters } from '../core/models/parameters.ts';
import { buildTokenLoss } from '../core/models/token-loss.ts';
import { buildSketchGraph } from '../core/sketch/sketch-graph.ts';
import { defaultSketch } from '../core/sketch/specification.ts';
import type { BatchShape } from './sketch-engine.ts';
import {
  BENCH_MODEL,
  batchShapes,
  feedsOf,
  openGraph,
  processorSeconds,
  randomBatch,
  spread,
} from './sketch-engine.ts';

interface Engine {
  readonly graph: Graph;
  readonly session: GraphSession;
}

const repeats = Number(process.argv[2] ?? 7);
const files = await openModel(BENCH_MODEL);
const config = configOf(files);
const forward = await engineOf('forward', forwardGraph);
const sketch = await engineOf('sketch', () => buildSketchGraph(config, files.tensors, defaultSketch));
console.log('| samples x tokens | forward, CPU s | sketch, CPU s | sketch / forward |\n| --- | --- | --- | --- |');
for (const shape of batchShapes) await compare(shape);
await Promise.all([forward.session.close(), sketch.session.close()]);

function forwardGraph(): Graph {
  const builder = new GraphBuilder();
  const { logits } = buildForward(builder, config, { parameter: storedParameters(builder, files.tensors) });
  builder.output('loss', buildTokenLoss(builder, logits));
  return builder.finish();
}

async function engineOf(name: string, build: () => Graph): Promise<Engine> {
  const [building, graph] = await processorSeconds(() => Promise.resolve(build()));
  const [opening, session] = await processorSeconds(() => openGraph(graph, files));
  const nodes = `${graph.nodes.length} nodes`;
  console.log(`${name}: ${nodes}, built in ${building.toFixed(2)} s, opened in ${opening.toFixed(2)} s of CPU time`);
  return { graph, session };
}

async function compare(shape: BatchShape): Promise<void> {
  const samples = randomBatch(shape, config.vocabularySize);
  const rounds: { forward: number; sketch: number }[] = [];
  for (let round = 0; round <= repeats; round++) {
    const seconds = { forward: await timeOf(forward, samples), sketch: await timeOf(sketch, samples) };
    // The first round pays for memory that later ones find.
    if (round > 0) rounds.push(seconds);
  }
  const cells = [
    rounds.map((seconds) => seconds.forward),
    rounds.map((seconds) => seconds.sketch),
    rounds.map((seconds) => seconds.sketch / seconds.forward),
  ].map(spread);
  console.log(`| ${shape.samples} x ${shape.tokens} | ${cells.join(' | ')} |`);
}

async function timeOf({ graph, session }: Engine, samples: ReturnType<typeof randomBatch>): Promise<number> {
  const feeds = feedsOf(files, samples, graph);
  const [seconds] = await processorSeconds(() => session.run(feeds));
  return seconds;
}
