// Start weights of decoders from scratch: their moments, their names, and that a key decides them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { parametersOf } from '../../../core/models/parameters.ts';
import { scratchConfig, startTensors } from '../../../core/training/from-scratch.ts';

const configOf = (layers: number, hidden: number) => parseModelConfig(scratchConfig({ layers, hidden }, 700), 'test');

describe('start weights', () => {
  const config = configOf(2, 64);
  const start = startTensors(config, 'key');

  it('are there for every parameter, in its shape', () => {
    const sizes = parametersOf(config).map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)]);
    assert.deepEqual(
      start.map(({ name, values }) => [name, values.length]),
      sizes,
    );
  });

  it('have mean 0, standard deviation 0.4 / sqrt(64) = 0.05 and the tails of a normal; norms are 1', () => {
    for (const { name, values } of start) {
      if (name.includes('norm')) {
        assert.ok(values.every((value) => value === 1));
        continue;
      }
      const n = values.length;
      const mean = values.reduce((a, b) => a + b, 0) / n;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
      const beyondTwo = values.filter((value) => Math.abs(value) > 0.1).length / n;
      // Five standard errors of a sample of n normals.
      assert.ok(Math.abs(mean) < (5 * 0.05) / Math.sqrt(n), `${name}: mean ${mean}`);
      assert.ok(Math.abs(deviation - 0.05) < (5 * 0.05) / Math.sqrt(2 * n), `${name}: deviation ${deviation}`);
      assert.ok(Math.abs(beyondTwo - 0.0455) < 5 * Math.sqrt(0.0434 / n), `${name}: ${beyondTwo} beyond two`);
    }
  });

  it('are the same for the same key, others for another, and shared by a deeper model', () => {
    assert.deepEqual(startTensors(config, 'key'), start);
    assert.notDeepEqual(startTensors(config, 'other')[0], start[0]);
    const deeper = new Map(startTensors(configOf(3, 64), 'key').map(({ name, values }) => [name, values]));
    for (const { name, values } of start) assert.deepEqual(deeper.get(name), values);
  });
});
