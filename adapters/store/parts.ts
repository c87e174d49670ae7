// Parts under their sha256 and the manifests that list them; every read is checked against the hash that names it.

import type { Store } from '../../activities/ports/store.ts';
import type { ArtifactRef, Manifest, ManifestPart } from '../../contracts/artifacts.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { StoreDriver } from './driver.ts';
import { manifestKey, objectKey } from './keys.ts';
import { sha256 } from './sha256.ts';

export type PartStore = Pick<Store, 'writePart' | 'readPart' | 'writeManifest' | 'readManifest'>;

export function createPartStore(driver: StoreDriver): PartStore {
  return {
    async writePart(bytes, { path, mediaType, rows }) {
      const hash = sha256(bytes);
      await writeHashed(driver, objectKey(hash), bytes);
      return { path, sha256: hash, bytes: bytes.length, mediaType, rows };
    },

    async readPart(part) {
      return readHashed(driver, objectKey(part.sha256), part.sha256);
    },

    async writeManifest(manifest) {
      const bytes = new TextEncoder().encode(canonicalJson(manifest));
      const hash = sha256(bytes);
      await writeHashed(driver, manifestKey(hash), bytes);
      return refOf(manifest, hash);
    },

    async readManifest(ref) {
      const bytes = await readHashed(driver, manifestKey(ref.manifest), ref.manifest);
      return JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
    },
  };
}

/** An object of the wrong length is what a broken disk left of it, so it is written again. */
async function writeHashed(driver: StoreDriver, key: string, bytes: Uint8Array): Promise<void> {
  const size = await driver.size(key);
  if (size === bytes.length) return;
  if (size === null) await driver.writeIfAbsent(key, bytes);
  else await driver.write(key, bytes);
}

async function readHashed(driver: StoreDriver, key: string, expected: string): Promise<Uint8Array> {
  const bytes = await driver.read(key);
  if (bytes === null) {
    throw new PermanentError(
      'MissingArtifact',
      `store: ${driver.place} has no ${key}; found nothing, expected the bytes that an artifact lists; ` +
        'was the store moved or cleaned? Restore it, or run the campaign again with an empty store',
    );
  }
  const found = sha256(bytes);
  if (found !== expected) {
    throw new PermanentError(
      'CorruptArtifact',
      `store: ${key} in ${driver.place} is damaged: found sha256 ${found} over ${bytes.length} bytes, expected ${expected}; ` +
        'restore this object from a copy of the store, or delete it and the stage records that lead to it',
    );
  }
  return bytes;
}

function refOf(manifest: Manifest, hash: string): ArtifactRef {
  const sum = (amount: (part: ManifestPart) => number) =>
    manifest.parts.reduce((total, part) => total + amount(part), 0);
  return { kind: manifest.kind, manifest: hash, rows: sum((part) => part.rows), bytes: sum((part) => part.bytes) };
}
