// diffract score: from a file to one number, whatever the file's form, and never twice the same work.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import type { World } from './fakes.ts';
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
  readonly proxy: object;
  readonly measures: Readonly<Record<string, number>>;
  readonly notMeasured: Readonly<Record<string, string>>;
  readonly embedder: object | null;
  readonly curve?: readonly { readonly n: number; readonly mean: number }[];
}

/** A world whose sketcher remembers what it was asked for. */
function sketchingWorld(): World & { readonly asked: string[]; file(name: string, text: string): string } {
  const asked: string[] = [];
  const world = createWorld([], {
    environment: {},
    readDataset,
    openRuntime: () => Promise.resolve(fakeRuntime((prompt) => void asked.push(prompt))),
  });
  const file = (name: string, text: string): string => {
    const path = join(world.services.stateFolder, name);
    writeFileSync(path, text);
    return path;
  };
  return { ...world, asked, file };
}

async function score(name: string, text: string, ...options: string[]) {
  const world = sketchingWorld();
  return world.run('score', world.file(name, text), '--json', ...options);
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
    assert.deepEqual(scored.proxy, {
      model: 'smollm2-135m-instruct',
      weights: 'w',
      config: 'f',
      tokenizer: 't',
      template: 'c',
    });
  });

  it('gives an interval from eight rows on, and a curve where asked', async () => {
    const { output } = await score('data.jsonl', prompts('abcdefghabcd'), '--curve');
    const { interval, gVendi, curve = [] } = JSON.parse(output) as Scored;
    assert.ok(interval !== null && interval[0] <= gVendi && gVendi <= interval[1]);
    assert.deepEqual(
      curve.map(({ n }) => n),
      [3, 6, 12],
    );
    assert.equal(curve.at(-1)?.mean, gVendi);
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

  it('takes the other measures, those of labels where a column is mapped', async () => {
    const rows = lines(
      Array.from('abcdabcd').map((prompt, at) => ({ prompt, completion: 'x y', kind: String(at % 2) })),
    );
    const bare = JSON.parse((await score('data.jsonl', rows)).output) as Scored;
    assert.equal(bare.measures['mean-proxy-loss'], 1);
    assert.match(bare.notMeasured['label-centred-g-vendi'] ?? '', /no labels/);
    assert.match(bare.notMeasured['embedding-vendi'] ?? '', /no embeddings/);
    const map = ['--map', 'label=kind'];
    const labelled = JSON.parse((await score('data.jsonl', rows, ...map)).output) as Scored;
    // Label 0 has a and c, label 1 b and d; without their means, each label has one direction left.
    assert.ok(Math.abs((labelled.measures['label-centred-g-vendi'] ?? 0) - 2) < 1e-6);
    const none = JSON.parse((await score('data.jsonl', rows, '--measures', 'none')).output) as Scored;
    assert.deepEqual(none.measures, {});
  });

  it('says which embedder stands behind the measures of embeddings, and none where there is none', async () => {
    const options = ['--measures', 'all', '--embedder', 'some-encoder'];
    const embedded = JSON.parse((await score('data.jsonl', prompts('abca'), ...options)).output) as Scored;
    assert.deepEqual(embedded.embedder, { model: 'some-encoder', weights: 'e', tokenizer: 'b', maximumLength: 16 });
    // Shares 1/2, 1/4, 1/4.
    assert.ok(Math.abs((embedded.measures['embedding-vendi'] ?? 0) - 2 ** 1.5) < 1e-6);
    for (const measures of ['text', 'none']) {
      const { output } = await score('data.jsonl', prompts('abca'), '--measures', measures);
      assert.equal((JSON.parse(output) as Scored).embedder, null);
    }
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
    assert.match((await score('empty.jsonl', '')).messages, /holds no rows/);
    const absent = await sketchingWorld().run('score', 'absent.jsonl');
    assert.equal(absent.code, 4);
    assert.match(absent.messages, /Nothing lies at .*absent\.jsonl; expected a data file/);
    const chat = lines([{ messages: [{ role: 'assistant', content: 'x' }] }]);
    assert.match((await score('chat.jsonl', chat)).messages, /^Row 0: expected a user turn/);
  });

  it('refuses an id that stands twice', async () => {
    const rows = lines(['k', 'l', 'k'].map((id) => ({ prompt: id, completion: 'x', id })));
    const { code, messages } = await score('data.jsonl', rows, '--map', 'prompt=prompt,completion=completion,id=id');
    assert.equal(code, 1);
    assert.match(messages, /rows 0 and 2 both have the id "k"; expected every id once/);
  });
});

