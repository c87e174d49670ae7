// What only the tests need: versitygw, the S3 server that the store is held against, built into the cache by Go.
// Without it those tests are skipped with their reason, so nothing here fails the run.
import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../adapters/models/cache.ts';

const source = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const buildMs = 10 * 60_000;

const folder = join(cacheFolder(), 'bin');
const binary = join(folder, 'versitygw');
const start = performance.now();

try {
  await access(binary);
  say(binary);
} catch {
  await build();
}

async function build(): Promise<void> {
  process.stderr.write(`  Building ${source}, some two minutes the first time\n`);
  try {
    await mkdir(folder, { recursive: true });
    // Go names the platform's folder itself when it builds for another one, so the two variables must not leak in.
    const environment = { ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOOS: '', GOARCH: '' };
    await promisify(execFile)('go', ['install', source], { env: environment, timeout: buildMs });
    say(`${binary}, built`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    say(code === 'ENOENT' ? 'skipped, since Go is not installed' : `skipped, since Go could not build it: ${message}`);
  }
}

function say(outcome: string): void {
  process.stderr.write(`- S3 server for tests: ${outcome} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}
