// How much one workflow run takes on before it continues as new, so that its history stays under 2,000 events.

/** A chunk costs about five events: scheduled, started, completed and its share of workflow tasks. */
export const chunksPerRun = 300;

/** Chunks in flight at once: enough to feed a fleet, far below the server's limit of 2,000 pending activities. */
export const chunksInFlight = 32;

/** The chunks that a run starting at `start` takes: from `start` to `end`, exclusive. */
export function pageEnd(start: number, chunks: number): number {
  return Math.min(chunks, start + chunksPerRun);
}
