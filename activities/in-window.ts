// Many pieces of work, some at a time: a failure lets what is under way finish, so that nothing paid for is lost.

/**
 * Starts at most `width` at a time and no more after the first failure.
 * @returns what failed, in no order, once nothing is under way any more
 */
export async function inWindow<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item, stopped: () => boolean) => Promise<void>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const stopped = (): boolean => failures.length > 0;
  const left = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = left.next(); !stopped() && next.done !== true; next = left.next()) {
      try {
        await work(next.value, stopped);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return failures;
}
