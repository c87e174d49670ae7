// How a run and its attempts are called in a cluster, and by what they are known again.

import { createHash } from 'node:crypto';

const MANAGER = 'diffract';
const RUN = 'diffract/run';
const ATTEMPT = 'diffract/attempt';
/** The whole run key, which is too long for a label. */
const RUN_KEY = 'diffract/run-key';

/** A DNS label of RFC 1035, short enough that a TrainJob may add `-node-0-0-xxxxx` to it. */
export function attemptName(runKey: string, attempt: number): string {
  return `diffract-${digestOf(runKey).slice(0, 20)}-${attempt}`;
}

export function attemptLabels(runKey: string, attempt: number): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': MANAGER,
    'app.kubernetes.io/component': 'trainer',
    [RUN]: digestOf(runKey).slice(0, 40),
    [ATTEMPT]: String(attempt),
  };
}

export function attemptAnnotations(runKey: string): Record<string, string> {
  return { [RUN_KEY]: runKey };
}

/** Selects the pods of an attempt, whoever made them. */
export function attemptSelector(runKey: string, attempt: number): string {
  return Object.entries(attemptLabels(runKey, attempt))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Whether what was found under an attempt's name is that attempt, and not somebody else's work. */
export function isAttemptOf(runKey: string, attempt: number, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(attemptLabels(runKey, attempt)).every(([name, value]) => labels[name] === value);
}

function digestOf(runKey: string): string {
  return createHash('sha256').update(runKey).digest('hex');
}
