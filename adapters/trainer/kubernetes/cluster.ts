// The Kubernetes API as trainers use it: four verbs on two kinds. Its errors become ours here.

import type { CoreV1Api, CustomObjectsApi, Middleware } from '@kubernetes/client-node';
import { z } from 'zod';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { answerCode, clusterFailure, type Asked } from './cluster-failures.ts';
import type { Manifest } from './manifests.ts';

/** Which object is meant. */
export interface Address {
  readonly kind: Manifest['kind'];
  readonly namespace: string;
  readonly name: string;
}

const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().default(''),
});

const TrainerStatus = z.object({
  progressPercentage: z.number().optional(),
  metrics: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  lastUpdatedTime: z.string().default(''),
});

/** What of a Job or a TrainJob is looked at. */
const Resource = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.object({ conditions: z.array(Condition).default([]), trainerStatus: TrainerStatus.nullish() }).prefault({}),
});
export type Resource = z.infer<typeof Resource>;

const ContainerState = z.object({
  terminated: z
    .object({ exitCode: z.number(), reason: z.string().default(''), message: z.string().default('') })
    .optional(),
  running: z.object({ startedAt: z.date() }).optional(),
  waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
});

const Pod = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.date() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().default(''),
      message: z.string().default(''),
      containerStatuses: z.array(z.object({ state: ContainerState.default({}) })).default([]),
    })
    .prefault({}),
});
export type Pod = z.infer<typeof Pod>;

export interface Cluster {
  /** False where an object of that name is there already. */
  create(manifest: Manifest): Promise<boolean>;
  /** Null where there is none. */
  read(address: Address): Promise<Resource | null>;
  /** Its pods go first; it is gone when `read` says so. */
  remove(address: Address): Promise<void>;
  pods(namespace: string, labels: string): Promise<Pod[]>;
}

// What the client takes where it finds no configuration.
const NOTHING_CONFIGURED = 'http://localhost:8080';
/** So short that the few requests of a look stay under the interval of a heartbeat. */
const LONGEST_REQUEST_MS = 8_000;

const kinds = {
  Job: { group: 'batch', version: 'v1', plural: 'jobs' },
  TrainJob: { group: 'trainer.kubeflow.org', version: 'v1alpha1', plural: 'trainjobs' },
} as const;

/**
 * The cluster of KUBECONFIG or ~/.kube/config, or the one that this process runs in.
 * @throws {PermanentError} `InvalidConfig` where there is none
 */
export async function openCluster(): Promise<Cluster> {
  // Loaded by the first run that needs it: it takes 70 MB and a third of a second.
  const { CoreV1Api, CustomObjectsApi, KubeConfig, ServerConfiguration, createConfiguration } =
    await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === NOTHING_CONFIGURED) throw nothingConfigured();
  const client = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [timeLimit],
  });
  return clusterOf(new CustomObjectsApi(client), new CoreV1Api(client));
}

/** The client waits for ever if it is let. */
const timeLimit: Middleware = {
  pre: (context) => {
    context.setSignal(AbortSignal.timeout(LONGEST_REQUEST_MS));
    return Promise.resolve(context);
  },
  post: (context) => Promise.resolve(context),
};

function nothingConfigured(): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    'The trainer "kubernetes" found no cluster: run the training worker in a pod with a service account token ' +
      '(deploy/kubernetes/training.yaml), or set KUBECONFIG where it runs.',
  );
}

function clusterOf(objects: CustomObjectsApi, core: CoreV1Api): Cluster {
  return {
    async create(manifest) {
      const { namespace } = manifest.metadata;
      const asked: Asked = { verb: 'create', ...kinds[manifest.kind], namespace };
      // Strict: a field that the server does not know is an error, and not left out without a word.
      const request = { ...kinds[manifest.kind], namespace, body: manifest, fieldValidation: 'Strict' };
      const created = await answer(asked, 409, (): Promise<unknown> => objects.createNamespacedCustomObject(request));
      return created !== null;
    },
    async read({ kind, namespace, name }) {
      const request = { ...kinds[kind], namespace, name };
      const asked: Asked = { verb: 'get', ...kinds[kind], namespace };
      const found = await answer(asked, 404, (): Promise<unknown> => objects.getNamespacedCustomObject(request));
      return found === null ? null : Resource.parse(found);
    },
    async remove({ kind, namespace, name }) {
      const request = { ...kinds[kind], namespace, name, propagationPolicy: 'Foreground' };
      const asked: Asked = { verb: 'delete', ...kinds[kind], namespace };
      await answer(asked, 404, () => objects.deleteNamespacedCustomObject(request));
    },
    async pods(namespace, labelSelector) {
      const asked: Asked = { verb: 'list', group: '', plural: 'pods', namespace };
      const list = await answer(asked, null, () => core.listNamespacedPod({ namespace, labelSelector }));
      return (list?.items ?? []).map((pod) => Pod.parse(pod));
    },
  };
}

/** Null for the status that is an answer like any other; every other refusal throws. */
async function answer<T>(asked: Asked, expected: number | null, request: () => Promise<T>): Promise<T | null> {
  try {
    return await request();
  } catch (error) {
    if (expected !== null && answerCode(error) === expected) return null;
    throw clusterFailure(asked, error);
  }
}
