// The Hugging Face hub: which commit a revision is, which files it has, and their bytes. A download that broke off goes on
// where it stopped, and a file counts only with the digest that the hub lists for it.

import { downloadFile, HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FailureType, PermanentError, TransientError } from '../../contracts/failures.ts';
import type { HubName } from './hub-cache.ts';
import { formatHubName } from './hub-cache.ts';

export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the bytes (`sha256`), or of the git object that holds them (`git`: SHA-1 of a header and the bytes). */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface HubSnapshot {
  readonly name: HubName;
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Without a byte in between; the waits double. */
const tries = 5;
const firstWaitMs = 200;

/**
 * The files of a revision, pinned to its commit.
 * @throws {PermanentError} `MissingModel` for a repository or revision that is not there or not for this account; a
 *   {@link TransientError} when the hub did not answer
 */
export async function readSnapshot(name: HubName): Promise<HubSnapshot> {
  const account = access();
  return asked(name, async () => {
    const { repository, revision } = name;
    const { sha: commit } = await modelInfo({ name: repository, revision, additionalFields: ['sha'], ...account });
    const files: HubFile[] = [];
    const repo = { type: 'model', name: repository } as const;
    for await (const { type, path, size, oid = '', lfs } of listFiles({
      repo,
      revision: commit,
      recursive: true,
      ...account,
    })) {
      if (type !== 'file') continue;
      const digest =
        lfs === undefined ? ({ kind: 'git', hex: oid } as const) : ({ kind: 'sha256', hex: lfs.oid } as const);
      files.push({ path, bytes: lfs?.size ?? size, digest });
    }
    return { name, commit, files };
  });
}

/**
 * Puts a file of the snapshot at `target`. What an earlier call left of it beside `target` is continued.
 * @param onBytes - called with the number of bytes that are there so far
 * @throws {PermanentError} `CorruptModel` for bytes of another digest, which are removed; a {@link TransientError} when the
 *   connection broke several times without bringing anything
 */
export async function fetchFile(
  { name, commit }: HubSnapshot,
  file: HubFile,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if ((await sizeOf(target)) === file.bytes && (await digestOf(target, file)) === file.digest.hex) return;
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${file.digest.hex.slice(0, 12)}.part`;
  const source = { repo: { type: 'model', name: name.repository } as const, path: file.path, revision: commit };
  // The hub's newer protocol cannot be continued from a byte; without it the file comes over plain HTTP ranges.
  const openFile = () => asked(name, () => downloadFile({ ...source, ...access(), xet: false }));
  for (let tried = 1; ; tried++) {
    const before = await sizeOf(part);
    const failure = await append(part, file, openFile, onBytes).then(() => undefined, asTransient);
    const after = await sizeOf(part);
    if (after === file.bytes) break;
    if (after > before) tried = 0;
    else if (tried === tries) throw brokenOff(name, file, after, failure);
    else await wait(firstWaitMs * 2 ** (tried - 1));
  }
  await requireDigest(part, file, name);
  await rename(part, target);
}

async function append(
  part: string,
  file: HubFile,
  openFile: () => Promise<Blob | null>,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let position = await sizeOf(part);
  if (position > file.bytes) position = 0;
  const output = await open(part, position === 0 ? 'w' : 'a');
  try {
    if (position === file.bytes) return;
    const blob = await openFile();
    if (blob === null) throw new TransientError(`the hub lists ${file.path} but does not deliver it`);
    if (blob.size !== file.bytes) throw otherSize(file, blob.size);
    const rest: AsyncIterable<Uint8Array> = blob.slice(position, file.bytes).stream();
    for await (const piece of rest) {
      position += piece.byteLength;
      if (position > file.bytes) {
        await output.truncate(0); // a server that ignores ranges sent the whole file behind its beginning
        throw new TransientError(`the hub sent more than the ${file.bytes} bytes of the file`);
      }
      await output.writeFile(piece);
      onBytes(position);
    }
    await output.sync();
  } finally {
    await output.close();
  }
}

function otherSize({ path, bytes }: HubFile, found: number): PermanentError {
  return new PermanentError(
    FailureType.CorruptModel,
    `The hub delivers ${path} with ${found} bytes, but lists it with ${bytes}. Pull again later, or from another HF_ENDPOINT.`,
  );
}

/** A failure that another try may mend, as text; others are thrown on. The library's streams fail with plain texts. */
function asTransient(error: unknown): string {
  if (error instanceof PermanentError) throw error;
  return describe(error);
}

/** With its cause, since "fetch failed" alone says nothing. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}

function brokenOff(name: HubName, file: HubFile, bytes: number, failure: string | undefined): TransientError {
  return new TransientError(
    `The download of ${file.path} of ${formatHubName(name)} broke off ${tries} times at ${bytes} of ${file.bytes} bytes: ` +
      `${failure ?? 'the connection closed early'}. Pull again; it goes on from there.`,
  );
}

async function requireDigest(path: string, file: HubFile, name: HubName): Promise<void> {
  const found = await digestOf(path, file);
  if (found === file.digest.hex) return;
  await rm(path);
  throw new PermanentError(
    FailureType.CorruptModel,
    `${file.path} of ${formatHubName(name)} arrived damaged: found ${file.digest.kind} digest ${found}, expected ` +
      `${file.digest.hex}. What arrived was removed; pull again.`,
  );
}

async function digestOf(path: string, { bytes, digest }: HubFile): Promise<string> {
  const hash = digest.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** `HF_ENDPOINT` names another hub, `HF_TOKEN` whose account asks. */
function access(): { hubUrl?: string; accessToken?: string } {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env;
  if (token && !token.startsWith('hf_')) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      'HF_TOKEN does not begin with hf_, as tokens of the Hugging Face hub do. Set it to a token, or unset it.',
    );
  }
  return {
    ...(endpoint && { hubUrl: endpoint.replace(/\/+$/, '') }),
    ...(token && { accessToken: token }),
  };
}

/** Runs a call to the hub and says in our words what it refused. */
async function asked<Result>(name: HubName, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof PermanentError) throw error;
    const status = error instanceof HubApiError ? error.statusCode : undefined;
    const said = describe(error);
    if (status === 404 || status === 401 || status === 403) {
      throw new PermanentError(
        FailureType.MissingModel,
        `The hub has no model ${formatHubName(name)} for this account (status ${status}: ${said}). Check name and ` +
          'revision; for a private or gated model accept its terms on the hub and set HF_TOKEN.',
        { cause: error },
      );
    }
    throw new TransientError(`The hub did not deliver ${formatHubName(name)}: ${said}. Try again.`, { cause: error });
  }
}
