// Tasks by name.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { taskNames } from '../../contracts/samples.ts';
import { taskNamed } from '../../tasks/registry.ts';

describe('every task', () => {
  for (const name of taskNames) {
    it(`${name} goes by its name and has slices to train on and slices out of distribution, or none at all`, () => {
      const task = taskNamed(name);
      assert.equal(task.name, name);
      const slices = Object.keys(task.slices);
      if (name === 'summarization') {
        assert.deepEqual(slices, []);
        return;
      }
      assert.ok(slices.some((slice) => slice.startsWith('ood-')));
      assert.ok(slices.some((slice) => !slice.startsWith('ood-')));
    });
  }
});
