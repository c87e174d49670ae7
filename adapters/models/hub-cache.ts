// Where repositories of the Hugging Face hub lie once they are pulled: one folder a commit, and beside them a record of which
// commit each revision meant when it was last pulled, so that a name means the same bytes until somebody pulls again.

import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';

/** A repository and a revision: a branch, a tag or a commit. */
export interface HubName {
  readonly repository: string;
  readonly revision: string;
}

export const DEFAULT_REVISION = 'main';

/** Marks a folder whose files are all there and checked; says what they are and where they came from. */
export const PULLED = 'pulled.json';

/** `org/name` or `org/name@revision`; undefined for what cannot be the name of a repository. */
export function parseHubName(text: string): HubName | undefined {
  const match = /^(\w[\w.-]*\/\w[\w.-]*)(?:@(\w[\w./-]*))?$/.exec(text);
  if (match?.[1] === undefined || /\.\.|\.gguf$/i.test(text)) return undefined;
  return { repository: match[1], revision: match[2] ?? DEFAULT_REVISION };
}

export function formatHubName({ repository, revision }: HubName): string {
  return revision === DEFAULT_REVISION ? repository : `${repository}@${revision}`;
}

export function repositoryFolder(repository: string): string {
  return join(hubFolder(), repository.replace('/', '--'));
}

function hubFolder(): string {
  return join(cacheFolder(), 'hub');
}

export function commitFolder(repository: string, commit: string): string {
  return join(repositoryFolder(repository), commit);
}

/** The commit that was pulled for `revision`, and its whole folder; undefined when there is none. */
export async function findPulled({
  repository,
  revision,
}: HubName): Promise<{ commit: string; folder: string } | undefined> {
  const commit = isCommit(revision) ? revision : (await readRevisions(repository))[revision];
  if (commit === undefined) return undefined;
  const folder = commitFolder(repository, commit);
  const whole = await stat(join(folder, PULLED)).catch(() => undefined);
  return whole === undefined ? undefined : { commit, folder };
}

/** Every revision that was pulled, of every repository. */
export async function listPulled(): Promise<{ readonly name: HubName; readonly folder: string }[]> {
  const folders = await readdir(hubFolder()).catch(() => []);
  const repositories = folders.filter((folder) => !folder.endsWith('.lock')).map((folder) => folder.replace('--', '/'));
  const names = await Promise.all(
    repositories.map(async (repository) =>
      Object.keys(await readRevisions(repository)).map((revision) => ({ repository, revision })),
    ),
  );
  const found = await Promise.all(names.flat().map(async (name) => ({ name, pulled: await findPulled(name) })));
  return found.flatMap(({ name, pulled }) => (pulled === undefined ? [] : [{ name, folder: pulled.folder }]));
}

/** A full commit hash, which means the same for ever. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

export async function recordRevision({ repository, revision }: HubName, commit: string): Promise<void> {
  const revisions = { ...(await readRevisions(repository)), [revision]: commit };
  await writeWhole(recordPath(repository), `${JSON.stringify(revisions, null, 2)}\n`);
}

/** Writes a small file so that it is never seen in part. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

async function readRevisions(repository: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(recordPath(repository), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Record<string, string>;
}

function recordPath(repository: string): string {
  return join(repositoryFolder(repository), 'revisions.json');
}
