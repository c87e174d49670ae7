// Jobs that run side by side and whose results come in the order of their items.

/** Has at most `atOnce` jobs under way; a failed job fails the walk when its turn comes. */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  job: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for await (const item of items) {
    if (running.length === atOnce) yield* running.splice(0, 1);
    const result = job(item);
    // Until its turn comes nobody listens to it, and a failure that nobody listens to ends the process.
    result.catch(() => undefined);
    running.push(result);
  }
  yield* running;
}
