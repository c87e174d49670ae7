// What the sketch benches share: the model, token batches that are the same everywhere, sessions, CPU time, spreads.
import { configOf } from '../adapters/models/runtime.ts';
import type { LanguageModelFiles } from '../adapters/models/model.ts';
import { createOnnxRuntime } from '../adapters/onnx/runtime.ts';
import type { Graph } from '../core/graph/graph.ts';
import { encodeModel } from '../core/graph/onnx-encoding.ts';
import type { Feeds, GraphSession } from '../core/graph/runner.ts';
import type { TokenSample } from '../core/models/encode.ts';
import { encodeSamples } from '../core/models/encode.ts';
import { uniforms } from '../core/random/philox.ts';

export const BENCH_MODEL = 'smollm2-135m-instruct';

export interface BatchShape {
  readonly samples: number;
  /** Tokens that the model reads; the loss is taken over the second half. */
  readonly tokens: number;
}

export const batchShapes: readonly BatchShape[] = [
  { samples: 1, tokens: 64 },
  { samples: 4, tokens: 64 },
  { samples: 1, tokens: 128 },
  { samples: 4, tokens: 128 },
];

/** Random token ids, without padding. */
export function randomBatch({ samples, tokens }: BatchShape, vocabularySize: number): TokenSample[] {
  const random = uniforms(`bench/${samples}/${tokens}`);
  const draw = (count: number): number[] =>
    Array.from({ length: count }, () => Math.floor(random.next() * vocabularySize));
  return Array.from({ length: samples }, () => ({
    promptTokens: draw(tokens / 2 + 1),
    completionTokens: draw(tokens / 2),
  }));
}

export function feedsOf(files: LanguageModelFiles, samples: readonly TokenSample[], graph: Graph): Feeds {
  const feeds = encodeSamples(configOf(files), samples);
  const wanted = new Set(graph.inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name)));
}

export function openGraph(graph: Graph, files: LanguageModelFiles): Promise<GraphSession> {
  return createOnnxRuntime().open({ bytes: encodeModel(graph), weightsFolder: files.folder, mapWeights: true }, 1);
}

/** CPU seconds of this process during `work`, all threads: on a shared machine, waiting for a core is nobody's cost. */
export async function processorSeconds<Result>(work: () => Promise<Result>): Promise<[number, Result]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, result];
}

/** `min / median / max`, three significant digits. */
export function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]]
    .map((value) => (value ?? Number.NaN).toPrecision(3))
    .join(' / ');
}
