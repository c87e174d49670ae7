// The hash that names parts, manifests and stages.

import { createHash } from 'node:crypto';

/** 64 lower-case hex digits; strings are hashed as UTF-8. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
