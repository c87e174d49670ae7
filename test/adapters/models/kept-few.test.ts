import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keptFew } from '../../../adapters/models/kept-few.ts';

/** Things that tell when they are opened and closed. */
function makeThings() {
  const events: string[] = [];
  const open = (name: string) => () => {
    events.push(`open ${name}`);
    const close = () => Promise.resolve(void events.push(`close ${name}`));
    return Promise.resolve({ name, close });
  };
  return { events, open };
}

interface Thing {
  readonly name: string;
  close(): Promise<void>;
}

describe('what is kept', () => {
  it('is opened once and given again', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(2);
    const first = await kept.get('a', open('a'));
    assert.equal(await kept.get('a', open('a')), first);
    assert.deepEqual(events, ['open a']);
  });

  it('is opened once for calls at the same time', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(2);
    const [one, two] = await Promise.all([kept.get('a', open('a')), kept.get('a', open('a'))]);
    assert.equal(one, two);
    assert.deepEqual(events, ['open a']);
  });

  it('is never more than the limit: the least recently used closes before the next opens', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(2);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await kept.get(name, open(name));
    assert.deepEqual(events, ['open a', 'open b', 'close b', 'open c', 'close c', 'open b']);
  });

  it('stays within the limit when several open at once', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(1);
    await Promise.all(['a', 'b', 'c'].map((name) => kept.get(name, open(name))));
    await kept.close();
    assert.equal(events.filter((event) => event.startsWith('open')).length, 3);
    assert.equal(events.filter((event) => event.startsWith('close')).length, 3);
  });

  it('is not a failed opening: the next call tries again, and closing is not disturbed by it', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(1);
    await assert.rejects(
      kept.get('a', () => Promise.reject(new Error('no memory'))),
      /no memory/,
    );
    assert.equal((await kept.get('a', open('a'))).name, 'a');
    const failing = kept.get('b', () => Promise.reject(new Error('no memory')));
    await Promise.all([assert.rejects(failing), kept.close()]);
    await kept.close();
    assert.deepEqual(events, ['open a', 'close a']);
  });

  it('closes with everything it holds', async () => {
    const { events, open } = makeThings();
    const kept = keptFew<Thing>(3);
    for (const name of ['a', 'b']) await kept.get(name, open(name));
    await kept.close();
    assert.deepEqual(events.slice(2), ['close a', 'close b']);
  });
});
