// Whether a process of which only the number is known still runs.

/** False also for a process that we may not signal: none of ours is such. A number may be used again by another process. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
