// Tries out a store before a campaign rests on it: what it can do, what it does not, and what that means.

import { randomUUID } from 'node:crypto';

import type { StoreLocation } from '../../contracts/campaign.ts';
import { encodeSegment } from './keys.ts';
import { createDriver } from './open.ts';
import type { StoreDriver } from './driver.ts';
import { sha256 } from './sha256.ts';

export interface StoreCheck {
  readonly name: string;
  readonly ok: boolean;
  /** One sentence: what was seen, or what failed. */
  readonly message: string;
}

/**
 * Puts, gets, lists, overwrites, races and deletes objects of its own under `scratch/` and leaves nothing behind. A check that
 * fails does not stop those after it, save that nothing is tried in a store that does not answer. Never throws.
 */
export async function storeSelfTest(location: StoreLocation): Promise<readonly StoreCheck[]> {
  const driver = await createDriver(location);
  const folder = `scratch/${encodeSegment(`self-test-${randomUUID()}`)}/`;
  const answers = await checked('answers', async () => {
    await driver.check();
    return `The ${driver.place} answers.`;
  });
  if (!answers.ok) return [answers];
  const results = [answers];
  for (const [name, check] of Object.entries(checks)) {
    results.push(await checked(name, () => check(driver, folder)));
  }
  results.push(await checked('delete', () => removeAll(driver, folder)));
  return results;
}

type Check = (driver: StoreDriver, folder: string) => Promise<string>;

const MULTIPART_BYTES = 9 * 2 ** 20;

const checks: Readonly<Record<string, Check>> = {
  async put(driver, folder) {
    await driver.write(`${folder}object`, bytesOf(1_000, 1));
    return 'An object of 1,000 bytes was put.';
  },

  async get(driver, folder) {
    await expectBytes(driver, `${folder}object`, bytesOf(1_000, 1));
    if ((await driver.read(`${folder}absent`)) !== null) throw new Error('a key that was never put has bytes');
    return 'The same bytes came back, and a key that was never put is absent.';
  },

  async list(driver, folder) {
    await driver.write(`${folder}nested/object`, bytesOf(10, 2));
    const [found, expected] = [await driver.list(folder), [`${folder}nested/object`, `${folder}object`]];
    if (found.join() !== expected.join()) throw new Error(`found ${found.join(', ')}; expected ${expected.join(', ')}`);
    return 'The listing shows exactly what was put.';
  },

  async overwrite(driver, folder) {
    await driver.write(`${folder}object`, bytesOf(2_000, 3));
    await expectBytes(driver, `${folder}object`, bytesOf(2_000, 3));
    return 'A second put replaced the first and was seen at once.';
  },

  async 'conditional write'(driver, folder) {
    const key = `${folder}race`;
    const bodies = Array.from({ length: 8 }, (_, seed) => bytesOf(50_000, seed));
    const winners = (await Promise.all(bodies.map((body) => driver.writeIfAbsent(key, body)))).filter(Boolean).length;
    const kept = sha256((await driver.read(key)) ?? '');
    if (!bodies.some((body) => sha256(body) === kept))
      throw new Error('eight racing writers left none of their objects');
    if (winners === 1) return 'Conditional writes are honoured: of eight racing writers one won.';
    return `Conditional writes are not honoured: ${winners} of eight racing writers won. Campaigns are right without them.`;
  },

  async multipart(driver, folder) {
    const bytes = bytesOf(MULTIPART_BYTES, 4);
    await driver.write(`${folder}large`, bytes);
    await expectBytes(driver, `${folder}large`, bytes);
    return 'An object of 9 MiB was put and came back.';
  },
};

async function removeAll(driver: StoreDriver, folder: string): Promise<string> {
  for (const key of await driver.list(folder)) await driver.remove(key);
  const left = await driver.list(folder);
  if (left.length > 0) throw new Error(`found ${left.join(', ')} after deleting; expected nothing`);
  return 'All objects of this test were deleted.';
}

async function checked(name: string, check: () => Promise<string>): Promise<StoreCheck> {
  try {
    return { name, ok: true, message: await check() };
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function expectBytes(driver: StoreDriver, key: string, expected: Uint8Array): Promise<void> {
  const found = await driver.read(key);
  if (found === null) throw new Error(`${key} is absent right after it was put`);
  if (sha256(found) !== sha256(expected)) {
    throw new Error(`${key} came back changed: found ${found.length} bytes, expected ${expected.length}`);
  }
}

/** Every object of the test differs from the others at every length. */
function bytesOf(count: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index++) bytes[index] = index * 31 + (index >>> 8) + seed * 101;
  return bytes;
}
