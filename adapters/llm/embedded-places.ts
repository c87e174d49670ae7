// A fixed number of places and a waiting line before them, first come, first served.

import { createWaitingLine } from './waiting-line.ts';

export interface Places<Place> {
  /**
   * Waits for a place and holds it until `work` ends.
   * @throws the signal's reason when it is aborted while waiting, at once
   */
  hold<T>(signal: AbortSignal, work: (place: Place) => Promise<T>): Promise<T>;
}

/** Of the free places the earliest in `all` is given first, so that those in use are neighbours. */
export function createPlaces<Place>(all: readonly Place[]): Places<Place> {
  let free = [...all];
  const line = createWaitingLine<Place>();

  function leave(place: Place): void {
    if (line.callFirst(place)) return;
    const isFree = new Set([...free, place]);
    free = all.filter((each) => isFree.has(each));
  }

  return {
    async hold(signal, work) {
      signal.throwIfAborted();
      const place = free.shift() ?? (await line.join(signal));
      try {
        return await work(place);
      } finally {
        leave(place);
      }
    },
  };
}
