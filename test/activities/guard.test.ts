// What Temporal gets to see of a failure, and the beats of a long activity.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { guardActivities, toFailure } from '../../activities/guard.ts';
import { cancellationSignal, reportProgress } from '../../activities/heartbeat.ts';
import { PermanentError, TransientError } from '../../contracts/failures.ts';
import { mockEnvironment } from './workplace.ts';

const failing = (error: Error) => guardActivities({ work: (): Promise<void> => Promise.reject(error) }).work;

describe('a guarded activity', () => {
  it('gives its result and takes its input as before', async () => {
    const { add } = guardActivities({ add: (a: number, b: number) => Promise.resolve(a + b) });
    assert.equal(await mockEnvironment().run(add, 2, 3), 5);
  });

  it('does not retry what is permanent, and says its type', async () => {
    const cause = new PermanentError('UnsupportedModel', 'no rule for Loop');
    await assert.rejects(mockEnvironment().run(failing(cause)), (error: unknown) => {
      assert.ok(error instanceof ApplicationFailure);
      assert.equal(error.nonRetryable, true);
      assert.equal(error.type, 'UnsupportedModel');
      assert.equal(error.message, 'no rule for Loop');
      assert.equal(error.cause, cause);
      return true;
    });
  });

  it('waits as long as the other side asked', async () => {
    const error = new TransientError('429', { retryAfterSeconds: 90 });
    await assert.rejects(mockEnvironment().run(failing(error)), { nextRetryDelay: '90 seconds', nonRetryable: false });
  });

  it('retries everything else', async () => {
    for (const error of [new TransientError('connection reset'), new TypeError('undefined is not a function')]) {
      await assert.rejects(mockEnvironment().run(failing(error)), (failure: unknown) => {
        assert.ok(failure instanceof ApplicationFailure);
        assert.notEqual(failure.nonRetryable, true);
        assert.equal(failure.nextRetryDelay, undefined);
        assert.equal(failure.message, error.message);
        return true;
      });
    }
  });

  it('lets cancellation through as it is: that of Temporal, and that of a wait or request on its signal', async () => {
    const onSignal = guardActivities({ work: () => wait(60_000, undefined, { signal: cancellationSignal() }) }).work;
    const onPromise = guardActivities({ work: () => Context.current().cancelled }).work;
    for (const [work, name] of [
      [onSignal, 'AbortError'],
      [onPromise, 'CancelledFailure'],
    ] as const) {
      const environment = mockEnvironment();
      const run = environment.run(work);
      environment.cancel();
      await assert.rejects(run, { name });
    }
  });

  it('leaves failures alone that are Temporal’s own', () => {
    const failure = ApplicationFailure.create({ message: 'as it is', type: 'Other' });
    assert.equal(toFailure(failure), failure);
    const cancelled = new CancelledFailure('stop');
    assert.equal(toFailure(cancelled), cancelled);
  });
});

describe('the heartbeat', () => {
  it('beats what is reported, at once and then in the background', async (test) => {
    const environment = mockEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    test.mock.timers.enable({ apis: ['setInterval'] });
    const { work } = guardActivities({
      work() {
        reportProgress({ done: 2, total: 5 });
        test.mock.timers.tick(6_000);
        return Promise.resolve();
      },
    });
    await environment.run(work);
    assert.deepEqual(beats, Array(3).fill({ done: 2, total: 5 }));
    test.mock.timers.tick(60_000);
    assert.equal(beats.length, 3, 'no beat after the end');
  });

  it('says nothing outside a guarded activity', () => {
    assert.doesNotThrow(() => reportProgress({ done: 1, total: 1 }));
  });
});
