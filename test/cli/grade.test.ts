// diffract grade: rows in, verdicts out, and one clear message for a bad line.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readJsonStream } from '../../adapters/datasets/json-rows.ts';
import { graderVersion } from '../../tasks/math/grading/grader.ts';
import { createWorld } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-grade-'));

function fileOf(name: string, ...lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function fromStdin(...lines: string[]) {
  const input = async function* (): AsyncGenerator<Uint8Array> {
    const bytes = new TextEncoder().encode(lines.join('\n'));
    // Cut in the middle of a character.
    yield bytes.subarray(0, 15);
    yield bytes.subarray(15);
  };
  return createWorld([], { readStandardInput: () => readJsonStream(input(), 'stdin') });
}

const rows = [
  '{"id":"a","response":"so \\\\boxed{1/2}","answer":"0.5","more":1}',
  '',
  '{"response":"It is 12 cm.","answer":12}',
  '{"id":7,"response":"no idea","answer":"3"}',
];

describe('diffract grade', () => {
  it('writes a verdict a line, with the id where there is one, and a summary beside', async () => {
    const { code, output, messages } = await createWorld([]).run('grade', '--task', 'math', fileOf('a.jsonl', ...rows));
    assert.equal(code, 0);
    const verdicts = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(verdicts, [
      { id: 'a', correct: true, extracted: '1/2', reason: 'equal-number' },
      { correct: true, extracted: '12', reason: 'equal-text' },
      { id: 7, correct: false, extracted: null, reason: 'no-answer' },
    ]);
    assert.match(messages, new RegExp(`3 pairs graded by ${graderVersion} qwen: 2 right \\(66.7 %\\)`));
    assert.match(messages, /right: equal-(number|text) 1, equal-(number|text) 1\nwrong: no-answer 1/);
  });

  it('reads stdin, by the strict profile where it is asked for', async () => {
    const world = fromStdin('{"response":"π: \\\\boxed{π}","answer":"\\\\pi"}', '{"response":"It is 5.","answer":"5"}');
    const { output } = await world.run('grade', '--task', 'math', '--profile', 'strict');
    assert.deepEqual(
      output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { reason: string }).reason),
      ['equal-text', 'no-answer'],
    );
  });

  it('writes to a file in place of stdout', async () => {
    const out = join(folder, 'verdicts.csv');
    const { code, output } = await createWorld([]).run(
      'grade',
      '--task',
      'math',
      fileOf('b.jsonl', rows[0] ?? ''),
      '--out',
      out,
    );
    assert.deepEqual([code, output], [0, '']);
    assert.equal(readFileSync(out, 'utf8'), 'id,correct,extracted,reason\r\na,true,1/2,equal-number\r\n');
  });

  it('grades other tasks by their own rule', async () => {
    const { output } = await fromStdin('{"response":"Yes, because ...","answer":"yes"}').run('grade', '--task', 'nli');
    assert.equal(output.trim(), '{"correct":true,"extracted":"yes","reason":"equal"}');
  });

  it('grades by a command', async () => {
    const command = `${process.execPath} -e "process.stdin.on('data', () => console.log(JSON.stringify({ correct: true, reason: 'so it is' })))"`;
    const { output, messages } = await fromStdin('{"id":1,"response":"x","answer":"y"}').run(
      'grade',
      '--task',
      'math',
      '--command',
      command,
    );
    assert.equal(output.trim(), '{"id":1,"correct":true,"extracted":null,"reason":"so it is"}');
    assert.match(messages, /1 pair graded by command .*: 1 right/);
  });

  const bad: readonly [name: string, lines: readonly string[], message: RegExp][] = [
    ['no JSON', [rows[0] ?? '', '{"response":"x"'], /stdin, line 2: found .*expected JSON/],
    ['nothing', [''], /stdin holds no rows/],
    ['an array', ['["x","y"]'], /stdin, line 1: .*expected a JSON object/],
    ['no answer', ['{"response":"x"}'], /stdin, line 1: expected a text in the column answer, which has none/],
    ['a response that is no text', ['{"response":5,"answer":"5"}'], /column response, which is 5/],
  ];
  for (const [name, lines, message] of bad) {
    it(`ends at a line with ${name}, and names it`, async () => {
      const { code, messages } = await fromStdin(...lines).run('grade', '--task', 'math');
      assert.equal(code, 1);
      assert.match(messages, message);
    });
  }

  it('refuses a profile that nothing would follow, a task that is none, and a limit of nothing', async () => {
    for (const options of [
      ['--task', 'nli', '--profile', 'strict'],
      ['--task', 'math', '--profile', 'strict', '--command', 'x'],
      ['--task', 'nli', '--time-limit', '3'],
      ['--task', 'poetry'],
      [],
    ])
      assert.equal((await createWorld([]).run('grade', ...options)).code, 2, options.join(' '));
  });
});
