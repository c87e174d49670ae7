// A student read back from its checkpoint through the store port, for activities and for whoever hands students on.

import type { ArtifactRef, Manifest, ManifestPart } from '../../contracts/artifacts.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { studentForms, type StudentFiles, type StudentForm } from './models.ts';
import type { Store } from './store.ts';

/**
 * The student that `checkpoint` holds; its weights are not read yet.
 * @throws {PermanentError} `MissingArtifact` for a checkpoint without weights, `CorruptArtifact` for one of an unknown form
 */
export async function studentFiles(store: Store, checkpoint: ArtifactRef): Promise<StudentFiles> {
  const manifest = await store.readManifest(checkpoint);
  const byPath = new Map<string, ManifestPart[]>();
  for (const part of manifest.parts) byPath.set(part.path, [...(byPath.get(part.path) ?? []), part]);
  requireWeights(checkpoint, byPath);
  const partsAt = (path: string): readonly ManifestPart[] => {
    const parts = byPath.get(path);
    if (parts !== undefined) return parts;
    const found = [...byPath.keys()].join(', ');
    throw new PermanentError(
      FailureType.MissingArtifact,
      `Checkpoint ${checkpoint.manifest} holds no ${path}; it holds ${found}. Train the student again.`,
    );
  };
  return {
    key: checkpoint.manifest,
    form: formOf(checkpoint, manifest),
    files: [...byPath].map(([path, parts]) => ({ path, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) })),
    async read(path) {
      return joined(await Promise.all(partsAt(path).map((part) => store.readPart(part))));
    },
    async *pieces(path) {
      for (const part of partsAt(path)) yield await store.readPart(part);
    },
  };
}

/** One piece as it is, several as a copy. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

function formOf({ manifest }: ArtifactRef, { metadata }: Manifest): StudentForm {
  const form = studentForms.find((known) => known === metadata['form']);
  if (form !== undefined) return form;
  throw new PermanentError(
    FailureType.CorruptArtifact,
    `Checkpoint ${manifest} has the form ${metadata['form'] ?? '(not stated)'}; expected ${studentForms.join(', ')}. ` +
      'Train the student again.',
  );
}

function requireWeights({ manifest }: ArtifactRef, byPath: ReadonlyMap<string, unknown>): void {
  if ([...byPath.keys()].some((path) => path.endsWith('.safetensors') || path.endsWith('.bin'))) return;
  const found = [...byPath.keys()].join(', ') || 'nothing';
  throw new PermanentError(
    FailureType.MissingArtifact,
    `Checkpoint ${manifest} holds no weights (.safetensors or .bin); it holds ${found}. Train the student again.`,
  );
}
