// Keeps the most recently used of things that are dear to open; what falls out is closed.

export interface KeptFew<Thing> {
  /** The thing under `key`, opened if it is not there; two calls at once open it once. */
  get(key: string, open: () => Promise<Thing>): Promise<Thing>;
  close(): Promise<void>;
}

/** At most `limit` things are open at a time: the oldest is closed before a new one opens. */
export function keptFew<Thing extends { close(): Promise<void> }>(limit: number): KeptFew<Thing> {
  const kept = new Map<string, Promise<Thing>>();
  const drop = async (key: string) => {
    const thing = kept.get(key);
    kept.delete(key);
    // What failed to open has told its caller, and there is nothing to close.
    await (await thing?.catch(() => null))?.close();
  };
  const makeRoom = async () => {
    const oldest = [...kept.keys()].slice(0, Math.max(0, kept.size + 1 - limit));
    await Promise.all(oldest.map(drop));
  };
  return {
    get(key, open) {
      // Its place is taken before anything is awaited, so that a second call finds it.
      const thing = kept.get(key) ?? makeRoom().then(open);
      kept.delete(key);
      kept.set(key, thing);
      thing.catch(() => {
        if (kept.get(key) === thing) kept.delete(key);
      });
      return thing;
    },
    async close() {
      for (const key of [...kept.keys()]) await drop(key);
    },
  };
}