describe('diffract score, again', () => {
  it('sketches each text once, and only what is new', async () => {
    const world = sketchingWorld();
    const path = world.file('data.jsonl', prompts('abab'));
    const first = await world.run('score', path, '--json');
    assert.deepEqual(world.asked, ['a', 'b']);
    assert.equal((JSON.parse(first.output) as Scored).n, 4);
    const again = await world.run('score', path, '--json');
    assert.equal(again.output, first.output);
    world.file('data.jsonl', prompts('ababc'));
    const more = await world.run('score', path, '--json');
    assert.deepEqual(world.asked, ['a', 'b', 'c']);
    assert.match(more.messages, /2 of 3 examples were sketched before/);
    await world.run('score', path, '--json', '--p', '16');
    assert.equal(world.asked.length, 6, 'another sketch is another file');
  });

  it('keeps what it has when it is interrupted, and goes on from there to the same result', async () => {
    const undisturbed = await score('data.jsonl', prompts('abcdefghij'));
    const asked: string[] = [];
    let stopAt = 4;
    const world = createWorld([], {
      environment: {},
      readDataset,
      openRuntime: () =>
        Promise.resolve(
          fakeRuntime((prompt) => {
            asked.push(prompt);
            if (asked.length === stopAt) world.interrupt.abort();
          }),
        ),
    });
    const path = join(world.services.stateFolder, 'data.jsonl');
    writeFileSync(path, prompts('abcdefghij'));
    const stopped = await world.run('score', path, '--json');
    assert.equal(stopped.code, 130);
    assert.match(stopped.messages, /Stopped: 4 of 10 examples are kept; the same command goes on from there/);
    stopAt = Infinity;
    const next = createWorld([], { ...world.services });
    const { output, code } = await next.run('score', path, '--json');
    assert.equal(code, 0);
    assert.equal(asked.join(''), 'abcdefghij');
    const withoutFile = (text: string): object => ({ ...(JSON.parse(text) as object), file: '' });
    assert.deepEqual(withoutFile(output), withoutFile(undisturbed.output));
  });

  it('keeps the sketches where asked, as one folder, and takes that folder for the file', async () => {
    const world = sketchingWorld();
    const rows = ['a', 'b', 'c', 'c', 'none'].map((prompt) => ({ prompt, completion: 'x' }));
    const path = world.file('data.jsonl', lines(rows));
    const out = join(world.services.stateFolder, 'kept');
    const { output } = await world.run('score', path, '--json', '--out', out);
    assert.deepEqual(readdirSync(out), ['score.json', 'sketches-00000.parquet']);
    const { schemaVersion: _, ...result } = JSON.parse(output) as Scored & { schemaVersion: number };
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'score.json'), 'utf8')), result);
    const folder = JSON.parse((await world.run('score', out, '--json')).output) as Scored;
    assert.deepEqual([folder.n, folder.gVendi, folder.tokens], [4, result.gVendi, 12]);
    assert.match(folder.notMeasured['self-bleu'] ?? '', /no texts/);
    assert.deepEqual([folder.excluded, folder.proxy], [1, result.proxy], 'as the result beside the sketches says');
    assert.equal((await world.run('score', path, '--out', out)).code, 0, 'its own folder may be replaced');
    const other = await world.run('score', world.file('other.jsonl', prompts('ab')), '--out', out);
    assert.equal(other.code, 2);
    assert.match(
      other.messages,
      /found the result for .*data\.jsonl there; .* Name another folder, or delete this one/,
    );
    const nowhere = await world.run('score', path, '--out', join(out, 'no', 'such'));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.messages, /found no folder at .* Make it first/);
  });

  it('leaves alone what it did not write', async () => {
    const world = sketchingWorld();
    const { code, messages } = await world.run(
      'score',
      world.file('data.jsonl', prompts('ab')),
      '--out',
      world.services.stateFolder,
    );
    assert.equal(code, 2);
    assert.match(
      messages,
      /found .*data\.jsonl.* there; expected no folder, an empty one, or one that holds what score wrote/,
    );
    assert.ok(existsSync(join(world.services.stateFolder, 'data.jsonl')));
    const results = join(world.services.stateFolder, 'results');
    mkdirSync(results);
    writeFileSync(join(results, 'score.json'), '{}');
    writeFileSync(join(results, 'notes.txt'), 'mine');
    assert.equal((await world.run('score', join(world.services.stateFolder, 'data.jsonl'), '--out', results)).code, 2);
    assert.equal(readFileSync(join(results, 'notes.txt'), 'utf8'), 'mine');
  });
});

