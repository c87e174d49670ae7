// A kept worker that cannot reach its server: started again with a pause, and gone when it is stopped.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { keepWorker } from '../../workers/kept-worker.ts';
import type { StackEvent } from '../../workers/supervision.ts';

describe('a kept worker', () => {
  it('is started again when it dies, says so, and leaves its last words in a log', async (test) => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'diffract-worker-'));
    await mkdir(join(stateFolder, 'logs'));
    // As the command may be called from anywhere.
    const before = process.cwd();
    process.chdir(stateFolder);
    test.after(() => {
      process.chdir(before);
      return rm(stateFolder, { recursive: true, force: true });
    });
    const events: StackEvent[] = [];
    const nowhere = { address: '127.0.0.1:1', namespace: 'default' };
    const onEvent = (event: StackEvent) => void events.push(event);
    const worker = keepWorker({ name: 'training', index: 0 }, nowhere, { stateFolder, onEvent });
    const [label, first] = worker.process();
    assert.equal(label, 'training');

    // Killed as by the kernel's memory guard, before or after it found no server.
    process.kill(first, 'SIGKILL');
    while (events.filter(({ kind }) => kind === 'worker-started').length < 2) await wait(50);
    const [, second] = worker.process();
    assert.notEqual(second, first);
    assert.deepEqual(
      events.slice(0, 3).map(({ kind, name }) => [kind, name]),
      [
        ['worker-started', 'training'],
        ['worker-died', 'training'],
        ['worker-started', 'training'],
      ],
    );
    assert.match(events[1]!.detail, /SIGKILL; starting it again/);

    // This one is left to find out by itself that there is no server.
    while (events.filter(({ kind }) => kind === 'worker-died').length < 2) await wait(50);
    assert.match(await readFile(join(stateFolder, 'logs', 'training.log'), 'utf8'), /127\.0\.0\.1:1|[Cc]onnect/);
    await worker.stop();
    const count = events.length;
    await wait(200);
    assert.equal(events.length, count, 'nothing is started after the stop');
    assert.throws(() => process.kill(second, 0), { code: 'ESRCH' });
  });
});
