import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import type { Admission, Outcome, Place } from '../../../adapters/llm/admission.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const answered: Outcome = { kind: 'answered' };
const throttled: Outcome = { kind: 'throttled' };
const never = new AbortController().signal;

/** For a gate that is open, and stays so. */
async function enter(admission: Admission, signal = never): Promise<Place> {
  const place = await admission.enter(signal);
  assert.ok(place, 'the gate is closed');
  return place;
}

/** Asks for places and collects them as they are given. */
function ask(admission: Admission, count: number): Place[] {
  const places: Place[] = [];
  for (let index = 0; index < count; index++) void enter(admission).then((place) => places.push(place));
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
    for (let index = 0; index < 30; index++) (await enter(admission)).leave(answered);
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
    for (let index = 0; index < 10; index++) (await enter(admission)).leave(throttled);
    assert.equal(admission.limit(), 1);
  });

  it('closes its gate for the wait that the server asked for', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    (await enter(admission)).leave({ kind: 'throttled', retryAfterSeconds: 5 });
    assert.deepEqual(admission.gate.closed(), { reason: 'cooling-down', seconds: 5 });
    assert.equal(await admission.enter(never), null);
    clock.advance(4999);
    assert.equal(await admission.enter(never), null);
    clock.advance(1);
    assert.equal(ask(admission, 3).length, 0);
    await settle();
    assert.equal(admission.gate.closed(), null);
  });

  it('obeys the longer of two waits, and gives its reason', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    const [first, second] = [await enter(admission), await enter(admission)];
    first.leave({ kind: 'answered', allowanceSeconds: 9 });
    second.leave({ kind: 'throttled', retryAfterSeconds: 2 });
    clock.advance(2000);
    assert.deepEqual(admission.gate.closed(), { reason: 'rate-limit', seconds: 7 });
    clock.advance(7000);
    assert.equal(admission.gate.closed(), null);
  });

  it('sends those away who wait when its gate closes, and tells when it moves', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ start: 2, clock });
    const [first, second] = [await enter(admission), await enter(admission)];
    const waiting = admission.enter(never);
    first.leave({ kind: 'throttled', retryAfterSeconds: 1 });
    assert.equal(await waiting, null);
    let moves = 0;
    const count = (): void => void (moves += 1);
    void admission.gate.moves(never).then(count);
    second.leave({ kind: 'throttled', retryAfterSeconds: 3 });
    await settle();
    assert.equal(moves, 1);
    void admission.gate.moves(never).then(count);
    clock.advance(2999);
    await settle();
    assert.equal(moves, 1);
    clock.advance(1);
    await settle();
    assert.equal(moves, 2);
    await admission.gate.moves(never);
  });

  it('sets a server that cannot be reached aside for 1, 2, 4 and at most 60 seconds', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries++) {
      (await enter(admission)).leave({ kind: 'unreachable' });
      const { reason, seconds } = admission.gate.closed()!;
      assert.equal(reason, 'unreachable');
      waits.push(seconds);
      clock.advance(seconds * 1000);
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('counts a burst that does not get through once, then lets one request try alone', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    const burst = ask(admission, 4);
    await settle();
    for (const place of burst) place.leave({ kind: 'unreachable' });
    assert.equal(admission.gate.closed()?.seconds, 1);
    clock.advance(1000);
    const places = ask(admission, 4);
    await settle();
    assert.equal(places.length, 1);
    places[0]!.leave(answered);
    await settle();
    assert.equal(places.length, 4);
    places[1]!.leave({ kind: 'unreachable' });
    assert.equal(admission.gate.closed()?.seconds, 1);
  });

  it('sets a server aside that lets three requests in a row run into their time-out, and turns others away while one tries', async () => {
    const clock = fakeClock();
    const admission = createAdmission({ clock });
    for (const kind of ['silent', 'silent', 'answered', 'silent', 'silent'] as const) {
      (await enter(admission)).leave({ kind });
      assert.equal(admission.gate.closed(), null);
    }
    (await enter(admission)).leave({ kind: 'silent' });
    assert.deepEqual(admission.gate.closed(), { reason: 'silent', seconds: 1 });
    clock.advance(1000);
    const first = await enter(admission);
    assert.equal(await admission.enter(never), null, 'nobody waits behind the one that tries');
    first.leave({ kind: 'silent' });
    assert.equal(admission.gate.closed()?.seconds, 2);
    clock.advance(2000);
    (await enter(admission)).leave(answered);
    const places = ask(admission, 4);
    await settle();
    assert.equal(places.length, 4);
  });

  it('forgets a request that gives up waiting', async () => {
    const admission = createAdmission({ start: 1, clock: fakeClock() });
    const first = await enter(admission);
    const impatient = new AbortController();
    const waiting = admission.enter(impatient.signal);
    const patient = enter(admission);
    impatient.abort(new Error('worker shuts down'));
    await assert.rejects(waiting, /worker shuts down/);
    first.leave(answered);
    (await patient).leave(answered);
    await assert.rejects(admission.enter(impatient.signal), /worker shuts down/);
  });
});
