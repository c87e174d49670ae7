// Preparing a model once: from a GGUF file or a Hugging Face folder to the one layout that the engine, the tokenizer
// and the trainer read. `weights.json` is renamed into place last: where it lies, the folder is whole.

import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { packageSource } from './catalog.ts';
import { hashFile, hashText, stampFile } from './file-hash.ts';
import { withFolderLock } from '../process/folder-lock.ts';
import { isEncoderFolder, openEncoderFolder } from './encoder-folder.ts';
import { openGguf } from './gguf-file.ts';
import { openHuggingFaceFolder } from './hugging-face-folder.ts';
import type { ModelSource } from './model-source.ts';
import { pulledFile } from './pull.ts';
import { locateModel } from './references.ts';
import type { ModelLocation, ModelName } from './references.ts';
import { readWeightsIndex, writeWeights } from './weights-file.ts';
import type { WeightsIndex } from './weights-file.ts';

export interface PreparedModel {
  readonly name: string;
  readonly folder: string;
  readonly weights: WeightsIndex;
}

/**
 * Writes weights, config, tokenizer and chat template of the model into its folder in the cache, or finds them there.
 * Does not download: a catalog model must have been pulled.
 * @throws {PermanentError} `MissingModel`, `CorruptModel` or `UnsupportedModel`, saying what was found
 */
export async function prepareModel(model: ModelName): Promise<PreparedModel> {
  const location = await locateModel(model);
  const ready = await findPrepared(location);
  if (ready !== undefined) return ready;
  return withFolderLock(`${location.preparedFolder}.lock`, async () => {
    return (await findPrepared(location)) ?? (await writePrepared(location));
  });
}

/**
 * Writes the prepared form of `source` into `folder`, whose lock the caller holds.
 * @param sha256 - of the source
 */
export async function writeModelFiles(
  { name, folder }: Pick<PreparedModel, 'name' | 'folder'>,
  source: ModelSource,
  sha256: string,
): Promise<PreparedModel> {
  await removeLeftovers(folder);
  const workFolder = await mkdtemp(join(folder, '.prepare-'));
  try {
    const weights = await writeWeights(workFolder, source.tensors, { sha256, files: source.files });
    const write = (file: string, text: string): Promise<void> => writeFile(join(workFolder, file), text);
    await write('config.json', `${JSON.stringify(source.config, null, 2)}\n`);
    await write('tokenizer.json', JSON.stringify(source.tokenizer));
    await write('tokenizer_config.json', `${JSON.stringify(source.tokenizerConfig, null, 2)}\n`);
    await write('chat-template.jinja', source.chatTemplate);
    await write('weights.json', JSON.stringify(weights));
    await moveIntoPlace(workFolder, folder);
    return { name, folder, weights };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function openSource(location: ModelLocation): Promise<ModelSource> {
  if (location.kind === 'catalog') return openPulled(location.name);
  return location.kind === 'folder' ? openFolder(location.path) : openGguf(location.path);
}

async function openFolder(folder: string): Promise<ModelSource> {
  return (await isEncoderFolder(folder)) ? openEncoderFolder(folder) : openHuggingFaceFolder(folder);
}

async function openPulled(name: string): Promise<ModelSource> {
  const path = pulledFile(name);
  try {
    return await (path.endsWith('.safetensors') ? openFolder(dirname(path)) : openGguf(path));
  } catch (error) {
    if (!(error instanceof PermanentError) || error.type !== FailureType.MissingModel) throw error;
    throw new PermanentError(
      FailureType.MissingModel,
      `Model "${name}" is not on this machine: expected ${path}. Pull it: diffract models pull ${name}`,
      { cause: error },
    );
  }
}

async function findPrepared(location: ModelLocation): Promise<PreparedModel | undefined> {
  const { name, preparedFolder: folder } = location;
  const weights = await readWeightsIndex(folder);
  if (weights === undefined) return undefined;
  const pinned = pinnedLines(location);
  const current = pinned === undefined ? await sameFiles(weights) : weights.source.sha256 === hashLines(pinned);
  return current ? { name, folder, weights } : undefined;
}

/** The lines of all files that the source must consist of, where the catalog says. */
function pinnedLines(location: ModelLocation): string[] | undefined {
  if (location.kind !== 'catalog') return undefined;
  const source = packageSource(location.model);
  return [source, ...(source.companions ?? [])].map(({ sha256, member }) => hashLine(sha256, member));
}

async function sameFiles({ source }: WeightsIndex): Promise<boolean> {
  for (const file of source.files) {
    const found = await stampFile(file.path);
    if (found.bytes !== file.bytes || found.modifiedMs !== file.modifiedMs) return false;
  }
  return true;
}

async function writePrepared(location: ModelLocation): Promise<PreparedModel> {
  const source = await openSource(location);
  try {
    const sha256 = await hashSource(source, pinnedLines(location));
    await mkdir(location.preparedFolder, { recursive: true });
    return await writeModelFiles({ name: location.name, folder: location.preparedFolder }, source, sha256);
  } finally {
    await source.close();
  }
}

async function moveIntoPlace(workFolder: string, folder: string): Promise<void> {
  await rm(join(folder, 'weights.json'), { force: true });
  const files = (await readdir(workFolder)).filter((file) => file !== 'weights.json');
  for (const file of [...files, 'weights.json']) await rename(join(workFolder, file), join(folder, file));
}

/** The caller holds the lock, so work folders found now belong to preparations that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.prepare-')) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

async function hashSource({ files }: ModelSource, pinned: readonly string[] | undefined): Promise<string> {
  const lines: string[] = [];
  for (const { path } of files) lines.push(hashLine(await hashFile(path), path));
  const found = hashLines(lines);
  if (pinned === undefined || found === hashLines(pinned)) return found;
  const only = (one: readonly string[], other: readonly string[]): string =>
    one.filter((line) => !other.includes(line)).join(', ') || 'nothing else';
  throw new PermanentError(
    FailureType.CorruptModel,
    `The model at ${dirname(files[0]?.path ?? '')} is not the pinned one: found sha256 ${only(lines, pinned)}; expected ` +
      `${only(pinned, lines)}. Delete it and pull the model again.`,
  );
}

/** As `sha256sum` writes it, with the last part of the path alone. */
function hashLine(sha256: string, path: string): string {
  return `${sha256}  ${basename(path)}`;
}

/** One file's own hash, or the hash of the sorted lines of several. */
function hashLines(lines: readonly string[]): string {
  return lines.length === 1 ? (lines[0] ?? '').slice(0, 64) : hashText([...lines].sort().join('\n'));
}
