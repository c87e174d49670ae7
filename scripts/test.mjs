// `npm test [-- PATTERN...]`: sets up a fresh clone, runs the test files whose path contains a pattern (all without one),
// and ends with one line: `N passed, N failed, N skipped`. Finding nothing to run is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, prepare, root, runTypeScript } from './setup.mjs';

await main(() => {
  const patterns = process.argv.slice(2);
  const files = testFiles().filter((file) => patterns.length === 0 || patterns.some((part) => file.includes(part)));
  if (files.length === 0) {
    process.stderr.write(`No test file matches ${patterns.join(' or ') || 'test/**/*.test.ts'}.\n`);
    return report({ passed: 0, failed: 0, skipped: 0 });
  }
  prepare();
  runTypeScript(['scripts/prepare-tests.ts']);
  return report(runTests(files));
});

/** Every `*.test.ts` under test/, as sorted paths from the root; Node 20 takes no globs. */
function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((path) => join('test', String(path)))
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
}

function runTests(files) {
  const folder = mkdtempSync(join(tmpdir(), 'diffract-tests-'));
  const summary = join(folder, 'summary.json');
  try {
    const { status, signal } = spawnSync(
      process.execPath,
      [
        ...['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=600000'],
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...['--test-reporter=./scripts/count-reporter.mjs', `--test-reporter-destination=${summary}`],
        ...files,
      ],
      { cwd: root, stdio: 'inherit' },
    );
    const counts = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8') || '{}') : {};
    return { ...counts, ending: status ?? signal };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report({ passed = 0, failed = 0, skipped = 0, ending = 0 }) {
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return ending === 0 && failed === 0 && passed > 0 ? 0 : 1;
}
