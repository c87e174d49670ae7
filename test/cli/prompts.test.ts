// diffract prompts, and what check says of prompts: from the built-in file to an edited one that a campaign asks with.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createWorld } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-prompts-'));
after(() => rmSync(folder, { recursive: true }));

const campaign = `
name: small
task: math
seed: 7
store: ./store
seeds: [{ kind: symbolic, slices: [ages], count: 12 }]
rounds: 1
generators:
  - { kind: llm, name: writer, endpoint: { url: embedded, model: smollm2-135m-instruct }, requests: 4 }
selection: { accept: 8 }
prompts: { math-generation: mine/math-generation.md }
`;

describe('diffract prompts', () => {
  it('lists the templates of a task with their versions', async () => {
    const { code, output } = await createWorld().run('prompts', '--task', 'math');
    assert.equal(code, 0);
    assert.match(output, /math-generation +2 +asks for new problems like the examples/);
    assert.doesNotMatch(output, /nli-/);
    const { templates } = JSON.parse((await createWorld().run('prompts', '--json')).output) as {
      templates: { name: string; version: number; sections: Record<string, string[]> }[];
    };
    assert.equal(new Set(templates.map(({ name }) => name)).size, 11);
    assert.ok(templates.every(({ version }) => version >= 1));
    assert.deepEqual(templates.find(({ name }) => name === 'nli-label')?.sections['user'], ['premise', 'hypothesis']);
  });

  it('copies them, never over a file, and a campaign asks with the copy once it is edited', async () => {
    const mine = join(folder, 'mine');
    const path = join(folder, 'campaign.yaml');
    writeFileSync(path, campaign);
    assert.equal((await createWorld().run('prompts', '--task', 'math', '--out', mine)).code, 0);
    assert.deepEqual(readdirSync(mine), [
      'math-generation.md',
      'math-solution.md',
      'paraphrase-judge.md',
      'personas.txt',
      'quality-judge.md',
    ]);
    const again = await createWorld().run('prompts', '--task', 'math', '--out', mine);
    assert.equal(again.code, 2);
    assert.match(again.messages, /math-generation\.md, .* already, and a file is never replaced/);

    const asked = async () =>
      (JSON.parse((await createWorld().run('check', path, '--json')).output) as { prompts: object[] }).prompts;
    const file = join(mine, 'math-generation.md');
    assert.deepEqual(await asked(), [
      { name: 'math-generation', template: 'math-generation/2', file },
      { name: 'math-solution', template: 'math-solution/1', file: null },
    ]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('You write', 'You invent'));
    const [edited] = (await asked()) as { template: string }[];
    assert.match(edited?.template ?? '', /^math-generation\/2\+[0-9a-f]{8}$/);
    assert.match(
      (await createWorld().run('check', path)).output,
      /Asks with math-generation\/2\+[0-9a-f]{8} \(.*math-generation\.md\)/,
    );

    appendFileSync(file, 'Answer with {{json}}.\n');
    const { code, messages } = await createWorld().run('check', path);
    assert.equal(code, 2);
    assert.match(
      messages,
      /line 11, prompts\.math-generation: .*math-generation\.md, line \d+: unknown variable \{\{json\}\}/,
    );
  });
});
