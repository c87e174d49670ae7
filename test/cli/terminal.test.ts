// The terminal: one rewritten line for people, nothing but plain lines for everybody else.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createPacer, paceText } from '../../cli/pace.ts';
import { createTerminal } from '../../cli/terminal.ts';

function recorded(isTTY: boolean, columns = 40) {
  let text = '';
  return { isTTY, columns, write: (part: string) => void (text += part), text: () => text };
}

it('rewrites one line where somebody looks on, cut to the width', () => {
  const messages = recorded(true, 30);
  const terminal = createTerminal(recorded(true), messages);
  terminal.progress('x'.repeat(50));
  terminal.progress('b');
  terminal.note('done');
  assert.equal(messages.text(), `${'x'.repeat(29)}\r\u001b[Kb\r\u001b[Kdone\n`);
});

it('writes no progress into a file, and results never among messages', () => {
  const [output, messages] = [recorded(false), recorded(false)];
  const terminal = createTerminal(output, messages);
  terminal.progress('half');
  terminal.print('result');
  terminal.note('message');
  assert.equal(output.text(), 'result\n');
  assert.equal(messages.text(), 'message\n');
});

it('measures the pace of the last while and starts anew with each stage', () => {
  const pace = createPacer();
  assert.deepEqual(pace('a', 0, 100, 0), { rate: null, left: null });
  assert.deepEqual(pace('a', 10, 100, 5), { rate: 2, left: 45 });
  for (let at = 6; at <= 60; at++) pace('a', 10 + 4 * (at - 5), 1000, at);
  assert.equal(pace('a', 234, 1000, 61).rate, 4);
  assert.deepEqual(pace('b', 3, 10, 62), { rate: null, left: null });
  assert.equal(paceText(10, 5000, { rate: 1.25, left: 3992 }), '10/5000  1.3/s  ETA 1:06:32');
});
