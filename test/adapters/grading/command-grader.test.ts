// Graders of the user's own: what a well-behaved program gives, and one clear error for every way to misbehave.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommandGrader, wordsOf } from '../../../adapters/grading/command-grader.ts';
import type { Pair } from '../../../adapters/grading/pair-grader.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import { each, gradeAll } from './pairs.ts';

const pairs: readonly Pair[] = ['1', '2', '3'].map((answer) => ({ response: 'it is 2', answer }));

/** A program that runs `body` for every `pair` it reads. */
function node(body: string): string {
  const program = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => { const pair = JSON.parse(line); ${body} })`;
  return `${process.execPath} -e "${program}"`;
}

function grader(command: string, limitSeconds = 20) {
  return createCommandGrader({ command, limitSeconds });
}

describe('a command that grades', () => {
  it('gets every pair as a line and gives its verdicts in order', async () => {
    const echo = node(
      'console.log(JSON.stringify({ correct: pair.response.endsWith(pair.answer), extracted: pair.answer }))',
    );
    assert.deepEqual(await gradeAll(grader(echo), pairs), [
      { correct: false, extracted: '1', reason: 'different' },
      { correct: true, extracted: '2', reason: 'equal' },
      { correct: false, extracted: '3', reason: 'different' },
    ]);
  });

  it('may read all before it writes, more than a pipe holds', async () => {
    const late = `${process.execPath} -e "const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n'); for (const line of lines) console.log('{\\\\x22correct\\\\x22: true}')"`;
    const many = Array.from({ length: 3000 }, (_, index) => ({ response: 'x'.repeat(200), answer: String(index) }));
    assert.equal((await gradeAll(grader(late.replaceAll('\\\\x22', '\\x22')), many)).length, 3000);
  });

  it('is ended when its verdicts are not wanted any more', async () => {
    const slow = node(
      "setInterval(() => 0, 1000); console.log('{}'.replace('{', '{' + JSON.stringify('correct') + ':true'))",
    );
    const verdicts = grader(slow).grade(each(pairs))[Symbol.asyncIterator]();
    assert.ok((await verdicts.next()).value?.correct);
    await verdicts.return?.();
  });

  it('that writes nothing in time is ended', () =>
    assert.rejects(gradeAll(grader(node('setInterval(() => 0, 1000)'), 0.5), pairs), /no verdict for 0.5 seconds/));

  const faults: readonly [name: string, command: string, message: RegExp][] = [
    ['that is not there', 'no-such-program-here', /could not be started .*ENOENT/],
    [
      'that fails',
      node("console.error('no module of that name'); process.exit(3)"),
      /exit code 3; its last words: no module/,
    ],
    [
      'that writes too few lines',
      node("if (pair.answer === '1') console.log('{' + JSON.stringify('correct') + ':true}')"),
      /wrote 1 lines for 3 pairs/,
    ],
    [
      'that writes too many lines',
      node("for (let i = 0; i < 2; i++) console.log('{' + JSON.stringify('correct') + ':true}')"),
      /wrote a line more than the/,
    ],
    ['that writes no JSON', node("console.log('right')"), /wrote "right" as line 1; expected \{"correct"/],
    ['that leaves out the verdict', node("console.log('{}')"), /wrote "\{\}" as line 1/],
    ['that reads nothing', `${process.execPath} -e 0`, /ended before it had read all pairs|wrote 0 lines/],
  ];
  for (const [name, command, message] of faults) {
    it(`${name} fails with one clear message`, () =>
      assert.rejects(
        gradeAll(
          grader(command),
          name === 'that reads nothing'
            ? Array.from({ length: 3000 }, () => ({ response: 'x'.repeat(300), answer: '' }))
            : pairs,
        ),
        (error) => error instanceof PermanentError && message.test(error.message),
      ));
  }

  it('passes on what went wrong with the pairs', async () => {
    async function* broken(): AsyncGenerator<Pair> {
      yield* pairs;
      throw new Error('line 4 is no JSON');
    }
    const verdicts = grader(node("console.log('{' + JSON.stringify('correct') + ':true}')")).grade(broken());
    await assert.rejects(async () => {
      for await (const { correct } of verdicts) assert.ok(correct);
    }, /line 4 is no JSON/);
  });
});

describe('the words of a command', () => {
  it('stand between blanks, quotes hold blanks together', () =>
    assert.deepEqual(wordsOf(` python3  "my grader.py" --name='a b'c `), ['python3', 'my grader.py', '--name=a bc']));

  it('are refused with an open quote, and when there are none', () => {
    assert.throws(() => wordsOf('python3 "my grader.py'), /not closed/);
    assert.throws(() => grader('  '), /empty/);
  });
});
