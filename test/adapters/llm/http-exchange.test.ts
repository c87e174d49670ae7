import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import { exchange } from '../../../adapters/llm/http-exchange.ts';
import type { HttpAnswer } from '../../../adapters/llm/http-exchange.ts';

const { signal } = new AbortController();
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function serverThat(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const portOfCaller: RequestListener = (request, response) => {
  request.resume().on('end', () => response.end(String(request.socket.remotePort)));
};

function ask(url: URL): Promise<HttpAnswer> {
  return exchange({ method: 'POST', url, headers: {}, body: 'question', signal });
}

describe('an exchange over HTTP', { concurrency: true }, () => {
  it('uses a connection again, but not one that was idle so long that the server may be closing it', async () => {
    const url = await serverThat(portOfCaller);
    const [first, second] = [await ask(url), await ask(url)];
    assert.equal(String(second.body), String(first.body));
    await sleep(2300);
    assert.notEqual(String((await ask(url)).body), String(first.body));
  });

  it('waits for an answer longer than it keeps an idle connection', async () => {
    const url = await serverThat((request, response) => {
      request.resume();
      setTimeout(() => response.end('late'), 2600);
    });
    assert.equal(String((await ask(url)).body), 'late');
  });

  it('sends bytes as they are, and none where there is no body', async () => {
    const url = await serverThat((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        response.setHeader('x-length', request.headers['content-length'] ?? 'none');
        response.end(Buffer.concat(pieces));
      });
    });
    const bytes = Buffer.from([0, 255, 10, 128]);
    const sent = await exchange({ method: 'POST', url, headers: {}, body: bytes, signal });
    assert.deepEqual([sent.body, sent.headers['x-length'], sent.status], [bytes, '4', 200]);
    const text = await exchange({ method: 'POST', url, headers: {}, body: 'ü', signal });
    assert.deepEqual([String(text.body), text.headers['x-length']], ['ü', '2']);
    const none = await exchange({ method: 'GET', url, headers: {}, signal });
    assert.deepEqual([none.body.length, none.headers['x-length']], [0, 'none']);
  });

  it('takes no more of an answer than it was told to', async () => {
    const url = await serverThat((_, response) => response.end('x'.repeat(1000)));
    const limited = { method: 'GET', url, headers: {}, signal, largestAnswerBytes: 999 } as const;
    await assert.rejects(exchange(limited), /larger than 999 bytes/);
    assert.equal((await exchange({ ...limited, largestAnswerBytes: 1000 })).body.length, 1000);
  });

  it('never sends anything twice, not even where a kept connection breaks', async () => {
    let questions = 0;
    const url = await serverThat((request, response) => {
      questions += 1;
      if (questions === 1) response.end('first');
      else request.socket.destroy();
    });
    await ask(url);
    await assert.rejects(ask(url), { code: 'ECONNRESET' });
    assert.equal(questions, 2);
  });
});
