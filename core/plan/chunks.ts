// How a stage of many rows is cut into chunks of minutes. Cuts depend on the rows alone, never on workers or batches.

export interface RowRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export function chunkCount(rows: number, chunkRows: number): number {
  return Math.ceil(rows / chunkRows);
}

export function chunkRange(chunk: number, rows: number, chunkRows: number): RowRange {
  return { start: chunk * chunkRows, end: Math.min(rows, (chunk + 1) * chunkRows) };
}
