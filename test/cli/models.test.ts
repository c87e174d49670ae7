// diffract models pull: what it says of where a model came from, and how it fails.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { createWorld } from './fakes.ts';

describe('diffract models pull', () => {
  const commit = 'a'.repeat(40);

  it('prints name, folder and the commit that a repository of the hub was pinned to', async () => {
    const pullModel = (name: string) => Promise.resolve({ name, folder: '/models/b', commit });
    const { code, output } = await createWorld([], { pullModel }).run('models', 'pull', 'a/b@main', '--json');
    assert.equal(code, 0);
    const { model, folder, commit: pinned } = JSON.parse(output) as Record<string, unknown>;
    assert.deepEqual([model, folder, pinned], ['a/b@main', '/models/b', commit]);
    const text = await createWorld([], { pullModel }).run('models', 'pull', 'a/b@main');
    assert.match(text.output, new RegExp(`Model a/b@main: /models/b, pinned to commit ${commit}`));
  });

  it('speaks of no commit where there is none, and tells progress on stderr', async () => {
    const { code, output, messages } = await createWorld([], {
      pullModel: (name, onProgress) => {
        onProgress('Preparing');
        return Promise.resolve({ name, folder: '/models/c', commit: null });
      },
    }).run('models', 'pull', './c.gguf');
    assert.equal(code, 0);
    assert.equal(output, 'Model ./c.gguf: /models/c\n');
    assert.match(messages, /Preparing/);
  });

  it('answers 4 to a model that is nowhere', async () => {
    const pullModel = () => Promise.reject(new PermanentError(FailureType.MissingModel, 'The hub has no model a/b.'));
    const { code, messages } = await createWorld([], { pullModel }).run('models', 'pull', 'a/b');
    assert.equal(code, 4);
    assert.match(messages, /The hub has no model a\/b/);
  });
});
