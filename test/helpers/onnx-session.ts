// Runs small graphs in tests: one session that is closed with the test.
import type { TestContext } from 'node:test';
import { createOnnxRuntime } from '../../adapters/onnx/runtime.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { encodeModel } from '../../core/graph/onnx-encoding.ts';
import type { GraphSession } from '../../core/graph/runner.ts';

export async function openGraph(
  test: Pick<TestContext, 'after'>,
  graph: Graph,
  weightsFolder: string | null = null,
): Promise<GraphSession> {
  const session = await createOnnxRuntime().open({ bytes: encodeModel(graph), weightsFolder }, 1);
  test.after(() => session.close());
  return session;
}
