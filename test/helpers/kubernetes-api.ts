// A Kubernetes API server for tests, as far as trainers use one: Jobs and TrainJobs of one namespace, and their pods. It
// answers in the words of the real one, lets through what the official schemas let through, and asks a Role before it acts.
// What nodes and controllers would do is told to it from outside: see kubernetes-controller.ts.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';

/** Whatever JSON may hold. */
export type Json = ReturnType<typeof JSON.parse>;

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly uid: string;
    readonly creationTimestamp: string;
    deletionTimestamp?: string;
  };
  readonly spec: Json;
  status: Json;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Refusal {
  readonly code: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** `hang`: no answer, ever; `reset`: the connection breaks. */
type Fault = 'hang' | 'reset' | Refusal;

const TOKEN = 'token-of-the-training-worker';
const kinds = {
  jobs: { kind: 'Job', group: 'batch', version: 'v1', schema: 'job' },
  trainjobs: { kind: 'TrainJob', group: 'trainer.kubeflow.org', version: 'v1alpha1', schema: 'train-job' },
} as const;
type Plural = keyof typeof kinds;

export class KubernetesApi {
  readonly objects = new Map<string, KubernetesObject>();
  readonly pods: Json[] = [];
  /** `verb plural` of every request, allowed or not. */
  readonly asked: string[] = [];
  /** Of every request to delete, its propagation policy. */
  readonly deletions: (string | null)[] = [];
  rules: readonly Rule[] = rulesOf('../../deploy/kubernetes/trainer-role.yaml');
  /** Kinds that the cluster has; TrainJobs come with Kubeflow Trainer. */
  readonly installed = new Set<Plural>(['jobs', 'trainjobs']);
  /** Met by the requests that come next, one each. */
  readonly faults: Fault[] = [];
  /** What an object waits for before it goes. */
  ending: Promise<void> = Promise.resolve();
  onCreate: (object: KubernetesObject) => void = () => undefined;
  onDelete: (object: KubernetesObject) => void = () => undefined;
  readonly namespace: string;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @throws when there is none, as a test that waits for it should */
  only(): KubernetesObject {
    const [object, ...others] = this.objects.values();
    if (!object || others.length > 0) throw new Error(`${this.objects.size} objects in the cluster`);
    return object;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const fault = this.faults.shift();
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    if (fault) {
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter));
      const message = 'the server is currently unable to handle the request';
      send(response, failure(fault.code, 'ServiceUnavailable', message));
      return;
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      send(response, failure(401, 'Unauthorized', 'Unauthorized'));
      return;
    }
    const url = new URL(request.url ?? '/', 'http://cluster');
    const [, group = '', namespace = '', plural = '', name = ''] =
      /^\/(?:apis\/([^/]+)\/[^/]+|api\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    const verb = verbOf(request.method, name);
    this.asked.push(`${verb} ${plural}`);
    if (!this.rules.some((rule) => allows(rule, verb, group, plural))) {
      send(response, forbidden(verb, group, plural, namespace, name));
      return;
    }
    if (plural === 'pods') {
      send(response, this.#list(url.searchParams.get('labelSelector') ?? ''));
      return;
    }
    if (!isKnown(plural) || kinds[plural].group !== group || !this.installed.has(plural)) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    if (verb === 'create') {
      send(response, this.#create(plural, namespace, JSON.parse(body), url.searchParams));
      return;
    }
    const found = this.objects.get(`${plural}/${name}`);
    if (namespace !== this.namespace || !found) {
      send(response, failure(404, 'NotFound', `${plural}.${group} "${name}" not found`));
      return;
    }
    if (verb === 'get') {
      send(response, { code: 200, body: found });
      return;
    }
    this.deletions.push(
      url.searchParams.get('propagationPolicy') ?? JSON.parse(body || '{}').propagationPolicy ?? null,
    );
    this.#delete(plural, found);
    send(response, { code: 200, body: found });
  }

  #create(plural: Plural, namespace: string, body: Json, query: URLSearchParams): Answer {
    const { kind, group, version } = kinds[plural];
    const name = String(body?.metadata?.name);
    if (namespace !== this.namespace) return failure(404, 'NotFound', `namespaces "${namespace}" not found`);
    if (body.kind !== kind || body.apiVersion !== `${group}/${version}` || body.metadata.namespace !== namespace) {
      return failure(400, 'BadRequest', 'the object does not match the request');
    }
    const problem = problemOf(plural, body, query.get('fieldValidation') === 'Strict');
    if (problem !== null) return failure(422, 'Invalid', `${kind}.${group} "${name}" is invalid: ${problem}`);
    const key = `${plural}/${name}`;
    if (this.objects.has(key)) return failure(409, 'AlreadyExists', `${plural}.${group} "${name}" already exists`);
    const metadata = { ...body.metadata, uid: randomUUID(), creationTimestamp: new Date().toISOString() };
    const object: KubernetesObject = { ...body, metadata, status: {} };
    this.objects.set(key, object);
    this.onCreate(object);
    return { code: 201, body: object };
  }

  #delete(plural: Plural, object: KubernetesObject): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    object.metadata.deletionTimestamp = new Date().toISOString();
    this.onDelete(object);
    void this.ending.then(() => {
      this.objects.delete(`${plural}/${object.metadata.name}`);
      const kept = this.pods.filter((pod) => pod.metadata.ownerName !== object.metadata.name);
      this.pods.splice(0, this.pods.length, ...kept);
    });
  }

  #list(selector: string): Answer {
    const wanted = selector.split(',').map((pair) => pair.split('='));
    const items = this.pods.filter((pod) => wanted.every(([name, value]) => pod.metadata.labels[name!] === value));
    return { code: 200, body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items } };
  }
}

