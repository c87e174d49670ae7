// Keeps the most recently used of things that are dear to open; what falls out is closed.

export interface KeptFew<Thing> {
  /** The thing under `key`, opened if it is not there; two calls at once open it once. */
  get(key: string, open: () => Promise<Thing>): Promise<Thing>;
  close(): Promise<void>;
}

export function keptFew<Thing extends { close(): Promise<void> }>(limit: number): KeptFew<Thing> {
  const kept = new Map<string, Promise<Thing>>();
  const drop = async (key: string) => {
    const thing = kept.get(key);
    kept.delete(key);
    await (await thing)?.close();
  };
  const makeRoom = async () => {
    for (const key of [...kept.keys()].slice(0, Math.max(0, kept.size + 1 - limit))) await drop(key);
  };
  return {
    async get(key, open) {
      const found = kept.get(key);
      kept.delete(key);
      if (found === undefined) await makeRoom();
      const thing = found ?? open();
      kept.set(key, thing);
      thing.catch(() => kept.delete(key));
      return thing;
    },
    async close() {
      for (const key of [...kept.keys()]) await drop(key);
    },
  };
}
