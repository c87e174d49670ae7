// Opens a thing when it is first needed: sessions take seconds and gigabytes, and a stage found in the store needs none.

export interface Lazy<Thing> {
  get(): Promise<Thing>;
  close(): Promise<void>;
}

/** A failed opening is tried again at the next `get`. */
export function lazily<Thing extends { close(): Promise<void> }>(open: () => Promise<Thing>): Lazy<Thing> {
  let opened: Promise<Thing> | null = null;
  return {
    get() {
      const thing = opened ?? open();
      opened = thing;
      thing.catch(() => {
        opened = null;
      });
      return thing;
    },
    async close() {
      const thing = await opened?.catch(() => null);
      await thing?.close();
    },
  };
}
