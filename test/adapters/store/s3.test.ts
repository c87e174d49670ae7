import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { openStore } from '../../../adapters/store/open.ts';
import { createS3Driver } from '../../../adapters/store/s3.ts';
import type { BucketLocation } from '../../../adapters/store/s3.ts';
import { storeSelfTest } from '../../../adapters/store/self-test.ts';
import { findS3Server, freePort, missingServer, startS3Server } from '../../helpers/s3-server.ts';
import type { S3Server } from '../../helpers/s3-server.ts';
import { storeConformance } from './conformance.ts';

const program = findS3Server();

describe('an S3 server', { skip: program === null && missingServer }, () => {
  let server: S3Server;
  before(async () => {
    server = await startS3Server(program ?? '');
  });
  after(() => server.stop());

  const locationOf = (bucket: string, prefix = ''): BucketLocation => {
    const { region, endpoint } = server;
    return { kind: 's3', bucket, prefix, region, endpoint };
  };

  storeConformance('a bucket', async () => {
    await server.createBucket('whole');
    return { driver: createS3Driver(locationOf('whole')), close: () => Promise.resolve() };
  });

  it('keeps two prefixes of one bucket apart', async () => {
    await server.createBucket('shared');
    const [one, two] = ['/team/one/', 'team/two'].map((prefix) => createS3Driver(locationOf('shared', prefix)));
    await one!.write('refs/a/b.json', new Uint8Array(3));
    assert.equal(await two!.read('refs/a/b.json'), null);
    assert.deepEqual(await two!.list('refs/'), []);
    assert.deepEqual(await one!.list('refs/'), ['refs/a/b.json']);
    assert.deepEqual(await createS3Driver(locationOf('shared')).list('team/'), ['team/one/refs/a/b.json']);
  });

  it('works with the checksums of the SDK as well', async (context) => {
    process.env['AWS_REQUEST_CHECKSUM_CALCULATION'] = 'WHEN_SUPPORTED';
    context.after(() => delete process.env['AWS_REQUEST_CHECKSUM_CALCULATION']);
    await server.createBucket('checksums');
    const driver = createS3Driver(locationOf('checksums'));
    for (const size of [10, 9 * 2 ** 20]) {
      await driver.write('objects/x', new Uint8Array(size));
      assert.equal((await driver.read('objects/x'))?.length, size);
    }
    assert.equal(await driver.writeIfAbsent('objects/x', new Uint8Array(9 * 2 ** 20)), false);
  });

  it('lists more keys than one page holds', async () => {
    await server.createBucket('pages');
    const driver = createS3Driver(locationOf('pages'));
    const names = Array.from({ length: 1_030 }, (_, index) => String(index).padStart(4, '0'));
    const folder = join(server.folder, 'pages', 'scratch', 'many');
    await mkdir(folder, { recursive: true });
    await Promise.all(names.map((name) => writeFile(join(folder, name), 'x')));
    const keys = names.map((name) => `scratch/many/${name}`);
    assert.deepEqual(await driver.list('scratch/many/'), keys);
  });

  it('refuses an unknown bucket in every operation, and names bucket and endpoint', async () => {
    const driver = createS3Driver(locationOf('nowhere'));
    const refused = { type: 'StoreRefused', message: /bucket "nowhere" at http:.*NoSuchBucket.*create it/s };
    await assert.rejects(driver.check(), refused);
    await assert.rejects(driver.read('refs/a/b.json'), refused);
    await assert.rejects(driver.write('refs/a/b.json', new Uint8Array(1)), refused);
    await assert.rejects(driver.writeIfAbsent('objects/big', new Uint8Array(9 * 2 ** 20)), refused);
    await assert.rejects(openStore(locationOf('nowhere')), refused);
  });

  it('opens a bucket that appeared after the first refusal, and then gives one instance', async () => {
    await assert.rejects(openStore(locationOf('late')), { type: 'StoreRefused' });
    await server.createBucket('late');
    const store = await openStore(locationOf('late'));
    assert.equal(await openStore({ ...locationOf('late') }), store);
  });

  it('refuses credentials that the server does not know, and says which variables hold them', async (context) => {
    const key = process.env['AWS_ACCESS_KEY_ID'];
    context.after(() => (process.env['AWS_ACCESS_KEY_ID'] = key));
    process.env['AWS_ACCESS_KEY_ID'] = 'stranger';
    const refused = { type: 'StoreRefused', message: /correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY/ };
    await assert.rejects(createS3Driver(locationOf('whole')).check(), refused);
    await assert.rejects(createS3Driver(locationOf('whole')).read('refs/a/b.json'), refused);
    process.env['AWS_ACCESS_KEY_ID'] = key;
    const secret = process.env['AWS_SECRET_ACCESS_KEY'];
    context.after(() => (process.env['AWS_SECRET_ACCESS_KEY'] = secret));
    process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
    await assert.rejects(createS3Driver(locationOf('whole')).check(), refused);
  });

  it('passes its self-test and leaves the bucket empty', async () => {
    await server.createBucket('tried');
    const checks = await storeSelfTest(locationOf('tried'));
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      ['answers', 'put', 'get', 'list', 'overwrite', 'conditional write', 'multipart', 'delete'].map((name) => [
        name,
        true,
      ]),
    );
    assert.match(checks.find(({ name }) => name === 'conditional write')?.message ?? '', /are honoured/);
    assert.deepEqual(await createS3Driver(locationOf('tried')).list('scratch/'), []);
  });
});

describe('a bucket whose server does not answer', () => {
  it('is worth another try', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const location: BucketLocation = { kind: 's3', bucket: 'b', prefix: '', region: 'us-east-1', endpoint };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    await assert.rejects(createS3Driver(location).check(), { name: 'TransientError', message: /ECONNREFUSED/ });
    const checks = await storeSelfTest(location);
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      [['answers', false]],
    );
  });
});
