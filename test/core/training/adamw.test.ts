import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { AdamWSettings } from '../../../core/training/adamw.ts';
import { initialAdamW, stepAdamW } from '../../../core/training/adamw.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../core/training/checkpoint.ts';

type Numbers = Record<string, number[]>;

interface Golden {
  settings: AdamWSettings;
  start: Numbers;
  steps: { learningRate: number; gradients: Numbers; norm: number; parameters: Numbers }[];
}

const golden = JSON.parse(await readFile(new URL('../../golden/adamw.json', import.meta.url), 'utf8')) as Golden;

describe('AdamW', () => {
  it('follows torch.optim.AdamW with clipping, to 1e-6 (float32 storage)', () => {
    const parameters = tensors(golden.start);
    const state = initialAdamW(parameters);
    for (const step of golden.steps) {
      const norm = stepAdamW(state, parameters, tensors(step.gradients), step.learningRate, golden.settings);
      assert.ok(Math.abs(norm - step.norm) < 1e-6 * step.norm, `norm ${norm}, expected ${step.norm}`);
      for (const [name, expected] of Object.entries(step.parameters)) {
        expected.forEach((value, index) => {
          const found = parameters.get(name)![index]!;
          assert.ok(
            Math.abs(found - value) < 1e-6,
            `step ${state.step}, ${name}[${index}]: ${found}, expected ${value}`,
          );
        });
      }
    }
  });

  it('continues from a checkpoint with the same bits as without one', () => {
    const through = run(golden.steps.length, tensors(golden.start));
    const half = run(2, tensors(golden.start));
    const restored = decodeCheckpoint(bytesOf(half));
    for (const step of golden.steps.slice(2)) {
      stepAdamW(restored.optimizer, restored.parameters, tensors(step.gradients), step.learningRate, golden.settings);
    }
    assert.deepEqual(bytesOf(restored), bytesOf(through));
  });

  it('refuses a gradient that is not finite and changes nothing', () => {
    const checkpoint = run(1, tensors(golden.start));
    const before = bytesOf(checkpoint);
    const bad = tensors({ ...golden.steps[0]!.gradients, second: [0, Number.NaN, 0] });
    assert.throws(() => stepAdamW(checkpoint.optimizer, checkpoint.parameters, bad, 0.1), { type: 'TrainingFailed' });
    assert.deepEqual(bytesOf(checkpoint), before);
  });

  it('names the tensor whose gradient is missing', () => {
    const { optimizer, parameters } = run(1, tensors(golden.start));
    assert.throws(() => stepAdamW(optimizer, parameters, tensors({ first: [1, 2, 3, 4] }), 0.1), /gradient of second/);
  });
});

describe('a checkpoint', () => {
  it('refuses bytes that were cut off', () => {
    const bytes = bytesOf(run(1, tensors(golden.start)));
    for (const length of [0, 3, 20, bytes.length - 4]) {
      assert.throws(() => decodeCheckpoint(bytes.subarray(0, length)), { type: 'CorruptArtifact' }, `${length} bytes`);
    }
  });
});

function bytesOf(checkpoint: Checkpoint): Uint8Array {
  return new Uint8Array(Buffer.concat(encodeCheckpoint(checkpoint)));
}

function run(count: number, parameters: Map<string, Float32Array>) {
  const optimizer = initialAdamW(parameters);
  for (const step of golden.steps.slice(0, count)) {
    stepAdamW(optimizer, parameters, tensors(step.gradients), step.learningRate, golden.settings);
  }
  return { optimizer, parameters };
}

function tensors(numbers: Numbers): Map<string, Float32Array> {
  return new Map(Object.entries(numbers).map(([name, values]) => [name, Float32Array.from(values)]));
}
