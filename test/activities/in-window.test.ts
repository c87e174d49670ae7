// Work in a window.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inWindow } from '../../activities/in-window.ts';

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('work in a window', () => {
  it('never has more under way than the window is wide, and does all of it', async () => {
    const done = new Set<number>();
    let underWay = 0;
    let most = 0;
    const failures = await inWindow(Array(50).keys(), 7, async (item) => {
      most = Math.max(most, ++underWay);
      await turn();
      underWay -= 1;
      done.add(item);
    });
    assert.deepEqual([failures.length, done.size, most], [0, 50, 7]);
  });

  it('starts nothing after a failure, and waits for what was under way', async () => {
    let finished = 0;
    let started = 0;
    const failures = await inWindow(Array(50).keys(), 5, async (item, stopped) => {
      started += 1;
      if (item === 2) throw new Error('third');
      await turn();
      assert.ok(stopped());
      finished += 1;
    });
    assert.deepEqual([started, finished], [5, 4]);
    assert.match(String(failures), /third/);
  });
});
