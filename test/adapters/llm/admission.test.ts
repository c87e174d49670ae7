import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import type { Admission, AdmissionClock, Outcome, Place } from '../../../adapters/llm/admission.ts';

const answered: Outcome = { kind: 'answered' };
const throttled: Outcome = { kind: 'throttled' };
const never = new AbortController().signal;

interface FakeClock extends AdmissionClock {
  advance(milliseconds: number): void;
}

function fakeClock(): FakeClock {
  let time = 0;
  const timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => time,
    after: (milliseconds, callback) => void timers.push({ at: time + milliseconds, callback }),
    advance(milliseconds) {
      time += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}

/** Asks for places and collects them as they are given. */
function ask(admission: Admission, count: number): Place[] {
  const places: Place[] = [];
  for (let index = 0; index < count; index++) void admission.enter(never).then((place) => places.push(place));
  return places;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('admission to a model server', () => {
  it('lets four requests in at first and the others one by one as places come free', async () => {
    const places = ask(createAdmission({ clock: fakeClock() }), 6);
    await settle();
    assert.equal(places.length, 4);
    places[0]!.leave({ kind: 'failed' });
    await settle();
    assert.equal(places.length, 5);
  });

  it('grows by one after a window of answers while all places are wanted', async () => {
    const admission = createAdmission({ clock: fakeClock() });
    const places = ask(admission, 40);
    const limits: number[] = [];
    for (let index = 0; index < 4 + 5 + 6; index++) {
      await settle();
      places[index]!.leave(answered);
      limits.push(admission.limit());
    }
    assert.deepEqual(limits, [4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7]);
  });

  it('does not grow while fewer places are used than there are', async () => {
    const admission = createAdmission({ clock: fakeClock() });
    for (let index = 0; index < 30; index++) (await admission.enter(never)).leave(answered);
    assert.equal(admission.limit(), 4);
  });

  it('never grows beyond its maximum', async () => {
    const admission = createAdmission({ start: 1, maximum: 2, clock: fakeClock() });
    const places = ask(admission, 30);
    for (let index = 0; index < 20; index++) {
      await settle();
      places[index]!.leave(answered);
    }
    assert.equal(admission.limit(), 2);
  });

  it('halves once when a burst is refused, and again only for requests that came later', async () => {
    const admission = createAdmission({ start: 8, clock: fakeClock() });
    const places = ask(admission, 20);
    await settle();
    for (const place of places.slice(0, 8)) place.leave(throttled);
    assert.equal(admission.limit(), 4);
    await settle();
    places[8]!.leave(throttled);
    assert.equal(admission.limit(), 2);
  });

  it('keeps one place however often it is refused', async () => {
    const admission = createAdmission({ clock: fakeClock() });
    for (let index = 0; index < 10; index++) (await admission.enter(never)).leave(throttled);
    assert.equal(admission.limit(), 1);
  });

  it('lets nobody in before the wait is over that the server asked for', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    (await admission.enter(never)).leave({ kind: 'throttled', retryAfterSeconds: 5 });
    const places = ask(admission, 3);
    clock.advance(4999);
    await settle();
    assert.equal(places.length, 0);
    clock.advance(1);
    await settle();
    assert.equal(places.length, 2);
  });

  it('obeys the longer of two waits', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    const [first, second] = [await admission.enter(never), await admission.enter(never)];
    first.leave({ kind: 'throttled', retryAfterSeconds: 9 });
    second.leave({ kind: 'throttled', retryAfterSeconds: 2 });
    const places = ask(admission, 1);
    clock.advance(2000);
    await settle();
    assert.equal(places.length, 0);
    clock.advance(7000);
    await settle();
    assert.equal(places.length, 1);
  });

  it('forgets a request that gives up waiting', async () => {
    const admission = createAdmission({ start: 1, clock: fakeClock() });
    const first = await admission.enter(never);
    const impatient = new AbortController();
    const waiting = admission.enter(impatient.signal);
    const patient = admission.enter(never);
    impatient.abort(new Error('worker shuts down'));
    await assert.rejects(waiting, /worker shuts down/);
    first.leave(answered);
    (await patient).leave(answered);
    await assert.rejects(admission.enter(impatient.signal), /worker shuts down/);
  });
});
