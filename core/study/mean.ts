// The arithmetic mean, as units, screening and spreads of a study take it.

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
