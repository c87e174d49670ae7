// A real model runtime over a tiny self-made model, and a wrapper that counts and breaks what is asked of its sketchers.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ModelRuntime } from '../../activities/ports/models.ts';
import { createModelRuntime } from '../../adapters/models/runtime.ts';
import { writeTinyGguf } from '../helpers/tiny-gguf.ts';

/** A tiny model in `folder`, prepared below it, and a runtime that closes with the test. */
export async function makeTinyRuntime(
  test: Pick<TestContext, 'after'>,
  folder: string,
): Promise<{ model: string; models: ModelRuntime }> {
  process.env['DIFFRACT_CACHE'] = join(folder, 'cache');
  const model = join(folder, 'tiny.gguf');
  await writeTinyGguf(model);
  const models = createModelRuntime({ sessions: 1 });
  test.after(() => models.close());
  return { model, models };
}

/** The same runtime; `asked` lists how many examples each call brought, and sketchers fail after `groups` groups. */
export function counted(
  models: ModelRuntime,
  groups = Infinity,
): { readonly models: ModelRuntime; readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    models: {
      ...models,
      async openSketcher(reference, plan) {
        const sketcher = await models.openSketcher(reference, plan);
        return {
          ...sketcher,
          async *sketch(examples, signal) {
            asked.push(examples.length);
            let left = groups;
            for await (const group of sketcher.sketch(examples, signal)) {
              if (left-- === 0) throw new Error('killed');
              yield group;
            }
          },
        };
      },
    },
  };
}
