// The folder of an export: recognised by its provenance.json, which lists every file beside it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { isRecord } from '../datasets/raw-row.ts';
import { requireFolderOf } from '../datasets/require-folder.ts';

export const PROVENANCE = 'provenance.json';

export interface ExportedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws {PermanentError} `InvalidConfig` when something lies at `folder` that is not an earlier export as it was written */
export async function requireExportFolder(folder: string): Promise<void> {
  await requireFolderOf(folder);
  const there = await stat(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (there === null) return;
  if (!there.isDirectory()) throw occupied(folder, 'a file');
  const found = await entriesIn(folder);
  if (found.length === 0) return;
  const known = await filesOfExport(folder);
  if (known === null) throw occupied(folder, firstOf(found.map(({ name }) => name)));
  const folders = new Set([...known.keys()].map((name) => dirname(name)));
  const foreign = found.filter(({ name, kind }) => {
    return name !== PROVENANCE && !(kind === 'folder' ? folders.has(name) : known.has(name));
  });
  if (foreign.length > 0) {
    throw occupied(folder, `an export with ${firstOf(foreign.map(({ name }) => name))} beside it`);
  }
  const changed = await changedFiles(folder, found, known);
  if (changed.length > 0) throw occupied(folder, `an export whose ${firstOf(changed)} was changed since`);
}

/** Every file below `folder`, with its size and hash, in the order of their names. */
export async function describeFiles(folder: string): Promise<Readonly<Record<string, ExportedFile>>> {
  const described: Record<string, ExportedFile> = {};
  for (const { name, kind } of await entriesIn(folder)) {
    if (kind !== 'file') continue;
    const { size } = await stat(join(folder, name));
    described[name] = { bytes: size, sha256: await hashOf(join(folder, name)) };
  }
  return described;
}

interface Entry {
  /** Below the folder, with `/` between its parts. */
  readonly name: string;
  /** `other`: a link, whether it leads anywhere or not, and whatever else is no file. */
  readonly kind: 'file' | 'folder' | 'other';
}

/** Everything in `folder` below `below` (empty, or ending with `/`), in the order of their names. */
async function entriesIn(folder: string, below = ''): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const name = `${below}${entry.name}`;
    if (entry.isDirectory()) entries.push({ name, kind: 'folder' }, ...(await entriesIn(folder, `${name}/`)));
    else entries.push({ name, kind: entry.isFile() ? 'file' : 'other' });
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The hash of each file, by name; null when no export lies there. */
async function filesOfExport(folder: string): Promise<ReadonlyMap<string, unknown> | null> {
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, PROVENANCE), 'utf8'));
    if (!isRecord(document) || document['madeBy'] !== 'diffract export' || !isRecord(document['files'])) return null;
    return new Map(
      Object.entries(document['files']).map(([name, file]) => [name, isRecord(file) ? file['sha256'] : undefined]),
    );
  } catch {
    return null;
  }
}

async function changedFiles(
  folder: string,
  found: readonly Entry[],
  known: ReadonlyMap<string, unknown>,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const { name, kind } of found) {
    if (kind === 'folder' || name === PROVENANCE) continue;
    if (kind !== 'file' || (await hashOf(join(folder, name))) !== known.get(name)) changed.push(name);
  }
  return changed;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function firstOf(names: readonly string[]): string {
  return names.slice(0, 3).join(', ');
}

function occupied(folder: string, found: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `--out ${resolve(folder)}: found ${found} there; expected no folder, an empty one, or an earlier export and nothing else. ` +
      'Name another folder, or delete this one.',
  );
}
