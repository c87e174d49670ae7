// Those who wait for something, first come first served.

import { setMaxListeners } from 'node:events';

export interface WaitingLine<Word> {
  /** Rejects with the signal's reason when aborted. */
  join(signal: AbortSignal): Promise<Word>;
  /** Ends the first one's wait with a word; false when nobody waits. */
  callFirst(word: Word): boolean;
  callAll(word: Word): void;
}

export function createWaitingLine<Word>(): WaitingLine<Word> {
  const waiting = new Set<(word: Word) => void>();

  function callFirst(word: Word): boolean {
    const [call] = waiting;
    if (call === undefined) return false;
    waiting.delete(call);
    call(word);
    return true;
  }

  return {
    join(signal) {
      // One activity's signal stands behind all of its requests, and more than ten of them are no leak.
      setMaxListeners(0, signal);
      return new Promise((resolve, reject) => {
        const call = (word: Word): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(word);
        };
        const giveUp = (): void => {
          waiting.delete(call);
          reject(signal.reason instanceof Error ? signal.reason : new Error('The request was cancelled.'));
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(call);
      });
    },
    callFirst,
    callAll(word) {
      for (let left = waiting.size; left > 0; left--) callFirst(word);
    },
  };
}
