// What an exit means: whether another try can help, by its code and by what the trainer printed last.

export interface ExitCause {
  /** `again`: another try may help. `wait`: it may later. `never`: it fails the same way each time. */
  readonly retry: 'again' | 'wait' | 'never';
  /** In words; '' where the log says nothing that is known. */
  readonly cause: string;
}

export interface TrainerExit {
  /** Null where it was ended by a signal, or where its launcher was killed too. */
  readonly code: number | null;
  readonly signal: string | null;
}

interface Known extends ExitCause {
  readonly pattern: RegExp;
}

const diskFull: Known = {
  pattern: /No space left on device|ENOSPC|Disk quota exceeded/i,
  retry: 'never',
  cause: 'the disk is full; make room, or keep fewer checkpoints',
};

/**
 * The first that is found counts, not the first that was printed: one device that is out of memory makes the others lose
 * their connections, and a connection that is lost ends in a ValueError.
 */
const known: readonly Known[] = [
  {
    pattern: /CUDA out of memory|OutOfMemoryError|HIP out of memory/,
    retry: 'never',
    cause: 'the accelerator is out of memory; shorten the samples, or lower the batch size of a device',
  },
  diskFull,
  { pattern: /uncorrectable ECC|ECC error/i, retry: 'again', cause: 'the memory of an accelerator failed' },
  {
    pattern: /\bNCCL (?:error|timeout|watchdog|operation)|nccl\w*Error|ProcessGroupNCCL.*(?:abort|timeout|exception)/i,
    retry: 'again',
    cause: 'the devices lost each other (NCCL)',
  },
  {
    pattern: /Connection reset|Connection aborted|ConnectionError|Temporary failure in name resolution/,
    retry: 'wait',
    cause: 'a connection broke',
  },
  {
    pattern: /\b(?:429|5\d\d) (?:Client|Server) Error|HTTP Error (?:429|5\d\d)|status(?: code)?:? (?:429|5\d\d)\b/i,
    retry: 'wait',
    cause: 'a server refused for now',
  },
  { pattern: /^(?:\[rank\d+\]: )?(?:ValueError|KeyError)\b.*$/m, retry: 'never', cause: '' },
];

const USAGE = 2;
const LONGEST_CAUSE = 300;
/** 128 and SIGKILL or SIGTERM, as shells and `accelerate` report them. */
const SIGNALLED: readonly number[] = [137, 143];

/** @param tail - the end of what this attempt printed */
export function causeOfExit(
  { code, signal }: TrainerExit,
  tail: string,
  retryableExitCodes: readonly number[],
): ExitCause {
  if (code !== null && retryableExitCodes.includes(code))
    return { retry: 'wait', cause: 'a code that asks for another try' };
  if (code === USAGE) return { retry: 'never', cause: 'its arguments are wrong' };
  const found = known.find(({ pattern }) => pattern.test(tail));
  const signalled = signal !== null || code === null || SIGNALLED.includes(code);
  // Who ended it did not ask what had been printed, but a disk that is full stays full.
  if (found === undefined || (signalled && found !== diskFull)) return { retry: 'again', cause: '' };
  return { retry: found.retry, cause: found.cause || (found.pattern.exec(tail)?.[0] ?? '').slice(0, LONGEST_CAUSE) };
}
