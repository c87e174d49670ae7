// One run of a piece of work for all who ask for it at the same time.

/**
 * Each caller waits for a run that began after its call; callers that come while one is under way share the next.
 * A failed run fails for those who waited for it, and for no others.
 */
export function createShared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    const run = work().finally(() => {
      running = null;
    });
    running = run;
    return run;
  };
  const afterThis = async (current: Promise<void>): Promise<void> => {
    await current.catch(() => undefined);
    next = null;
    await (running ?? start());
  };
  return () => {
    if (running === null) return start();
    next ??= afterThis(running);
    return next;
  };
}