describe('diffract compare', () => {
  it('measures both files at equal n', async () => {
    const world = sketchingWorld();
    const wide = world.file('wide.jsonl', prompts('abcdefghijklmnop'));
    const narrow = world.file('narrow.jsonl', prompts('aaaabbbb'));
    const { code, output, messages } = await world.run('compare', wide, narrow, '--json');
    assert.equal(code, 0, messages);
    const found = JSON.parse(output) as {
      n: number;
      sides: { gVendi: number; rows: number; measures: object }[];
      ratio: number;
      ratioInterval: [number, number];
    };
    assert.deepEqual([found.n, found.sides.map(({ rows }) => rows)], [8, [16, 8]]);
    assert.ok(Math.abs((found.sides[0]?.gVendi ?? 0) - 8) < 1e-6 && Math.abs(found.ratio - 4) < 1e-6);
    assert.ok(found.ratioInterval[0] > 1 && found.ratioInterval[0] < 4 && found.ratioInterval[1] > 4);
    const { output: text } = await world.run('compare', wide, narrow);
    assert.match(text, /The first is 4\.00 times as diverse as the second \(95 % interval .*\), n = 8/);
  });

  it('says which embedder stands behind the measures of each side', async () => {
    const world = sketchingWorld();
    const [path, out] = [world.file('data.jsonl', prompts('abcd')), join(world.services.stateFolder, 'kept')];
    await world.run('score', path, '--out', out);
    const { output, messages } = await world.run('compare', path, out, '--json', '--measures', 'all');
    assert.equal(messages, '');
    const { sides } = JSON.parse(output) as { sides: { embedder: { model: string } | null }[] };
    // A folder of sketches has no texts.
    assert.deepEqual(
      sides.map(({ embedder }) => embedder?.model),
      ['all-minilm-l6-v2', undefined],
    );
  });

  it('refuses sketches that were made differently', async () => {
    const world = sketchingWorld();
    const path = world.file('data.jsonl', prompts('abcd'));
    const out = join(world.services.stateFolder, 'kept');
    await world.run('score', path, '--out', out, '--p', '16');
    const { code, messages } = await world.run('compare', path, out);
    assert.equal(code, 1);
    assert.match(
      messages,
      /cannot be used together: found specification fake p=16, dimension 256; expected .* dimension 1024/,
    );
  });
});

