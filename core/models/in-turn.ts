// A bounded number of pieces of work at a time.

/** Works on the items in their order, `count` at a time; after a failure none is begun. */
export async function inTurn<Item>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
