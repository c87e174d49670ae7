// `npm run check`: every gate, cheapest first, stopping at the first that fails. `--without-tests` leaves the last out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, main, root, run, timed } from './setup.mjs';

const ROOMS = 'contracts core tasks adapters activities workflows workers config cli web test bench'.split(' ');
const tool = (path, ...rest) => run(process.execPath, [join(root, 'node_modules', path), ...rest]);

const gates = {
  format: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  imports: () =>
    tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      ...['--config', '.dependency-cruiser.cjs'],
      ...ROOMS.filter((room) => existsSync(join(root, room))),
    ),
  'dead code': () => tool('knip/bin/knip.js'),
  types: () => tool('typescript/bin/tsc', '--noEmit'),
  lint: () => tool('eslint/bin/eslint.js', '.'),
  tests: () => run(process.execPath, ['scripts/test.mjs']),
};

await main(() => {
  installPackages();
  for (const [name, gate] of Object.entries(gates)) {
    if (name === 'tests' && process.argv.includes('--without-tests')) continue;
    timed(name, gate);
  }
});
