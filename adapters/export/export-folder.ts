// The folder of an export: recognised by its provenance.json, which lists every file beside it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { requireFolderOf } from '../datasets/require-folder.ts';

export const PROVENANCE = 'provenance.json';

export interface ExportedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws {PermanentError} `InvalidConfig` when something lies at `folder` that is not an earlier export as it was written */
export async function requireExportFolder(folder: string): Promise<void> {
  await requireFolderOf(folder);
  const found = await filesIn(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw occupied(folder, 'a file');
    throw error;
  });
  if (found.length === 0) return;
  const known = await filesOfExport(folder);
  if (known === null) throw occupied(folder, found.slice(0, 3).join(', '));
  const foreign = found.filter((name) => name !== PROVENANCE && !known.includes(name));
  if (foreign.length > 0) throw occupied(folder, `an export with ${foreign.slice(0, 3).join(', ')} beside it`);
}

/** Every file below `folder`, with its size and hash, in the order of their names. */
export async function describeFiles(folder: string): Promise<Readonly<Record<string, ExportedFile>>> {
  const described: Record<string, ExportedFile> = {};
  for (const name of await filesIn(folder)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    const { size } = await stat(join(folder, name));
    described[name] = { bytes: size, sha256: hash.digest('hex') };
  }
  return described;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/'));
  const folders = new Set(names.map((name) => dirname(name)));
  const files = names.filter((name) => !folders.has(name));
  const kinds = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).isDirectory()));
  return files.filter((_, at) => kinds[at] === false).sort();
}

/** Null when no export lies there. */
async function filesOfExport(folder: string): Promise<readonly string[] | null> {
  try {
    const document = JSON.parse(await readFile(join(folder, PROVENANCE), 'utf8')) as Readonly<Record<string, unknown>>;
    const { madeBy, files } = document;
    return madeBy === 'diffract export' && typeof files === 'object' ? Object.keys(files ?? {}) : null;
  } catch {
    return null;
  }
}

function occupied(folder: string, found: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `--out ${resolve(folder)}: found ${found} there; expected no folder, an empty one, or an earlier export and nothing else. ` +
      'Name another folder, or delete this one.',
  );
}
