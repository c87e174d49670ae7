// How fast something goes and how long it will take, from the last while of it.

const WINDOW_SECONDS = 30;

export interface Pace {
  /** Per second; null until two moments differ. */
  readonly rate: number | null;
  /** Seconds left; null without a rate. */
  readonly left: number | null;
}

/** Forgets everything when `subject` changes or the count goes back. */
export function createPacer(): (subject: string, done: number, total: number, now: number) => Pace {
  let subject = '';
  let moments: { done: number; at: number }[] = [];
  return (current, done, total, now) => {
    const last = moments.at(-1);
    if (current !== subject || (last !== undefined && done < last.done)) moments = [];
    subject = current;
    moments.push({ done, at: now });
    // The oldest moment outside the window stays, so that slow work has a rate as well.
    while (moments.length > 2 && now - (moments[1]?.at ?? now) > WINDOW_SECONDS) moments.shift();
    const first = moments[0];
    if (first === undefined || first.at === now || first.done === done) return { rate: null, left: null };
    const rate = (done - first.done) / (now - first.at);
    return { rate, left: Math.max(0, total - done) / rate };
  };
}

/** `84/160  2.8/s  ETA 0:27` */
export function paceText(done: number, total: number, { rate, left }: Pace): string {
  const parts = [`${done}/${total}`];
  if (rate !== null) parts.push(`${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`);
  if (left !== null) parts.push(`ETA ${clock(left)}`);
  return parts.join('  ');
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
