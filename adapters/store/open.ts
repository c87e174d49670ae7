// Opens the store that a campaign names, once a process, after a first cheap check that it answers.

import type { Store } from '../../activities/ports/store.ts';
import type { StoreLocation } from '../../contracts/campaign.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { createStore } from './artifacts.ts';
import { createDirectoryDriver } from './directory.ts';
import type { StoreDriver } from './driver.ts';

const opened = new Map<string, Promise<Store>>();

/**
 * The same location gives the same instance. A store that could not be opened is tried afresh at the next call.
 * @throws {PermanentError} `StoreRefused` when the directory or bucket does not exist or may not be used
 * @throws {TransientError} when the bucket's endpoint does not answer
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  const name = canonicalJson(location);
  const known = opened.get(name);
  if (known) return known;
  const opening = createDriver(location).then(checked).then(createStore);
  opened.set(name, opening);
  opening.catch(() => opened.delete(name));
  return opening;
}

/** The S3 SDK takes a fifth of a second to load, so a store in a directory does without it. */
export async function createDriver(location: StoreLocation): Promise<StoreDriver> {
  if (location.kind === 'directory') return createDirectoryDriver(location.path);
  const { createS3Driver } = await import('./s3.ts');
  return createS3Driver(location);
}

async function checked(driver: StoreDriver): Promise<StoreDriver> {
  await driver.check();
  return driver;
}
