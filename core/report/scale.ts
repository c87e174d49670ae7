// Axes: a range with round ends and the round values between them.

export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** An axis over all values with about `steps` steps of 1, 2 or 5 times a power of ten. */
export function axisOver(values: readonly number[], steps = 4): Axis {
  const finite = values.filter(Number.isFinite);
  const least = finite.length === 0 ? 0 : Math.min(...finite);
  const most = finite.length === 0 ? 1 : Math.max(...finite);
  const spread = most - least || Math.abs(most) || 1;
  const step = roundStep(spread / steps);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => rounded((first + index) * step, step));
  return { low: first * step, high: last * step, ticks };
}

/** Where a value lies on the axis, as a share from its low end. */
export function position(axis: Axis, value: number): number {
  return (value - axis.low) / (axis.high - axis.low);
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function rounded(value: number, step: number): number {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Number(value.toFixed(Math.min(12, digits)));
}
