// What a fresh clone needs before anything runs: packages, the `diffract` link, then (scripts/prepare.ts) the Temporal
// server, the embedded model and the workflow bundle. Every step is skipped when its result is already there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const OLDEST_NODE = [20, 3];

/** Installs the packages of package-lock.json unless the very same ones are there. */
export function installPackages() {
  requireNode();
  if (!packagesAreInstalled()) {
    timed('packages', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  }
  linkCommand();
}

/** Fetches and builds what `npm start` and `npm test` need besides packages. */
export function prepare() {
  installPackages();
  runTypeScript(['scripts/prepare.ts']);
}

export function runTypeScript(commandArguments) {
  run(process.execPath, ['--import', 'tsx', ...commandArguments]);
}

/** Runs a command in the repository's root; throws `StepFailed` when it does not end well. */
export function run(command, commandArguments) {
  const { status, signal, error } = spawnSync(command, commandArguments, { cwd: root, stdio: 'inherit' });
  if (error) throw new StepFailed(`${command}: ${error.message}`);
  if (status !== 0)
    throw new StepFailed(`\`${[command, ...commandArguments].join(' ')}\` ended with ${status ?? signal}`);
}

/** Runs the step and says on stderr how long it took. */
export function timed(name, step) {
  const start = performance.now();
  process.stderr.write(`- ${name} ...\n`);
  const result = step();
  process.stderr.write(`- ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return result;
}

export class StepFailed extends Error {
  name = 'StepFailed';
}

/** Runs a script's main function; a failed step is one line on stderr and exit code 1, not a stack. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new StepFailed(`Diffract needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

// npm keeps what it installed in a hidden lockfile; packages for other platforms are optional and stay away.
function packagesAreInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const found = readPackages(installed);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || found[path]?.version === wanted.version,
  );
}

function readPackages(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}

// npm links the commands of dependencies, not the package's own, and `npx diffract` looks in this folder.
function linkCommand() {
  const folder = join(root, 'node_modules/.bin');
  const link = join(folder, 'diffract');
  if (existsSync(link) || process.platform === 'win32') return;
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync('../../bin/diffract.mjs', link);
}
