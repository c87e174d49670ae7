// diffract score: from a file to one number, whatever the file's form.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { createWorld, fakeRuntime } from './fakes.ts';

interface Scored {
  readonly gVendi: number;
  readonly n: number;
  readonly d: number;
  readonly interval: readonly [number, number] | null;
  readonly excluded: number;
  readonly reasons: object;
  readonly tokens: number;
  readonly sketch: string;
}

async function score(file: string, text: string, ...options: string[]) {
  const world = createWorld([], { environment: {}, readDataset, openRuntime: () => Promise.resolve(fakeRuntime()) });
  const path = join(world.services.stateFolder, file);
  writeFileSync(path, text);
  return world.run('score', path, '--json', ...options);
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const prompts = (letters: string) => lines(Array.from(letters).map((prompt) => ({ prompt, completion: 'x' })));

describe('diffract score', () => {
  it('counts orthogonal directions, and excludes rows without a gradient', async () => {
    const rows = lines(['a', 'b', 'c', 'c', 'none'].map((prompt) => ({ prompt, completion: 'x' })));
    const { code, output, messages } = await score('data.jsonl', rows, '--p', '16');
    assert.equal(code, 0, messages);
    const scored = JSON.parse(output) as Scored;
    // Shares 1/4, 1/4, 1/2: exp of their entropy is 2^1.5.
    assert.ok(Math.abs(scored.gVendi - 2 ** 1.5) < 1e-6, String(scored.gVendi));
    assert.deepEqual([scored.n, scored.d, scored.excluded, scored.tokens], [4, 256, 1, 15]);
    assert.deepEqual(scored.reasons, { 'zero-gradient': 1 });
    assert.equal(scored.interval, null);
    assert.equal(scored.sketch, 'fake p=16');
  });

  it('gives an interval from eight rows on', async () => {
    const { output } = await score('data.jsonl', prompts('abcdefghabcd'));
    const { interval, gVendi } = JSON.parse(output) as Scored;
    assert.ok(interval !== null && interval[0] <= gVendi && gVendi <= interval[1]);
  });

  it('reads messages, mapped columns, and only as many rows as asked', async () => {
    const messages = lines(
      ['a', 'b'].map((letter) => ({
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: letter },
          { role: 'assistant', content: 'x' },
        ],
      })),
    );
    const two = JSON.parse((await score('chat.jsonl', messages)).output) as Scored;
    assert.ok(Math.abs(two.gVendi - 2) < 1e-6);
    const csv = 'question,reply\na,x\nb,x\nc,x\n';
    const mapped = await score('rows.csv', csv, '--map', 'prompt=question,completion=reply', '--limit', '2');
    assert.equal((JSON.parse(mapped.output) as Scored).n, 2);
  });

  it('answers 3 below a wanted diversity', async () => {
    assert.equal((await score('data.jsonl', prompts('abc'), '--at-least', '2.5')).code, 0);
    assert.equal((await score('data.jsonl', prompts('abc'), '--at-least', '3.5')).code, 3);
  });

  it('says what columns it wanted', async () => {
    const { code, messages } = await score('rows.csv', 'question,reply\na,x\n');
    assert.equal(code, 1);
    assert.match(messages, /neither columns prompt and completion nor a column messages\. Name its columns: --map/);
    assert.equal((await score('rows.csv', 'q\na\n', '--map', 'prompt=q')).code, 2);
    assert.equal((await score('rows.txt', '')).code, 2);
  });
});
