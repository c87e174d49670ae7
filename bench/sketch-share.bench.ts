// Where the time of sketching real samples goes: tokenizer, projection and writing, as shares of the whole.
//   node --import tsx bench/sketch-share.bench.ts [FILE] [LIMIT] [REPEATS]   (JSON lines with question and answer)
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { openSketchFile } from '../adapters/sketches/sketch-file.ts';
import { recomputing } from '../core/autodiff/recall.ts';
import { gradients } from '../core/autodiff/reverse.ts';
import { GraphBuilder } from '../core/graph/builder.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { GraphSession } from '../core/graph/runner.ts';
import { floatOutput } from '../core/graph/runner.ts';
import { planBatches } from '../core/models/batches.ts';
import type { TokenSample } from '../core/models/encode.ts';
import { bucketOf } from '../core/models/encode.ts';
import { buildForward } from '../core/models/llama.ts';
import { storedParameters } from '../core/models/parameters.ts';
import { buildTokenLoss } from '../core/models/token-loss.ts';
import { buildSketchGraph } from '../core/sketch/sketch-graph.ts';
import { defaultSketch, sketchDimension } from '../core/sketch/specification.ts';
import { BENCH_MODEL, feedsOf, openGraph, processorSeconds, spread } from './sketch-engine.ts';

const [path = '../shared/data/math/gsm8k-test.jsonl', limit = '64', repeats = '3'] = process.argv.slice(2);
const TOKEN_BUDGET = 512;
/** The file says what its sketches were made of; nothing reads it here. */
const NO_MODEL = { weights: '', config: '', tokenizer: '', template: '' };
const files = await openModel(BENCH_MODEL);
const config = configOf(files);
const lines = (await readFile(path, 'utf8')).split('\n').slice(0, Number(limit));
const graphs = { sketch: buildSketchGraph(config, files.tensors, defaultSketch), gradient: gradientGraph() };
const sessions = { sketch: await openGraph(graphs.sketch, files), gradient: await openGraph(graphs.gradient, files) };
const folder = await mkdtemp(join(tmpdir(), 'sketch-share-'));
const rounds = [];
for (let round = 0; round <= Number(repeats); round++) {
  const measured = await oneRound(join(folder, `${round}.bin`));
  // The first round pays for memory that later ones find.
  if (round > 0) rounds.push(measured);
}
const names = ['tokenizer', 'projection', 'writing', 'together'] as const;
console.log(`${lines.length} samples, CPU s ${spread(rounds.map(({ total }) => total))}`);
console.log('| part | % of the time of a sketch run |\n| --- | --- |');
for (const name of names)
  console.log(`| ${name} | ${spread(rounds.map((round) => (100 * round[name]) / round.total))} |`);
await Promise.all([sessions.sketch.close(), sessions.gradient.close(), rm(folder, { recursive: true })]);

/** The same forward and reverse pass without signs: the gradient at the embeddings, which every layer lies before. */
function gradientGraph(): Graph {
  const builder = new GraphBuilder();
  const { logits, taps } = buildForward(builder, config, { parameter: storedParameters(builder, files.tensors) });
  const loss = buildTokenLoss(builder, logits);
  const seed = builder.add(builder.zerosLike(loss), builder.scalar(1));
  const recall = recomputing(builder);
  const found = gradients(builder, { of: loss, seed, at: [taps[0]!.output], recall }).get(taps[0]!.output.name)!;
  builder.output('loss', loss);
  builder.output('gradient', builder.reduceSum(found, [1, 2], 'drop'));
  return builder.finish();
}

async function oneRound(file: string) {
  const [tokenizer, samples] = await processorSeconds(() => Promise.resolve(lines.map(tokensOf)));
  const [sketching, rows] = await processorSeconds(() => runAll(sessions.sketch, graphs.sketch, samples, 'sketch'));
  const [differentiating] = await processorSeconds(() =>
    runAll(sessions.gradient, graphs.gradient, samples, 'gradient'),
  );
  const [writing] = await processorSeconds(() => write(file, rows));
  const projection = sketching - differentiating;
  const together = tokenizer + projection + writing;
  return { tokenizer, projection, writing, together, total: tokenizer + sketching + writing };
}

function tokensOf(line: string): TokenSample {
  const { question, answer } = JSON.parse(line) as { question: string; answer: string };
  return files.chat.encodeChat({ prompt: question, completion: answer });
}

/** One output of each batch. */
async function runAll(session: GraphSession, graph: Graph, samples: readonly TokenSample[], output: string) {
  const rows: Float32Array[] = [];
  for (const { members } of planBatches(samples.map(bucketOf), TOKEN_BUDGET)) {
    const batch = members.map((member) => samples[member]!);
    rows.push(floatOutput(await session.run(feedsOf(files, batch, graph)), output));
  }
  return rows;
}

/** A file of sketches as `score` keeps it, one append a batch. */
async function write(file: string, batches: readonly Float32Array[]): Promise<void> {
  const dimension = sketchDimension(defaultSketch, config);
  const sketches = await openSketchFile(file, { ...NO_MODEL, specification: 'bench', dimension });
  for (const [batch, rows] of batches.entries()) {
    const examples = Array.from({ length: rows.length / dimension }, (_, row) => {
      const sketch = rows.slice(row * dimension, (row + 1) * dimension);
      const key = `${batch}/${row}`.padEnd(32, '0');
      return { key, result: { sketch, excluded: null, loss: 1, tokens: 1, truncated: 0 } };
    });
    await sketches.append(examples);
  }
  await sketches.close();
}
