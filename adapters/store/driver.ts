// What the store needs of a place that keeps bytes under keys; directory.ts and s3.ts are the two places.

/**
 * Keys are `/`-separated segments of `[A-Za-z0-9._~-]`, none of which starts with a dot; no key is a folder of another.
 * Every write appears whole or not at all, for readers in any process.
 */
export interface StoreDriver {
  /** Names the place in messages to people. */
  readonly place: string;
  /**
   * One cheap request.
   * @throws {PermanentError} `StoreRefused` when the place does not exist or may not be used
   * @throws {TransientError} when it does not answer
   */
  check(): Promise<void>;
  /** Null when there is no such key. */
  read(key: string): Promise<Uint8Array | null>;
  /** Bytes of the object; null when there is no such key. */
  size(key: string): Promise<number | null>;
  /** Replaces what the key holds. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Leaves an object that is already there as it is; false then. Of writers at the same time one wins, but on a server that
   * does not honour conditional writes the last of them may win, so writers of one key must be able to live with either.
   */
  writeIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Keys that start with the prefix, in the order of their UTF-16 code units. The prefix ends with `/`. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>;
}
