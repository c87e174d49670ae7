// Time as a workflow sees it: the moment of its current task, the same in every replay.

export function now(): number {
  // eslint-disable-next-line no-restricted-syntax -- inside a workflow the SDK replaces Date by the history's own clock
  return Date.now();
}
