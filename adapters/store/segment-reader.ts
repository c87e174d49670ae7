// Reads segments of the response log and keeps the last ones: the requests of a chunk lie close together.

export interface SegmentReader {
  /** Null when there is no such segment any more. */
  read(name: string): Promise<Uint8Array | null>;
  /** Takes bytes that need not be read. */
  keep(name: string, bytes: Uint8Array): void;
  drop(name: string): void;
}

/** Bytes held at most, for each log of a process; a larger segment is held alone. */
const KEPT_BYTES = 64 * 2 ** 20;

export function createSegmentReader(read: (name: string) => Promise<Uint8Array | null>): SegmentReader {
  const kept = new Map<string, Uint8Array>();
  const reading = new Map<string, Promise<Uint8Array | null>>();
  let held = 0;

  function drop(name: string): void {
    held -= kept.get(name)?.length ?? 0;
    kept.delete(name);
  }

  function keep(name: string, bytes: Uint8Array): void {
    drop(name);
    kept.set(name, bytes);
    held += bytes.length;
    for (const oldest of kept.keys()) {
      if (held <= KEPT_BYTES || oldest === name) break;
      drop(oldest);
    }
  }

  async function readAndKeep(name: string): Promise<Uint8Array | null> {
    try {
      const bytes = await read(name);
      if (bytes !== null) keep(name, bytes);
      return bytes;
    } finally {
      reading.delete(name);
    }
  }

  return {
    keep,
    drop,
    async read(name) {
      const bytes = kept.get(name);
      if (bytes === undefined) {
        const under = reading.get(name) ?? readAndKeep(name);
        reading.set(name, under);
        return under;
      }
      keep(name, bytes);
      return bytes;
    },
  };
}
