// The counts that end `npm test` are those of the runner, with a file that crashes among the failures.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const reporter = fileURLToPath(new URL('../../scripts/count-reporter.mjs', import.meta.url));

it('counts passes, failures, skips and crashed files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diffract-count-'));
  try {
    const mixed = join(folder, 'mixed.test.mjs');
    writeFileSync(
      mixed,
      `import { describe, it } from 'node:test';
       describe('a suite is no test', () => {
         it('passes', () => {});
         it('passes too', () => {});
         it('fails', () => { throw new Error('no'); });
         it('is skipped', { skip: 'why not' });
       });`,
    );
    const crashed = join(folder, 'crashed.test.mjs');
    writeFileSync(crashed, `throw new Error('at import');`);
    // Without this variable the inner runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const { stdout } = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, mixed, crashed], {
      encoding: 'utf8',
      env: environment,
    });
    assert.deepEqual(JSON.parse(stdout), { passed: 2, failed: 2, skipped: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
