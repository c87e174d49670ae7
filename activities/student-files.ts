// The files of a student on their way into a checkpoint: part by part, so that large weights are never in memory whole.

import type { ArtifactRef, ManifestPart } from '../contracts/artifacts.ts';
import type { ModelReference } from '../contracts/campaign.ts';
import type { Store } from './ports/store.ts';
import { joined } from './ports/student-files.ts';
import type { TrainedFile, TrainedStudent } from './ports/trainer.ts';

/** Larger files become several parts of one path; part of a checkpoint's identity. */
const partBytes = 64 * 2 ** 20;

/** @param base - the model that was trained */
export async function storeStudent(
  store: Store,
  { form, files }: TrainedStudent,
  base: ModelReference,
): Promise<ArtifactRef> {
  const parts: ManifestPart[] = [];
  for (const { path, mediaType, pieces } of files) {
    for await (const bytes of inParts(pieces)) parts.push(await store.writePart(bytes, { path, mediaType, rows: 0 }));
  }
  return store.writeManifest({ kind: 'checkpoint', parts, metadata: { base, form } });
}

/** The same bytes in parts of one size, however the trainer cut them; an empty file is one empty part. */
async function* inParts(pieces: TrainedFile['pieces']): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let room = partBytes;
  let parts = 0;
  for await (const piece of pieces) {
    let rest = piece;
    while (rest.length >= room) {
      parts++;
      yield joined([...waiting, rest.subarray(0, room)]);
      rest = rest.subarray(room);
      [waiting, room] = [[], partBytes];
    }
    // A copy: streams reuse their buffers.
    if (rest.length > 0) waiting.push(rest.slice());
    room -= rest.length;
  }
  if (waiting.length > 0 || parts === 0) yield joined(waiting);
}
