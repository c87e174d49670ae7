// What the pods of an attempt say: how they ended badly, and why one does not start.

import type { Pod } from './cluster.ts';

export interface BadEnd {
  /** A sentence without its full stop. */
  readonly text: string;
  /** Null where the pod was ended from outside. */
  readonly exitCode: number | null;
  /** The end of what its container printed. */
  readonly log: string;
}

/** Whoever waits for these waits for somebody to mend the image or the Secret. */
const HOPELESS_WAITS: readonly string[] = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
];
/** A registry may be away for a while. */
const LONGEST_WAIT_MS = 10 * 60_000;

export function isAlive({ status }: Pod): boolean {
  return status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

/** When the last container that runs was started, in milliseconds since 1970; null where none runs. */
export function runningSince(pods: readonly Pod[]): number | null {
  const states = pods.flatMap(({ status }) => status.containerStatuses.map(({ state }) => state.running));
  const starts = states.flatMap((running) => running?.startedAt.getTime() ?? []);
  return starts.length === 0 ? null : Math.max(...starts);
}

/** Null when no pod is stuck at its start. */
export function whyStuck(pods: readonly Pod[], now: number): string | null {
  for (const { metadata, status } of pods) {
    if (now - metadata.creationTimestamp.getTime() < LONGEST_WAIT_MS) continue;
    for (const { state } of status.containerStatuses) {
      const { reason = '', message = '' } = state.waiting ?? {};
      if (HOPELESS_WAITS.includes(reason)) return `cannot start: pod ${metadata.name} waits: ${reason}: ${message}`;
    }
  }
  return null;
}

/** Oldest pod first. */
export function badEnds(pods: readonly Pod[]): BadEnd[] {
  const age = ({ metadata }: Pod): number => metadata.creationTimestamp.getTime();
  return [...pods].sort((a, b) => age(a) - age(b)).flatMap((pod) => badEnd(pod) ?? []);
}

function badEnd({ metadata, status }: Pod): BadEnd | null {
  const states = status.containerStatuses.flatMap(({ state }) => state.terminated ?? []);
  const ended = states.find(({ exitCode }) => exitCode !== 0);
  if (ended) {
    const reason = ended.reason === '' || ended.reason === 'Error' ? '' : ` (${ended.reason})`;
    const text = `Pod ${metadata.name} exited with ${ended.exitCode}${reason}`;
    return { text, exitCode: ended.exitCode, log: ended.message.trim() };
  }
  if (status.reason === '') return null;
  const text = `Pod ${metadata.name} was ended: ${status.reason} ${status.message}`.trim();
  return { text, exitCode: null, log: '' };
}
