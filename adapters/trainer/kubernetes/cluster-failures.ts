// What the Kubernetes API answers when it does not do as asked, as failures of ours: those that waiting may mend, and those
// that need somebody to act.

import { z } from 'zod';
import { FailureType, PermanentError, TransientError } from '../../../contracts/failures.ts';

/** What was asked for, in the words of a role: `verb` on `plural` of `group`. */
export interface Asked {
  readonly verb: 'create' | 'get' | 'delete' | 'list';
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
}

// What the client throws for an answer that is no success; its body is text or what the text says.
const Answer = z.object({ code: z.int(), body: z.unknown(), headers: z.record(z.string(), z.string()).default({}) });
const Status = z.object({ message: z.string() });

/** The HTTP status of an answer; null where no answer came. */
export function answerCode(error: unknown): number | null {
  return Answer.safeParse(error).data?.code ?? null;
}

export function clusterFailure(asked: Asked, error: unknown): Error {
  const answer = Answer.safeParse(error).data;
  if (answer === undefined) {
    const reason = error instanceof Error ? error.message : String(error);
    return new TransientError(`${sentence(asked)} had no answer from the Kubernetes API: ${reason}`, { cause: error });
  }
  const { code, headers } = answer;
  const message = messageOf(answer.body);
  const what = `${sentence(asked)} was answered with ${code}: ${message}`;
  if (code === 429 || code >= 500) {
    const seconds = Number(headers['retry-after']);
    return new TransientError(what, { cause: error, retryAfterSeconds: seconds > 0 ? seconds : undefined });
  }
  // What a list was based on is gone from the server's memory; the next one begins anew.
  if (code === 410) return new TransientError(what, { cause: error });
  return new PermanentError(FailureType.RequestRefused, `${what}${advice(asked, code)}`, { cause: error });
}

function sentence({ verb, group, plural, namespace }: Asked): string {
  return `To ${verb} ${qualified(group, plural)} in the namespace "${namespace}"`;
}

function advice(asked: Asked, code: number): string {
  const { verb, group, plural, namespace } = asked;
  if (code === 403) {
    return (
      ` Give the service account of the training worker a Role in "${namespace}" with the verb "${verb}" on ` +
      `${qualified(group, plural)}, as deploy/kubernetes/trainer-role.yaml does.`
    );
  }
  if (code === 401) return ' The credentials of the worker are not valid: look at its kubeconfig or service account.';
  if (code === 404 && verb === 'create') {
    return group === 'batch'
      ? ` Does the namespace "${namespace}" exist?`
      : ` Is Kubeflow Trainer installed, and does the namespace "${namespace}" exist?`;
  }
  if (code === 400 || code === 422) return " Mend the trainer's settings in the campaign file.";
  return '';
}

function qualified(group: string, plural: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function messageOf(body: unknown): string {
  const value = typeof body === 'string' ? parsed(body) : body;
  const said = Status.safeParse(value).data?.message;
  return said ?? (typeof body === 'string' ? body.trim().slice(0, 300) : 'no message');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
