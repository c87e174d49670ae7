// What the deployment files repeat from the source must still be what the source says.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { searchAttributeTypes } from '../../contracts/search-attributes.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const read = (file: string): string => readFileSync(join(deploy, file), 'utf8');
const workers = ['control', 'gradients', 'llm', 'training'];
const manifests = readdirSync(join(deploy, 'kubernetes'));
const compose = parse(read('compose.yaml'), { merge: true });
const attributes = Object.entries(searchAttributeTypes);

describe('the deployment files', () => {
  it('start each worker by a file that exists', () => {
    for (const worker of workers) {
      const command = ['node', '--import', 'tsx', `workers/${worker}.ts`];
      assert.deepEqual(compose.services[worker].command, command);
      const { containers } = parse(read(`kubernetes/${worker}.yaml`)).spec.template.spec;
      assert.deepEqual(containers[0].args, command);
      assert.ok(existsSync(join(deploy, '..', `workers/${worker}.ts`)), `workers/${worker}.ts`);
    }
  });

  it('register the search attributes of contracts', () => {
    const flag = '--search-attribute=';
    const registered = compose.services.temporal.command.filter((part: string) => part.startsWith(flag));
    assert.deepEqual(
      registered,
      attributes.map(([name, type]) => `${flag}${name}=${type}`),
    );
    const text = read('README.md').replace(/\\\n/g, ' ').replace(/\s+/g, ' ');
    for (const [name, type] of attributes) assert.ok(text.includes(`--name ${name} --type ${type}`), name);
  });

  it('know the same settings in compose and in Kubernetes', () => {
    const inTemplate = read('env.template').match(/^[A-Z][A-Z0-9_]*(?==)/gm) ?? [];
    const [settings, secret] = parseAllDocuments(read('kubernetes/settings.yaml')).map((document) => document.toJS());
    assert.deepEqual([...Object.keys(settings.data), ...Object.keys(secret.stringData)].sort(), [...inTemplate].sort());
  });

  it('publish ports on loopback only', () => {
    for (const { ports = [] } of Object.values<{ ports?: string[] }>(compose.services)) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    }
  });

  it('give a pod longer to stop than compose gives a container', () => {
    for (const worker of workers) {
      const { terminationGracePeriodSeconds } = parse(read(`kubernetes/${worker}.yaml`)).spec.template.spec;
      assert.ok(terminationGracePeriodSeconds >= parseInt(compose.services[worker].stop_grace_period, 10), worker);
    }
  });

  it('list every manifest in the kustomization', () => {
    const { resources } = parse(read('kubernetes/kustomization.yaml'));
    assert.deepEqual([...resources, 'kustomization.yaml'].sort(), manifests.sort());
  });

  it('let the training worker alone talk to the cluster, under the account that has the role', () => {
    const documents = parseAllDocuments(read('kubernetes/trainer-role.yaml')).map((document) => document.toJS());
    const byKind = Object.fromEntries(documents.map((document) => [document.kind, document]));
    const { RoleBinding: binding } = byKind;
    assert.equal(binding.roleRef.name, byKind['Role'].metadata.name);
    assert.equal(binding.subjects[0].name, byKind['ServiceAccount'].metadata.name);
    for (const worker of workers) {
      const pod = parse(read(`kubernetes/${worker}.yaml`)).spec.template.spec;
      const isTraining = worker === 'training';
      assert.equal(pod.automountServiceAccountToken, isTraining, worker);
      assert.equal(pod.serviceAccountName === binding.subjects[0].name, isTraining, worker);
    }
  });
});
