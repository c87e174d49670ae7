import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { createS3Driver } from '../../../adapters/store/s3.ts';
import type { BucketLocation } from '../../../adapters/store/s3.ts';
import { storeSelfTest } from '../../../adapters/store/self-test.ts';
import { refuse, startFaultyS3Server } from '../../helpers/faulty-s3-server.ts';
import type { Fault } from '../../helpers/faulty-s3-server.ts';

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'diffract', AWS_SECRET_ACCESS_KEY: 'diffract-secret' });

async function serverWith(context: TestContext, fault?: Fault) {
  const server = await startFaultyS3Server(fault);
  context.after(() => server.stop());
  const { endpoint } = server;
  const location: BucketLocation = { kind: 's3', bucket: 'b', prefix: '', region: 'us-east-1', endpoint };
  return { server, location, driver: createS3Driver(location) };
}

const bytes = new TextEncoder().encode('bytes');

describe('a bucket whose server misbehaves', () => {
  it('creates objects without conditions where the server does not know them, and asks only once', async (context) => {
    const { driver, server } = await serverWith(context, (request, response) => {
      return request.headers['if-none-match'] === '*' && refuse(response, 501, 'NotImplemented');
    });
    assert.equal(await driver.writeIfAbsent('refs/a', bytes), true);
    assert.equal(await driver.writeIfAbsent('refs/a', new Uint8Array(9)), false);
    assert.deepEqual(server.objects.get('refs/a'), Buffer.from(bytes));
    const puts = server.requests.filter((request) => request.startsWith('PUT'));
    assert.ok(puts.length <= 6, `the SDK's own attempts and one put: ${puts.length}`);
  });

  it('tries again after a conflict with another writer', async (context) => {
    let conflicts = 2;
    const { driver, server } = await serverWith(context, (request, response) => {
      return request.method === 'PUT' && conflicts-- > 0 && refuse(response, 409, 'ConditionalRequestConflict');
    });
    assert.equal(await driver.writeIfAbsent('refs/a', bytes), true);
    assert.deepEqual(server.objects.get('refs/a'), Buffer.from(bytes));
  });

  it('gives a failing server five attempts and then leaves it to the caller to wait', async (context) => {
    const { driver, server } = await serverWith(context, (_, response) => refuse(response, 500, 'InternalError'));
    const expected = {
      name: 'TransientError',
      message: /cannot read refs\/a in bucket "b" at http.*InternalError \(HTTP 500\)/,
    };
    await assert.rejects(driver.read('refs/a'), expected);
    assert.equal(server.requests.length, 5);
  });

  it('calls an answer that breaks off transient, never a short object', async (context) => {
    const { driver } = await serverWith(context, (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write(Buffer.alloc(400), () => response.destroy());
      return true;
    });
    await assert.rejects(driver.read('refs/a'), { name: 'TransientError' });
  });

  it('names the rights it needs when it has too few', async (context) => {
    const { driver } = await serverWith(context, (_, response) => refuse(response, 403, 'AccessDenied'));
    await assert.rejects(driver.read('refs/a'), {
      type: 'StoreRefused',
      message: /AccessDenied.*right to list the bucket/,
    });
  });

  it('takes a wrong region for what it is', async (context) => {
    const { driver } = await serverWith(context, (_, response) =>
      refuse(response, 400, 'AuthorizationHeaderMalformed'),
    );
    await assert.rejects(driver.check(), { type: 'StoreRefused', message: /correct store\.region/ });
  });

  it('reports conditional writes that are ignored without failing', async (context) => {
    const multipart: Fault = (request, response) => {
      return (request.url ?? '').includes('uploads') && refuse(response, 400, 'InvalidRequest');
    };
    const { location, server } = await serverWith(context, multipart);
    const checks = new Map((await storeSelfTest(location)).map((check) => [check.name, check]));
    assert.equal(checks.get('conditional write')?.ok, true);
    assert.match(checks.get('conditional write')?.message ?? '', /not honoured: 8 of eight/);
    assert.equal(checks.get('multipart')?.ok, false);
    assert.equal(checks.get('delete')?.ok, true);
    assert.equal(server.objects.size, 0);
  });
});
