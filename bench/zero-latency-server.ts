// A chat server of its own process that answers at once with the same math problem, honours `n` and counts: what is left of
// the time is the client's. Prints its base URL; GET /requests says how many answers it gave.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const content =
  '## Problem 1\nA baker sells 48 rolls in the morning and half as many in the afternoon. How many rolls does she sell in all?\n' +
  '## Solution 1\nIn the afternoon she sells 48 / 2 = 24 rolls. In all she sells 48 + 24 = 72 rolls. The answer is \\boxed{72}.';

const choice = (index: number) => ({ index, message: { role: 'assistant', content }, finish_reason: 'stop' });

/** Bodies by number of choices, since making them anew would be this server's time. */
const bodies = Array.from({ length: 9 }, (_, count) =>
  JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'zero',
    choices: Array.from({ length: count }, (_choice, index) => choice(index)),
    usage: { prompt_tokens: 600, completion_tokens: 90 * count, total_tokens: 600 + 90 * count },
  }),
);

let answers = 0;

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url?.endsWith('/requests')) {
    response.end(String(answers));
    return;
  }
  if (request.url?.endsWith('/models')) {
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'zero', object: 'model' }] }));
    return;
  }
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    answers += 1;
    const wanted = Number(/"n":\s*(\d+)/.exec(Buffer.concat(pieces).toString('latin1'))?.[1] ?? 1);
    response.end(bodies[wanted] ?? bodies[1]);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`);
});
