// A store in a bucket of any S3-compatible server, through the AWS SDK. Credentials come from the environment, as AWS's own
// tools find them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the role of the machine.

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

import type { StoreLocation } from '../../contracts/campaign.ts';
import { TransientError } from '../../contracts/failures.ts';
import type { StoreDriver } from './driver.ts';
import { createTranslator, nameOf, statusOf } from './s3-errors.ts';

export type BucketLocation = Extract<StoreLocation, { kind: 's3' }>;

export function createS3Driver(location: BucketLocation): StoreDriver {
  // The SDK would tell every user of Node 20 to upgrade; its version is pinned here, so that is not theirs to mend.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new S3Client(clientConfig(location));
  const bucket: Bucket = { client, name: location.bucket, root: rootOf(location.prefix), conditions: 'honoured' };
  const translated = createTranslator(location);
  return {
    place: `bucket ${location.bucket} at ${location.endpoint ?? `AWS ${location.region}`}`,
    check: () => translated('list', () => checkBucket(bucket)),
    read: (key) => translated(`read ${key}`, () => readObject(bucket, key)),
    size: (key) => translated(`look up ${key}`, () => objectSize(bucket, key)),
    write: (key, bytes) => translated(`write ${key}`, () => putObject(bucket, key, bytes)),
    writeIfAbsent: (key, bytes) => translated(`write ${key}`, () => createObject(bucket, key, bytes)),
    list: (prefix) => translated(`list ${prefix}`, () => listObjects(bucket, prefix)),
    remove: (key) => translated(`remove ${key}`, () => removeObject(bucket, key)),
  };
}

/** Bytes above which an object goes up in parts of this size. */
const PART_BYTES = 8 * 2 ** 20;

const CONFLICT_ATTEMPTS = 5;

interface Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Empty, or ends with `/`. */
  readonly root: string;
  /** `refused` once the server has answered that it does not know conditional writes. */
  conditions: 'honoured' | 'refused';
}

function rootOf(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

function clientConfig(location: BucketLocation): S3ClientConfig {
  return {
    region: location.region,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    ...(location.endpoint === undefined ? {} : ownEndpoint(location.endpoint)),
  };
}

/**
 * Servers other than AWS may not know the SDK's checksum headers; the store checks its own sha256 either way. The SDK's
 * environment variable, where set, still decides.
 */
function ownEndpoint(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    forcePathStyle: true,
    ...(process.env['AWS_REQUEST_CHECKSUM_CALCULATION'] ? {} : { requestChecksumCalculation: 'WHEN_REQUIRED' }),
    ...(process.env['AWS_RESPONSE_CHECKSUM_VALIDATION'] ? {} : { responseChecksumValidation: 'WHEN_REQUIRED' }),
  };
}

/** Listing, since it needs no key, answers an error with its name, and must be allowed anyway. */
async function checkBucket({ client, name, root }: Bucket): Promise<void> {
  await client.send(new ListObjectsV2Command({ Bucket: name, Prefix: root, MaxKeys: 1 }));
}

async function readObject({ client, name, root }: Bucket, key: string): Promise<Uint8Array | null> {
  const answer = await nullIfAbsent(client.send(new GetObjectCommand({ Bucket: name, Key: root + key })));
  if (answer === null) return null;
  const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  if (answer.ContentLength !== undefined && answer.ContentLength !== bytes.length) {
    throw new TransientError(`store: ${key} broke off after ${bytes.length} of ${answer.ContentLength} bytes`);
  }
  return bytes;
}

async function objectSize({ client, name, root }: Bucket, key: string): Promise<number | null> {
  const answer = await nullIfAbsent(client.send(new HeadObjectCommand({ Bucket: name, Key: root + key })));
  return answer?.ContentLength ?? null;
}

async function createObject(bucket: Bucket, key: string, bytes: Uint8Array): Promise<boolean> {
  for (let attempt = 1; bucket.conditions === 'honoured'; attempt++) {
    try {
      await putObject(bucket, key, bytes, { IfNoneMatch: '*' });
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      if (statusOf(error) === 501) bucket.conditions = 'refused';
      // Another writer is at it: after a moment either its object is there or the key is free again.
      else if (statusOf(error) !== 409 || attempt === CONFLICT_ATTEMPTS) throw error;
      else await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  }
  if ((await objectSize(bucket, key)) !== null) return false;
  await putObject(bucket, key, bytes);
  return true;
}

async function putObject(
  { client, name, root }: Bucket,
  key: string,
  bytes: Uint8Array,
  condition: { IfNoneMatch?: '*' } = {},
): Promise<void> {
  const params = { Bucket: name, Key: root + key, Body: bytes, ...condition };
  if (bytes.length > PART_BYTES) await new Upload({ client, params, partSize: PART_BYTES, queueSize: 4 }).done();
  else await client.send(new PutObjectCommand(params));
}

async function listObjects({ client, name, root }: Bucket, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: name, Prefix: root + prefix, ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(root.length));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys.sort();
}

async function removeObject({ client, name, root }: Bucket, key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: name, Key: root + key }));
}

/** A missing bucket or an unknown user is no missing key, though some servers answer all of them with 404. */
async function nullIfAbsent<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    // HEAD has no body that could name the error, so there a 404 is all there is.
    if (['NoSuchKey', 'NotFound'].includes(nameOf(error))) return null;
    throw error;
  }
}