describe('diffract select', () => {
  const letters = 'aaaaaaaaaabbbbbbcd';

  async function selected(...options: string[]) {
    const world = sketchingWorld();
    const rows = Array.from(letters).map((prompt, at) => ({ question: prompt, answer: `x ${at}`, extra: [at] }));
    const path = world.file('data.jsonl', lines(rows));
    const out = join(world.services.stateFolder, 'chosen.jsonl');
    const map = ['--map', 'prompt=question,completion=answer'];
    const { code, output, messages } = await world.run('select', path, '--json', '--out', out, ...map, ...options);
    assert.ok(code === 0 || code === 3, messages);
    const chosen = readFileSync(out, 'utf8').trim().split('\n');
    return { code, world, result: JSON.parse(output) as { count: number; of: number; gVendi: number }, chosen };
  }

  it('writes the rows that are most diverse together, whole and in the order of the file', async () => {
    const { result, chosen, code } = await selected('--count', '4');
    assert.deepEqual([code, result.count, result.of], [0, 4, 18]);
    assert.ok(Math.abs(result.gVendi - 4) < 1e-6);
    assert.deepEqual(
      chosen.map((line) => (JSON.parse(line) as { question: string }).question),
      ['a', 'b', 'c', 'd'],
    );
    assert.deepEqual(JSON.parse(chosen[3] ?? ''), { question: 'd', answer: 'x 17', extra: [17] });
  });

  it('offers every method, and repeats a choice by its seed', async () => {
    for (const method of ['spectral', 'sparse-clusters', 'k-center', 'random']) {
      const options = ['--count', '3', '--method', method, '--seed', '7'];
      const [first, second] = [await selected(...options), await selected(...options)];
      assert.deepEqual(first.chosen, second.chosen, method);
      assert.equal(first.chosen.length, 3, method);
    }
  });

  it('ends at Ctrl-C while it chooses, and writes nothing', async () => {
    const world = sketchingWorld();
    const path = world.file('data.jsonl', prompts('abcd'));
    await world.run('score', path);
    const out = join(world.services.stateFolder, 'chosen.jsonl');
    Object.assign(world.services, {
      openMatrixEngine: () => {
        world.interrupt.abort();
        return Promise.resolve({ ...plainEngine, close: () => Promise.resolve() });
      },
    });
    assert.equal((await world.run('select', path, '--count', '2', '--out', out)).code, 130);
    assert.ok(!existsSync(out));
  });

  it('answers 3 when there are fewer rows than wanted', async () => {
    const { code, result, world } = await selected('--count', '50');
    assert.deepEqual([code, result.count], [3, 18]);
    const path = join(world.services.stateFolder, 'data.jsonl');
    const same = await world.run('select', path, '--count', '2', '--out', path);
    assert.equal(same.code, 2);
    assert.match(same.messages, /is a file that rows are read from; name another/);
  });

  it('complements a pool, and refuses an output that it cannot write before it sketches', async () => {
    const world = sketchingWorld();
    const path = world.file('data.jsonl', prompts('aabbcc'));
    const pool = world.file('pool.jsonl', prompts('aabb'));
    const out = join(world.services.stateFolder, 'chosen.csv');
    const { code, messages } = await world.run('select', path, '--count', '2', '--out', out, '--pool', pool);
    assert.equal(code, 0, messages);
    assert.equal(readFileSync(out, 'utf8'), 'prompt,completion\r\nc,x\r\nc,x\r\n');
    const named = world.file('named.csv', 'question,reply\na,x\nb,x\n');
    const pools = ['--pool', named, '--pool-map', 'prompt=question,completion=reply'];
    const other = await world.run('select', path, '--count', '2', '--out', out, ...pools);
    assert.equal(other.code, 0, other.messages);
    assert.equal(readFileSync(out, 'utf8'), 'prompt,completion\r\na,x\r\nc,x\r\n');
    const same = await world.run('select', path, '--count', '2', '--out', out, '--pool', path);
    assert.equal(same.code, 0, 'a file may complement itself');
    const asked = world.asked.length;
    const refused = await world.run('select', path, '--count', '2', '--out', 'chosen.parquet');
    assert.deepEqual([refused.code, world.asked.length], [2, asked]);
    assert.match(refused.messages, /ends with \.jsonl or \.csv/);
    const absent = join(world.services.stateFolder, 'absent', 'chosen.csv');
    const unwritable = await world.run('select', path, '--count', '2', '--p', '16', '--out', absent);
    assert.deepEqual([unwritable.code, world.asked.length], [2, asked]);
    assert.match(unwritable.messages, /found no folder at .*absent/);
  });
});

describe('diffract vendi', () => {
  it('scores plain vectors at the order asked for', async () => {
    const world = createWorld();
    const path = join(world.services.stateFolder, 'm.jsonl');
    writeFileSync(path, '[1,0]\n[0,3]\n[2,0]\n');
    const vendi = async (...options: string[]) =>
      JSON.parse((await world.run('vendi', path, '--json', ...options)).output) as Record<string, unknown>;
    const first = await vendi();
    assert.deepEqual([first['n'], first['d'], first['q']], [3, 2, 1]);
    assert.ok(Math.abs(Number(first['vendi']) - 1.8898815748423097) < 1e-12);
    assert.ok(Math.abs(Number((await vendi('--q', '2'))['vendi']) - 1.8) < 1e-12);
    const infinite = await vendi('--q', 'inf');
    assert.equal(infinite['q'], 'inf');
    assert.ok(Math.abs(Number(infinite['vendi']) - 1.5) < 1e-12);
    const { code, messages } = await world.run('vendi', path, '--q', '0.1');
    assert.equal(code, 2);
    assert.match(messages, /Expected a number from 0\.5, or inf/);
  });
});
