// What the S3 SDK throws, as ours: refused for good, or worth another try.

import type { StoreLocation } from '../../contracts/campaign.ts';
import { PermanentError, TransientError } from '../../contracts/failures.ts';

type BucketLocation = Extract<StoreLocation, { kind: 's3' }>;

/** Wraps a request on the bucket; `act` says in words what was being done. */
export function createTranslator(location: BucketLocation) {
  return async <Result>(act: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw translate(error, act, location);
    }
  };
}

/** HTTP status of an SDK error; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  const metadata = fieldOf(error, '$metadata');
  const status = fieldOf(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

export function nameOf(error: unknown): string {
  const name = fieldOf(error, 'name');
  return typeof name === 'string' ? name : 'unknown error';
}

function translate(error: unknown, act: string, location: BucketLocation): unknown {
  if (error instanceof PermanentError || error instanceof TransientError) return error;
  const status = statusOf(error);
  const advice = adviceFor(nameOf(error), status, location);
  const found = `${nameOf(error)}${status === undefined ? '' : ` (HTTP ${status})`}: ${messageOf(error)}`;
  const where = `bucket "${location.bucket}" at ${location.endpoint ?? `AWS, region ${location.region}`}`;
  if (advice !== null) {
    const message = `store: cannot ${act} in ${where}: found ${found}; ${advice}`;
    return new PermanentError('StoreRefused', message, { cause: error });
  }
  if (status === undefined && !isNetworkError(error)) return error;
  return new TransientError(`store: cannot ${act} in ${where} for now: found ${found}`, { cause: error });
}

/** The last is versitygw's name for the first. */
const CREDENTIAL_ERRORS = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'XAdminUserNotFound',
];

/** What was expected and what to do; null when waiting may help. */
function adviceFor(name: string, status: number | undefined, location: BucketLocation): string | null {
  if (name === 'NoSuchBucket')
    return 'expected an existing bucket; create it, or correct store.bucket or store.endpoint';
  if (name === 'CredentialsProviderError') {
    return 'expected credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, for every worker';
  }
  if (CREDENTIAL_ERRORS.includes(name)) {
    return 'expected credentials that this server knows; correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';
  }
  if (status === 401 || status === 403) {
    return (
      'expected the right to list the bucket and to get, put and delete its objects; ' +
      'extend the policy of these credentials, or correct them'
    );
  }
  if (status !== undefined && (status === 301 || status === 307 || name === 'AuthorizationHeaderMalformed')) {
    return `expected a bucket in region ${location.region}; correct store.region`;
  }
  if (status === undefined || status >= 500 || [408, 409, 425, 429].includes(status) || name === 'RequestTimeout') {
    return null;
  }
  return 'expected an S3-compatible answer; check store.endpoint, then run `diffract doctor`';
}

const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
];

function isNetworkError(error: unknown): boolean {
  const code = fieldOf(error, 'code');
  if (typeof code === 'string' && NETWORK_CODES.includes(code)) return true;
  return ['TimeoutError', 'RequestTimeout', 'AbortError', 'NetworkingError'].includes(nameOf(error));
}

function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message');
  return typeof message === 'string' && message !== '' ? message : 'no message';
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
