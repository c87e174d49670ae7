import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  halfWords,
  permutation,
  philoxBlock,
  signs,
  streamKey,
  uniformAt,
  uniforms,
} from '../../../core/random/philox.ts';

describe('philox', () => {
  // Known answers of Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
  it('gives the published block for an all-zero key and counter', () => {
    assert.deepEqual(philoxBlock({ low: 0, high: 0 }, 0), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it('hashes keys by FNV-1a with 64 bits', () => {
    assert.deepEqual(streamKey(''), { low: 0x84222325, high: 0xcbf29ce4 });
    assert.equal((BigInt(streamKey('foobar').high) << 32n) | BigInt(streamKey('foobar').low), 0x85944171f73967e8n);
  });

  it('reads a stream in order as it answers by index', () => {
    const reader = uniforms('seed/1');
    for (let index = 0; index < 9; index++) assert.equal(reader.next(), uniformAt('seed/1', index));
  });

  it('draws uniforms with the mean and variance of the unit interval', () => {
    const reader = uniforms('moments');
    const count = 20_000;
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < count; index++) {
      const value = reader.next();
      assert.ok(value >= 0 && value < 1);
      sum += value;
      squares += value * value;
    }
    assert.ok(Math.abs(sum / count - 1 / 2) < 4 * Math.sqrt(1 / 12 / count));
    assert.ok(Math.abs(squares / count - 1 / 3) < 4 * Math.sqrt(4 / 45 / count));
  });

  it('gives a prefix of a longer run of signs, near balance and free of correlation between streams', () => {
    const long = signs('7/layer/input', 10_000);
    assert.deepEqual(signs('7/layer/input', 300), long.slice(0, 300));
    const other = signs('7/layer/output', 10_000);
    let sum = 0;
    let product = 0;
    long.forEach((sign, index) => {
      sum += sign;
      product += sign * other[index]!;
    });
    assert.ok(Math.abs(sum) < 400 && Math.abs(product) < 400, `sum ${sum}, product ${product}; 4 sigma is 400`);
  });

  it('cuts blocks into halves of words, low half first, and gives prefixes of longer runs', () => {
    const pieces = halfWords('7/layer/count', 27);
    const key = streamKey('7/layer/count');
    pieces.forEach((piece, index) => {
      const word = philoxBlock(key, Math.floor(index / 8))[Math.floor((index % 8) / 2)]!;
      assert.equal(piece, index % 2 === 0 ? word % 65536 : Math.floor(word / 65536));
    });
    assert.deepEqual(halfWords('7/layer/count', 11), pieces.slice(0, 11));
  });

  it('permutes every index once', () => {
    assert.deepEqual(
      [...permutation('p', 100)].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.notDeepEqual([...permutation('p', 100)], [...permutation('q', 100)]);
  });
});
