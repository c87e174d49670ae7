import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import type { Admission } from '../../../adapters/llm/admission.ts';
import { createServerChoice } from '../../../adapters/llm/server-choice.ts';
import type { Door } from '../../../adapters/llm/server-choice.ts';
import { TransientError } from '../../../contracts/failures.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import type { FakeClock } from '../../helpers/fake-clock.ts';

const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function doorsOf(weights: Record<string, number>, clock: FakeClock, start = 4): Door[] {
  return Object.entries(weights).map(([where, weight]) => ({
    where,
    weight,
    admission: createAdmission({ start, clock }),
  }));
}

async function close(admission: Admission, seconds: number): Promise<void> {
  (await admission.enter(never))?.leave({ kind: 'failed', retryAfterSeconds: seconds });
}

describe('the choice between servers', () => {
  it('gives each its share, evenly spread', async () => {
    const choice = createServerChoice(doorsOf({ a: 5, b: 1, c: 1 }, fakeClock()));
    let order = '';
    for (let index = 0; index < 14; index++) {
      const { server, place } = await choice.enter(never);
      place.leave({ kind: 'answered' });
      order += server.where;
    }
    assert.equal(order, 'aabacaaaabacaa');
  });

  it('gives the share of a closed server to the others, in their proportion, and back when it opens', async () => {
    const clock = fakeClock();
    const doors = doorsOf({ a: 6, b: 2, c: 1 }, clock);
    const choice = createServerChoice(doors);
    const counted = async (requests: number): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (let index = 0; index < requests; index++) {
        const { server, place } = await choice.enter(never);
        place.leave({ kind: 'answered' });
        counts[server.where] = (counts[server.where] ?? 0) + 1;
      }
      return counts;
    };
    assert.deepEqual(await counted(90), { a: 60, b: 20, c: 10 });
    await close(doors[0]!.admission, 30);
    assert.deepEqual(await counted(90), { b: 60, c: 30 });
    clock.advance(30_000);
    assert.deepEqual(await counted(90), { a: 60, b: 20, c: 10 });
  });

  it('sends those who wait at a server that closes to another', async () => {
    const doors = doorsOf({ a: 1, b: 1 }, fakeClock(), 1);
    const choice = createServerChoice(doors);
    const first = await choice.enter(never);
    const second = await choice.enter(never);
    assert.deepEqual([first.server.where, second.server.where], ['a', 'b']);
    const third = choice.enter(never);
    assert.deepEqual(choice.waiting(), { reason: 'full' });
    first.place.leave({ kind: 'unreachable' });
    second.place.leave({ kind: 'answered' });
    assert.equal((await third).server.where, 'b');
    assert.equal(choice.waiting(), null);
  });

  it('waits for the first server to open where all are closed, and says why', async () => {
    const clock = fakeClock();
    const doors = doorsOf({ a: 1, b: 1 }, clock);
    const choice = createServerChoice(doors);
    await close(doors[0]!.admission, 300);
    await close(doors[1]!.admission, 50);
    const pending = choice.enter(never);
    await settle();
    assert.deepEqual(choice.waiting(), { reason: 'cooling-down', seconds: 50 });
    clock.advance(50_000);
    assert.equal((await pending).server.where, 'b');
  });

  it('turns away at once, with the wait, where all are closed for longer than a minute', async () => {
    const doors = doorsOf({ a: 1, b: 1 }, fakeClock());
    const choice = createServerChoice(doors);
    await close(doors[0]!.admission, 300);
    await close(doors[1]!.admission, 61);
    await assert.rejects(
      choice.enter(never),
      (error) =>
        error instanceof TransientError &&
        error.retryAfterSeconds === 61 &&
        /^b, the first of 2 servers to open again, is closed for 61 s: it asked/.test(error.message),
    );
  });

  it('turns away those who wait already when the wait grows beyond a minute', async () => {
    const doors = doorsOf({ a: 1 }, fakeClock());
    const choice = createServerChoice(doors);
    const [first, second] = [await choice.enter(never), await choice.enter(never)];
    first.place.leave({ kind: 'throttled', retryAfterSeconds: 10 });
    const pending = choice.enter(never);
    await settle();
    second.place.leave({ kind: 'throttled', retryAfterSeconds: 120 });
    await assert.rejects(pending, (error) => error instanceof TransientError && error.retryAfterSeconds === 120);
  });

  it('lets go of a request that gives up before a closed gate', async () => {
    const doors = doorsOf({ a: 1 }, fakeClock());
    const choice = createServerChoice(doors);
    await close(doors[0]!.admission, 10);
    const impatient = new AbortController();
    const pending = choice.enter(impatient.signal);
    await settle();
    impatient.abort(new Error('worker shuts down'));
    await assert.rejects(pending, /worker shuts down/);
    assert.equal(choice.waiting(), null);
  });
});
