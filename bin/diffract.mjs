#!/usr/bin/env node
// The `diffract` command: starts cli/main.ts through tsx from whatever folder it is called in.
// A child process rather than an import, because worker threads inherit `--import` and not a loader registered later.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInForeground } from './foreground.mjs';

const loader = findLoader();
if (loader === undefined) {
  process.stderr.write('diffract: its packages are not installed. Run `npm start` (sets everything up) or `npm ci`.\n');
  process.exit(1);
}
const program = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
process.exitCode = await runInForeground(process.execPath, ['--import', loader, program, ...process.argv.slice(2)]);

function findLoader() {
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  } catch {
    return undefined;
  }
}