/** What a client needs to find the server. */
export function kubeconfigOf(server: string, token = TOKEN): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'worker', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'worker' } }],
    'current-context': 'test',
  });
}

interface Answer {
  readonly code: number;
  readonly body: unknown;
}

function verbOf(method: string | undefined, name: string): string {
  if (method === 'GET') return name === '' ? 'list' : 'get';
  return method === 'POST' ? 'create' : String(method).toLowerCase();
}

function allows({ apiGroups, resources, verbs }: Rule, verb: string, group: string, plural: string): boolean {
  return apiGroups.includes(group) && resources.includes(plural) && verbs.includes(verb);
}

function forbidden(verb: string, group: string, plural: string, namespace: string, name: string): Answer {
  const what = group === '' ? plural : `${plural}.${group}`;
  const user = 'system:serviceaccount:diffract:diffract-training';
  return failure(
    403,
    'Forbidden',
    `${what}${name === '' ? '' : ` "${name}"`} is forbidden: User "${user}" cannot ${verb} resource "${plural}" ` +
      `in API group "${group}" in the namespace "${namespace}"`,
  );
}

function failure(code: number, reason: string, message: string): Answer {
  return { code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } };
}

function send(response: ServerResponse, { code, body }: Answer): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function isKnown(plural: string): plural is Plural {
  return plural in kinds;
}

function rulesOf(file: string): Rule[] {
  const documents = parseAllDocuments(readFileSync(new URL(file, import.meta.url), 'utf8'));
  return documents.map((document) => document.toJS()).find(({ kind }) => kind === 'Role').rules;
}

const validators = new Map<string, ValidateFunction>();

/** What the server would refuse the object for; null when nothing. */
export function problemOf(plural: Plural, object: Json, strict: boolean): string | null {
  const { name, labels = {} } = object.metadata;
  // RFC 1035, which a TrainJob asks for; a Job's pods need it too.
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return `metadata.name: Invalid value: "${name}"`;
  for (const [label, value] of Object.entries<string>(labels)) {
    if (!/^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/.test(value)) return `metadata.labels: ${label}: ${value}`;
  }
  const validate = validatorOf(plural, strict);
  if (validate(object)) return null;
  return (validate.errors ?? [])
    .map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`)
    .join('; ');
}

function validatorOf(plural: Plural, strict: boolean): ValidateFunction {
  const key = `${plural} ${strict}`;
  const known = validators.get(key);
  if (known) return known;
  const file = new URL(`../golden/kubernetes/${kinds[plural].schema}.schema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(strict ? closed(schema) : schema);
  validators.set(key, validate);
  return validate;
}

/** With strict validation a field that the schema does not name is an error. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const entries = Object.entries<Json>(schema).map(([key, value]) => {
    if (key !== 'properties') return [key, closed(value)];
    return [key, Object.fromEntries(Object.entries<Json>(value).map(([name, one]) => [name, closed(one)]))];
  });
  const whole = Object.fromEntries(entries);
  const isOpen =
    !('properties' in whole) || 'additionalProperties' in whole || whole['x-kubernetes-preserve-unknown-fields'];
  return isOpen ? whole : { ...whole, additionalProperties: false };
}
