// A clock that stands still until it is told to go on.

export interface FakeClock {
  now(): number;
  after(milliseconds: number, callback: () => void): void;
  advance(milliseconds: number): void;
}

export function fakeClock(): FakeClock {
  let time = 0;
  const timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => time,
    after: (milliseconds, callback) => void timers.push({ at: time + milliseconds, callback }),
    advance(milliseconds) {
      time += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}
