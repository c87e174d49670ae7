import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyTable } from '../../../core/text/key-table.ts';

const key = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }));

describe('key table', () => {
  it('numbers keys as a map does', () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const table = new KeyTable();
        const places = new Map<string, number>();
        for (const [low, high] of keys) {
          const name = `${low} ${high}`;
          assert.equal(table.find(low, high), places.get(name) ?? -1);
          if (!places.has(name)) places.set(name, places.size);
          assert.equal(table.add(low, high), places.get(name));
        }
        assert.equal(table.count, places.size);
      }),
    );
  });

  it('finds all keys after growing, also those that start at one slot', () => {
    const table = new KeyTable();
    for (let at = 0; at < 5000; at++) table.add(at << 20, at);
    for (let at = 0; at < 5000; at++) assert.equal(table.find(at << 20, at), at);
    assert.equal(table.find(1, 1), -1);
  });
});
