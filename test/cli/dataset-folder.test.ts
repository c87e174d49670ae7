// Data set folders where a command takes a data file.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { createWorld, fakeRuntime } from './fakes.ts';

function makeWorld() {
  const world = createWorld([], { environment: {}, readDataset, openRuntime: () => Promise.resolve(fakeRuntime()) });
  const folder = join(world.services.stateFolder, 'set');
  mkdirSync(folder);
  const write = (name: string, letters: string): void => {
    const rows = Array.from(letters, (prompt) => JSON.stringify({ prompt, completion: 'x', kept: name }));
    writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
  };
  write('train-1.jsonl', 'ab');
  write('train-2.jsonl', 'c');
  write('test.jsonl', 'xyxx');
  return { ...world, folder };
}

const valuesOf = (output: string, ...names: string[]) => {
  const document = JSON.parse(output) as Record<string, unknown>;
  return names.map((name) => document[name]);
};

describe('a data set folder', () => {
  it('is scored split by split', async () => {
    const { run, folder } = makeWorld();
    const train = await run('score', folder, '--p', '16', '--measures', 'none', '--json');
    assert.equal(train.code, 0, train.messages);
    assert.deepEqual(valuesOf(train.output, 'n', 'file'), [3, folder]);
    const test = await run('score', folder, '--split', 'test', '--p', '16', '--measures', 'none', '--json');
    assert.deepEqual(valuesOf(test.output, 'n'), [4]);
  });

  it('gives whole rows of all its files to select, and stands beside another in compare', async () => {
    const { run, folder, services } = makeWorld();
    const out = join(services.stateFolder, 'chosen.jsonl');
    const selected = await run('select', folder, '--count', '3', '--out', out, '--p', '16', '--json');
    assert.equal(selected.code, 0, selected.messages);
    assert.deepEqual(
      readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kept: string }).kept),
      ['train-1.jsonl', 'train-1.jsonl', 'train-2.jsonl'],
    );
    const compared = await run('compare', folder, folder, '--p', '16', '--measures', 'none', '--json');
    assert.deepEqual(valuesOf(compared.output, 'n', 'ratio'), [3, 1]);
  });

  it('is the only thing that has splits', async () => {
    const { run, folder } = makeWorld();
    const { code, messages } = await run('score', join(folder, 'test.jsonl'), '--split', 'test');
    assert.equal(code, 2);
    assert.match(messages, /--split names a part of a data set folder; .*test\.jsonl is a jsonl file/);
    const missing = await run('score', folder, '--split', 'held');
    assert.equal(missing.code, 1);
    assert.match(missing.messages, /found the splits test, train; expected files of the split "held"/);
    assert.doesNotMatch(missing.messages, /neither columns/);
  });
});
