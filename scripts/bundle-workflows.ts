// Builds build/workflow-bundle.js, the form in which workers and replay tests load workflow code. Bundling also proves
// that no workflow reaches Node or an activity. Skipped while the sources and the SDK are the ones of the last build.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = join(root, 'workflows/index.ts');
const bundle = join(root, 'build/workflow-bundle.js');
const sources = ['contracts', 'core/plan', 'workflows'];

/** @returns what was done, for a person to read */
export async function bundleWorkflows(): Promise<string> {
  if (!existsSync(entry)) return 'no workflows yet';
  const digest = await digestSources();
  const stamp = `${bundle}.sha256`;
  if (existsSync(bundle) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return bundle;
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: new DefaultLogger('WARN') });
  await mkdir(join(root, 'build'), { recursive: true });
  await writeFile(`${bundle}.part`, code);
  await rename(`${bundle}.part`, bundle);
  await writeFile(stamp, digest);
  return `${bundle}, built anew`;
}

async function digestSources(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')));
  for (const room of sources) {
    for (const file of (await readdir(join(root, room), { recursive: true })).filter(isSource).sort()) {
      hash.update(`${room}/${file}\0`).update(await readFile(join(root, room, file)));
    }
  }
  return hash.digest('hex');
}

function isSource(file: string): boolean {
  return file.endsWith('.ts');
}
