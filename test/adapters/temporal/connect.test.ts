// Connecting to a Temporal server that is not there, is slow to come, or is named by the environment.

import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { connectTemporal, ServerUnreachable, temporalAddress } from '../../../adapters/temporal/connect.ts';
import { TransientError } from '../../../contracts/failures.ts';

/** An address of this machine at which nothing listens. */
async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

describe('connecting to Temporal', () => {
  it('fails with one clear error that names the address and what to do', async () => {
    const address = await freeAddress();
    await assert.rejects(connectTemporal({ address, namespace: 'default' }, 0), (error: unknown) => {
      assert.ok(error instanceof ServerUnreachable && error instanceof TransientError);
      assert.ok(error.message.startsWith(`No Temporal server answers at ${address}: `), error.message);
      assert.match(error.message, /diffract up.*TEMPORAL_ADDRESS/);
      assert.ok(error.cause instanceof Error);
      return true;
    });
  });

  it('tries for as long as it was told to, and not much longer', async () => {
    const start = performance.now();
    await assert.rejects(connectTemporal({ address: await freeAddress(), namespace: 'default' }, 1), ServerUnreachable);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds >= 1 && seconds < 8, `${seconds} s`);
  });

  it('does not wait for ever on a server that takes the call and says nothing', async (test) => {
    const calls: Socket[] = [];
    const silent = createServer((socket) => void calls.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    test.after(() => {
      silent.close();
      for (const call of calls) call.destroy();
    });
    const { port } = silent.address() as AddressInfo;
    await assert.rejects(connectTemporal({ address: `127.0.0.1:${port}`, namespace: 'default' }, 0), ServerUnreachable);
  });
});

describe('the address of the server', () => {
  it('is what the environment names, in the default namespace unless that is named too', () => {
    assert.deepEqual(temporalAddress({ TEMPORAL_ADDRESS: 'host:7233' }), {
      address: 'host:7233',
      namespace: 'default',
    });
    assert.deepEqual(temporalAddress({ TEMPORAL_ADDRESS: 'host:7233', TEMPORAL_NAMESPACE: 'team' }), {
      address: 'host:7233',
      namespace: 'team',
    });
  });

  it('is none where none is set', () => {
    assert.equal(temporalAddress({}), null);
    assert.equal(temporalAddress({ TEMPORAL_ADDRESS: '' }), null);
  });
});
