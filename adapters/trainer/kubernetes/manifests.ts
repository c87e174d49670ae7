// What the cluster is asked to run, as data: a Job of batch/v1, or a TrainJob of Kubeflow Trainer (2.3 or newer). The claim
// that holds data and checkpoints is mounted in every pod at one place, so that paths are the same on every attempt.

import type { KubernetesTrainerConfig } from '../../../contracts/trainers.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { namedVariable } from '../command/launch-plan.ts';
import { attemptAnnotations, attemptLabels, attemptName } from './names.ts';

/** Where pods see the claim. */
export const podFolder = '/mnt/diffract';
/** The folder of all runs on the claim. */
export const runsFolder = 'diffract-training';
/** The Secret that `env:NAME` is read from, in the namespace of the run: the one that holds the workers' own secrets. */
const SECRET = 'diffract';
/** Between SIGTERM and SIGKILL: time to save a checkpoint. */
export const graceSeconds = 120;
const KEPT_SECONDS = 24 * 60 * 60;
/** What programs exit with that cannot read their arguments; another try would read the same. */
const USAGE_EXIT_CODE = 2;
/** How Kubeflow's runtimes call the job and the container that train. */
const TRAINJOB_NODE = 'node';

export interface AttemptInput {
  readonly config: KubernetesTrainerConfig;
  readonly runKey: string;
  readonly attempt: number;
  readonly command: readonly string[];
  /** Set beside the environment of the configuration, and stronger. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: KubernetesTrainerConfig['resource'];
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/** @throws {PermanentError} `InvalidConfig` for a plain Job on several nodes */
export function attemptManifest(input: AttemptInput): Manifest {
  const { config, runKey, attempt } = input;
  const isJob = config.resource === 'Job';
  return {
    apiVersion: isJob ? 'batch/v1' : 'trainer.kubeflow.org/v1alpha1',
    kind: config.resource,
    metadata: {
      name: attemptName(runKey, attempt),
      namespace: config.namespace,
      labels: attemptLabels(runKey, attempt),
      annotations: attemptAnnotations(runKey),
    },
    spec: isJob ? jobSpec(input) : trainJobSpec(input),
  };
}

function jobSpec(input: AttemptInput): object {
  const { config, runKey, attempt } = input;
  if (config.nodes > 1) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `The trainer asks for ${config.nodes} nodes of a Job, whose pods do not know each other. ` +
        'Write "resource: TrainJob" (Kubeflow Trainer), or "nodes: 1".',
    );
  }
  return {
    // A pod that failed is not started again as it was: the next attempt is a Job of its own, from the newest checkpoint.
    backoffLimit: 0,
    activeDeadlineSeconds: deadlineSeconds(config),
    ttlSecondsAfterFinished: KEPT_SECONDS,
    podFailurePolicy: {
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { containerName: 'trainer', operator: 'In', values: [USAGE_EXIT_CODE] } },
      ],
    },
    // Never two pods that write the same checkpoints.
    podReplacementPolicy: 'Failed',
    template: {
      metadata: { labels: attemptLabels(runKey, attempt) },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: graceSeconds,
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'trainer',
            image: config.image,
            command: input.command,
            env: environmentOf(input),
            resources: { requests: config.resources, limits: config.resources },
            terminationMessagePolicy: 'FallbackToLogsOnError',
            volumeMounts: volumeMounts(),
          },
        ],
        volumes: volumes(config),
      },
    },
  };
}

function trainJobSpec(input: AttemptInput): object {
  const { config, runKey, attempt } = input;
  const pod = {
    metadata: { labels: attemptLabels(runKey, attempt) },
    spec: {
      terminationGracePeriodSeconds: graceSeconds,
      volumes: volumes(config),
      containers: [{ name: TRAINJOB_NODE, volumeMounts: volumeMounts() }],
    },
  };
  const replicatedJob = { name: TRAINJOB_NODE, template: { spec: { template: pod } } };
  return {
    runtimeRef: { apiGroup: 'trainer.kubeflow.org', kind: 'ClusterTrainingRuntime', name: config.runtime },
    activeDeadlineSeconds: deadlineSeconds(config),
    trainer: {
      image: config.image,
      command: input.command,
      env: environmentOf(input),
      numNodes: config.nodes,
      resourcesPerNode: { requests: config.resources, limits: config.resources },
    },
    runtimePatches: [
      {
        manager: 'diffract/trainer',
        trainingRuntimeSpec: { template: { spec: { replicatedJobs: [replicatedJob] } } },
      },
    ],
  };
}

function deadlineSeconds({ deadlineMinutes }: KubernetesTrainerConfig): number {
  return Math.max(1, Math.round(deadlineMinutes * 60));
}

/** A value `env:NAME` becomes a reference to the Secret, so that no manifest holds a secret. */
function environmentOf({ config, environment }: AttemptInput): object[] {
  return Object.entries({ ...config.environment, ...environment }).map(([name, value]) => {
    const variable = namedVariable(value);
    if (variable === null) return { name, value };
    return { name, valueFrom: { secretKeyRef: { name: SECRET, key: variable } } };
  });
}

function volumes({ claim }: KubernetesTrainerConfig): object[] {
  return [
    { name: 'runs', persistentVolumeClaim: { claimName: claim } },
    // Processes of one node exchange tensors here, and a container's own 64 MiB are too few.
    { name: 'shared-memory', emptyDir: { medium: 'Memory' } },
  ];
}

function volumeMounts(): object[] {
  return [
    { name: 'runs', mountPath: podFolder },
    { name: 'shared-memory', mountPath: '/dev/shm' },
  ];
}
