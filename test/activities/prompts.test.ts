// The templates of a campaign: built-in ones, and the files that replace them.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promptsFor } from '../../activities/prompts.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';

const builtIn = await readFile(new URL('../../prompts/math-generation.md', import.meta.url), 'utf8');

it('a campaign without files of its own asks with the built-in templates', async () => {
  const { generation, attempt } = await promptsFor({ task: 'math', prompts: {} }, promptFiles);
  assert.equal(generation.label, 'math-generation/2');
  assert.equal(attempt.label, 'math-solution/1');
  assert.match(generation.sha256, /^[0-9a-f]{64}$/);
});

it('a file replaces one template, is told apart by its hash, and is refused with its lines', async (test) => {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-prompts-'));
  test.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'mine.md');
  const load = () => promptsFor({ task: 'math', prompts: { 'math-generation': path } }, promptFiles);

  await writeFile(path, builtIn);
  assert.equal((await load()).generation.label, 'math-generation/2');

  await writeFile(path, builtIn.replace('You write mathematics problems', 'You set exams'));
  const { generation, attempt } = await load();
  assert.equal(generation.label, `math-generation/2+${generation.sha256.slice(0, 8)}`);
  assert.match(generation.sections['system'] ?? '', /^You set exams/);
  assert.equal(attempt.label, 'math-solution/1');

  await writeFile(path, builtIn.replace('{{persona}}', '{{person}}'));
  await assert.rejects(load(), (error: Error & { type: string }) => {
    assert.equal(error.type, 'InvalidConfig');
    assert.match(error.message, /mine\.md\) cannot be used:\n {2}line 18: unknown variable \{\{person\}\}/);
    return true;
  });

  await rm(path);
  await assert.rejects(load(), { type: 'InvalidConfig', message: /Cannot read the prompt file .*mine\.md/ });
});
