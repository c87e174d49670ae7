// What controllers and nodes of a cluster do with a Job or a TrainJob, for tests: runs its command as a process of this
// machine, with the shared folder where pods see their claim, and tells the API server how it went.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Json, KubernetesApi, KubernetesObject } from './kubernetes-api.ts';

const MOUNT = '/mnt/diffract';

export class KubernetesController {
  readonly api: KubernetesApi;
  readonly sharedFolder: string;
  /** Commands that were run, as pods would see them. */
  readonly started: string[][] = [];
  readonly #processes = new Map<string, ChildProcess>();

  constructor(api: KubernetesApi, sharedFolder: string) {
    this.api = api;
    this.sharedFolder = sharedFolder;
    api.onCreate = (object) => this.startPod(object);
    api.onDelete = (object) => {
      api.ending = this.#end(object.metadata.name);
    };
  }

  /** Ends the pod from outside, as a node that is drained does: the pod says so by a condition. */
  async evict(name: string): Promise<void> {
    this.#podOf(name).status.conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    await this.#end(name, 'SIGKILL');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.#end(name, 'SIGKILL')));
  }

  startPod(object: KubernetesObject): void {
    const { name, namespace } = object.metadata;
    const { labels, command, env } = podOf(object);
    const metadata = { name: `${name}-${randomUUID().slice(0, 5)}`, namespace, labels, ownerName: name };
    const pod = {
      metadata: { ...metadata, creationTimestamp: new Date().toISOString() },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'trainer', state: { running: { startedAt: new Date().toISOString() } } }],
      } as Json,
    };
    this.api.pods.push(pod);
    this.started.push(command);
    const [program = '', ...parameters] = command.map((word) => word.replaceAll(MOUNT, this.sharedFolder));
    const variables = env.map((one) => [
      one.name,
      one.value?.replaceAll(MOUNT, this.sharedFolder) ?? `secret ${one.name}`,
    ]);
    const child = spawn(program, parameters, {
      env: { ...process.env, ...Object.fromEntries(variables) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (log = `${log}${data}`.slice(-2048)));
    this.#processes.set(name, child);
    child.on('close', (code, signal) => {
      this.#processes.delete(name);
      const exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
      const state = {
        terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message: exitCode === 0 ? '' : log },
      };
      pod.status = {
        ...pod.status,
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ name: 'trainer', state }],
      };
      if (object.metadata.deletionTimestamp === undefined) this.#podEnded(object, pod, exitCode);
    });
  }

  #podEnded(object: KubernetesObject, pod: Json, exitCode: number): void {
    if (exitCode === 0) {
      tell(object, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
      return;
    }
    const rules: Json[] = object.spec.podFailurePolicy?.rules ?? [];
    const rule = rules.find(({ onExitCodes, onPodConditions }) =>
      onExitCodes
        ? onExitCodes.values.includes(exitCode)
        : onPodConditions.some(({ type }: Json) => pod.status.conditions?.some((one: Json) => one.type === type)),
    );
    if (rule?.action === 'Ignore') {
      this.startPod(object);
      return;
    }
    if (rule?.action === 'FailJob') {
      tell(
        object,
        'Failed',
        'PodFailurePolicy',
        `Container trainer failed with exit code ${exitCode} matching FailJob rule`,
      );
      return;
    }
    if (object.kind === 'TrainJob') {
      tell(object, 'Failed', 'FailedJobs', 'jobset failed due to one or more job failures');
      return;
    }
    tell(object, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }

  async #end(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#processes.get(name);
    if (!child) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await gone;
  }

  #podOf(name: string): Json {
    return this.api.pods.findLast((pod) => pod.metadata.ownerName === name);
  }
}

/** Sets a condition as a controller would, long enough ago for files to have settled. */
export function tell(object: KubernetesObject, type: string, reason: string, message: string): void {
  const lastTransitionTime = new Date(Date.now() - 120_000).toISOString();
  object.status = { ...object.status, conditions: [{ type, status: 'True', reason, message, lastTransitionTime }] };
}

function podOf({ kind, spec }: KubernetesObject): { labels: Record<string, string>; command: string[]; env: Json[] } {
  if (kind === 'Job') {
    const { metadata, spec: pod } = spec.template;
    return { labels: metadata.labels, command: pod.containers[0].command, env: pod.containers[0].env };
  }
  const [job] = spec.runtimePatches[0].trainingRuntimeSpec.template.spec.replicatedJobs;
  return { labels: job.template.spec.template.metadata.labels, command: spec.trainer.command, env: spec.trainer.env };
}
