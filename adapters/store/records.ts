// The store's small documents that are not content-addressed: stage records, refs and scratch.

import type { Store } from '../../activities/ports/store.ts';
import type { ArtifactRef, StageResult } from '../../contracts/artifacts.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { StoreDriver } from './driver.ts';
import { pieceOf, refKey, scratchKey, scratchPrefix, stageKey } from './keys.ts';

export type RecordStore = Pick<
  Store,
  'readStage' | 'writeStage' | 'writeScratch' | 'readScratch' | 'removeScratch' | 'writeRef' | 'readRef'
>;

export function createRecordStore(driver: StoreDriver): RecordStore {
  return {
    readStage: (key) => readJson<StageResult<unknown>>(driver, stageKey(key)),
    writeStage: (result) => writeJson(driver, stageKey(result.key), result),

    writeRef: (campaign, name, ref) => writeJson(driver, refKey(campaign, name), ref),
    readRef: (campaign, name) => readJson<ArtifactRef>(driver, refKey(campaign, name)),

    writeScratch: async (name, piece, bytes) => driver.write(scratchKey(name, piece), bytes),
    readScratch: (name) => readPieces(driver, name),
    async removeScratch(name) {
      const keys = await driver.list(scratchPrefix(name));
      await Promise.all(keys.map((key) => driver.remove(key)));
    },
  };
}

async function readPieces(driver: StoreDriver, name: string): ReturnType<Store['readScratch']> {
  const keys = await driver.list(scratchPrefix(name));
  const pieces: { piece: string; bytes: Uint8Array }[] = [];
  for (const key of keys) {
    const bytes = await driver.read(key);
    // A piece that went away after the listing was removed with its work.
    if (bytes !== null) pieces.push({ piece: pieceOf(key), bytes });
  }
  return pieces.sort((a, b) => (a.piece < b.piece ? -1 : 1));
}

async function readJson<Document>(driver: StoreDriver, key: string): Promise<Document | null> {
  const bytes = await driver.read(key);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Document;
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `store: ${key} in ${driver.place} is damaged: found ${bytes.length} bytes that are no JSON, expected a document; ` +
        'delete it and the stage that wrote it runs again',
      { cause },
    );
  }
}

async function writeJson(driver: StoreDriver, key: string, document: unknown): Promise<void> {
  await driver.write(key, new TextEncoder().encode(canonicalJson(document)));
}
