// Completes package-lock.json after an `npm install` against a registry that lacks some packages for other platforms:
// npm leaves those out without a word, and `npm ci` then refuses the file on every machine. Run it before a commit.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root } from './setup.mjs';

const OPERATING_SYSTEMS = { mac: 'darwin', win: 'win32' };
const SYSTEM_NAMES = 'aix android darwin freebsd linux mac netbsd openbsd openharmony sunos win win32'.split(' ');
const PROCESSORS = { armv7l: 'arm' };
const PROCESSOR_NAMES = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x x64 armv7l'.split(' ');

await main(() => {
  const path = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingPackages(lock.packages);
  const packages = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} packages added\n`);
});

/** Optional dependencies at an exact version that no entry holds, as entries; npm fills in the hash when it fetches one. */
function missingPackages(packages) {
  const missing = {};
  for (const [home, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [`${home}/node_modules/${name}`, `node_modules/${name}`];
      if (places.some((place) => packages[place]) || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      missing[`node_modules/${name}`] = { version, ...platformOf(name), optional: true };
    }
  }
  return missing;
}

/** What a name like `@swc/core-darwin-arm64` says of its platform, so that npm fetches it nowhere else. */
function platformOf(name) {
  const words = name.slice(name.indexOf('/') + 1).split('-');
  const system = words.find((word) => SYSTEM_NAMES.includes(word));
  const processor = words.find((word) => PROCESSOR_NAMES.includes(word));
  if (!system || !processor) throw new Error(`${name}: its name does not say for which platform it is`);
  return { cpu: [PROCESSORS[processor] ?? processor], os: [OPERATING_SYSTEMS[system] ?? system] };
}
