// What every worker process has in common: its settings, and the paths of its own files.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { numberSetting, repositoryPath } from '../../workers/serve.ts';

describe('a number from the environment', () => {
  const withSetting = (value: string, work: () => void) => {
    process.env['DIFFRACT_TEST_NUMBER'] = value;
    try {
      work();
    } finally {
      delete process.env['DIFFRACT_TEST_NUMBER'];
    }
  };

  it('is what stands there, or the given one where nothing does', () => {
    assert.equal(numberSetting('DIFFRACT_TEST_NUMBER', 3), 3);
    withSetting('', () => assert.equal(numberSetting('DIFFRACT_TEST_NUMBER', 3), 3));
    withSetting('12', () => assert.equal(numberSetting('DIFFRACT_TEST_NUMBER', 3), 12));
  });

  it('is refused by name when it is none that can be meant', () => {
    for (const value of ['0', '-1', '2.5', 'two']) {
      withSetting(value, () =>
        assert.throws(() => numberSetting('DIFFRACT_TEST_NUMBER', 3), {
          message: `DIFFRACT_TEST_NUMBER is "${value}"; expected a whole number above 0.`,
        }),
      );
    }
  });
});

describe('a path of the repository', () => {
  it('does not depend on the folder the process was started in', () => {
    assert.ok(existsSync(repositoryPath('workers/serve.ts')));
    assert.ok(repositoryPath('build/x.js').startsWith('/'));
  });
});
