// Pulling a model from the Hugging Face hub: only the files that preparing reads, small ones first, so that a model which
// cannot be used is refused before its weights are fetched.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import { isEncoderFolder } from './encoder-folder.ts';
import { withFolderLock } from '../process/folder-lock.ts';
import { fetchFile, readSnapshot } from './hub.ts';
import type { HubFile, HubSnapshot } from './hub.ts';
import type { HubName } from './hub-cache.ts';
import {
  commitFolder,
  findPulled,
  formatHubName,
  isCommit,
  PULLED,
  recordRevision,
  repositoryFolder,
  writeWhole,
} from './hub-cache.ts';

export interface PulledRepository {
  readonly commit: string;
  readonly folder: string;
}

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const required = ['config.json', 'tokenizer.json'];
const optional = [
  'tokenizer_config.json',
  'chat_template.jinja',
  'modules.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
  INDEX,
];

/**
 * Fetches what is missing of the revision's commit, and records which commit that is.
 * @throws {PermanentError} `MissingModel`, `UnsupportedModel` for a repository without safetensors or of an architecture that
 *   is not supported, `CorruptModel` for wrong bytes; a {@link TransientError} when the hub did not deliver
 */
export async function pullFromHub(name: HubName, onProgress: (message: string) => void): Promise<PulledRepository> {
  const known = isCommit(name.revision) ? await findPulled(name) : undefined;
  if (known !== undefined) return known;
  const work = async (): Promise<PulledRepository> => {
    onProgress(`Asking the hub for ${formatHubName(name)}`);
    const snapshot = await readSnapshot(name);
    const folder = commitFolder(name.repository, snapshot.commit);
    onProgress(`${formatHubName(name)} is commit ${snapshot.commit}`);
    if ((await findPulled({ ...name, revision: snapshot.commit })) === undefined) {
      await fetchSnapshot(snapshot, folder, onProgress);
    }
    await recordRevision(name, snapshot.commit);
    return { commit: snapshot.commit, folder };
  };
  return withFolderLock(`${repositoryFolder(name.repository)}.lock`, work, () =>
    onProgress('Waiting for another process that pulls the same repository'),
  );
}

async function fetchSnapshot(
  snapshot: HubSnapshot,
  folder: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const small = descriptionOf(snapshot);
  for (const file of small) await fetchFile(snapshot, file, join(folder, file.path), () => undefined);
  await requireSupported(folder);
  const large = await weightsOf(snapshot, folder);
  for (const file of large) await fetchFile(snapshot, file, join(folder, file.path), reporter(file, onProgress));
  const { name, commit } = snapshot;
  const record = { repository: name.repository, revision: name.revision, commit, files: [...small, ...large] };
  await writeWhole(join(folder, PULLED), `${JSON.stringify(record, null, 2)}\n`);
}

/** Everything but the weights. */
function descriptionOf({ name, files }: HubSnapshot): HubFile[] {
  const paths = new Set(files.map(({ path }) => path));
  const missing = required.find((path) => !paths.has(path));
  if (missing === undefined && (paths.has(WEIGHTS) || paths.has(INDEX))) {
    return files.filter(({ path }) => [...required, ...optional].includes(path));
  }
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${formatHubName(name)} has no ${missing ?? WEIGHTS}; expected a repository with ${required.join(', ')} and ${WEIGHTS} ` +
      '(one file or shards). For a repository of GGUF files, download one and name its path.',
  );
}

async function requireSupported(folder: string): Promise<void> {
  if (await isEncoderFolder(folder)) return;
  const path = join(folder, 'config.json');
  parseModelConfig(JSON.parse(await readFile(path, 'utf8')), path);
}

async function weightsOf({ name, files }: HubSnapshot, folder: string): Promise<HubFile[]> {
  const index = files.some(({ path }) => path === INDEX) ? await readFile(join(folder, INDEX), 'utf8') : undefined;
  const wanted =
    index === undefined ? [WEIGHTS] : Object.values((JSON.parse(index) as { weight_map: object }).weight_map);
  return [...new Set(wanted as string[])].sort().map((path) => {
    const found = files.find((file) => file.path === path);
    if (found !== undefined && !path.includes('..')) return found;
    throw new PermanentError(
      FailureType.CorruptModel,
      `${INDEX} of ${formatHubName(name)} names ${JSON.stringify(path)}, which the repository does not have.`,
    );
  });
}

/** Says how far a file is, at each tenth of it. */
function reporter({ path, bytes }: HubFile, onProgress: (message: string) => void): (sofar: number) => void {
  let said = -1;
  return (sofar) => {
    const tenth = Math.floor((10 * sofar) / bytes);
    if (tenth === said) return;
    said = tenth;
    onProgress(`${path}: ${10 * tenth} % of ${(bytes / 1e6).toFixed(0)} MB`);
  };
}
