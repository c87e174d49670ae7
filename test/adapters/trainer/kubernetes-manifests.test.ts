import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attemptManifest, type AttemptInput } from '../../../adapters/trainer/kubernetes/manifests.ts';
import { attemptName } from '../../../adapters/trainer/kubernetes/names.ts';
import type { KubernetesTrainerConfig } from '../../../contracts/trainers.ts';
import { problemOf, type Json } from '../../helpers/kubernetes-api.ts';

const runKey = '5'.repeat(64);
const config: KubernetesTrainerConfig = {
  kind: 'kubernetes',
  model: 'Qwen/Qwen2.5-Math-7B',
  template: 'trl',
  command: ['trl', 'sft', '--config', '{{config_file}}'],
  settings: {},
  dataFormat: 'prompt-completion',
  environment: { HF_HOME: '/mnt/diffract/cache', HF_TOKEN: 'env:HF_TOKEN' },
  resource: 'Job',
  namespace: 'students',
  image: 'registry.example.com/trl:1',
  runtime: 'torch-distributed',
  nodes: 1,
  resources: { 'nvidia.com/gpu': '8', memory: '640Gi' },
  claim: 'trainings',
  sharedFolder: '/trainings',
  deadlineMinutes: 90.5,
  stallMinutes: 120,
  attempts: 3,
};

function manifestOf(more: Partial<KubernetesTrainerConfig> = {}, attempt = 1): Json {
  const command = ['trl', 'sft', '--config', '/mnt/diffract/config.yaml'];
  const environment = { DIFFRACT_PROGRESS_FILE: '/mnt/diffract/progress.jsonl' };
  const input: AttemptInput = { config: { ...config, ...more }, runKey, attempt, command, environment };
  return JSON.parse(JSON.stringify(attemptManifest(input)));
}

describe('the manifest of an attempt', () => {
  it('is a Job that the schema of Kubernetes lets through, without an unknown field', () => {
    assert.equal(problemOf('jobs', manifestOf(), true), null);
  });

  it('is a TrainJob that the schema of Kubeflow Trainer lets through, without an unknown field', () => {
    assert.equal(problemOf('trainjobs', manifestOf({ resource: 'TrainJob', nodes: 4 }), true), null);
  });

  it('would be refused by those schemas with a field that they do not know, or of another type', () => {
    const misspelt = manifestOf();
    misspelt.spec.backofLimit = 3;
    assert.match(problemOf('jobs', misspelt, true)!, /additional.*backofLimit/);
    assert.equal(problemOf('jobs', misspelt, false), null);
    const mistyped = manifestOf({ resource: 'TrainJob' });
    mistyped.spec.trainer.numNodes = '4';
    assert.match(problemOf('trainjobs', mistyped, false)!, /numNodes.*integer/);
    const incomplete = manifestOf({ resource: 'TrainJob' });
    delete incomplete.spec.runtimeRef;
    assert.match(problemOf('trainjobs', incomplete, false)!, /runtimeRef/);
  });

  it('says when a Job ends and what a pod that ended means', () => {
    const { spec } = manifestOf();
    assert.deepEqual(
      [spec.backoffLimit, spec.activeDeadlineSeconds, spec.ttlSecondsAfterFinished, spec.podReplacementPolicy],
      [0, 5430, 86400, 'Failed'],
    );
    assert.deepEqual(spec.podFailurePolicy.rules, [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'trainer', operator: 'In', values: [2] } },
    ]);
    const pod = spec.template.spec;
    assert.equal(pod.containers[0].name, 'trainer');
    assert.deepEqual(
      [pod.restartPolicy, pod.terminationGracePeriodSeconds, pod.automountServiceAccountToken],
      ['Never', 120, false],
    );
  });

  it('mounts the claim at one place, in the pods of a TrainJob too', () => {
    const job = manifestOf().spec.template.spec;
    const [patch] = manifestOf({ resource: 'TrainJob' }).spec.runtimePatches;
    const trainJob = patch.trainingRuntimeSpec.template.spec.replicatedJobs[0].template.spec.template.spec;
    for (const { volumes, containers } of [job, trainJob]) {
      assert.deepEqual(volumes[0], { name: 'runs', persistentVolumeClaim: { claimName: 'trainings' } });
      assert.deepEqual(containers[0].volumeMounts[0], { name: 'runs', mountPath: '/mnt/diffract' });
    }
  });

  it('holds no secret: what the environment takes by env:NAME is a reference', () => {
    process.env['HF_TOKEN'] = 'hf_very-secret';
    for (const resource of ['Job', 'TrainJob'] as const) {
      const { spec } = manifestOf({ resource });
      const { env } = resource === 'Job' ? spec.template.spec.containers[0] : spec.trainer;
      assert.deepEqual(env, [
        { name: 'HF_HOME', value: '/mnt/diffract/cache' },
        { name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: 'diffract', key: 'HF_TOKEN' } } },
        { name: 'DIFFRACT_PROGRESS_FILE', value: '/mnt/diffract/progress.jsonl' },
      ]);
      assert.doesNotMatch(JSON.stringify(spec), /hf_very-secret/);
    }
    delete process.env['HF_TOKEN'];
  });

  it('is named by the run key and the attempt, in a DNS label that leaves room for the names of pods', () => {
    const name = attemptName(runKey, 100);
    assert.match(name, /^[a-z]([-a-z0-9]*[a-z0-9])?$/);
    assert.ok(`${name}-node-0-0-xxxxx`.length <= 63, name);
    assert.notEqual(attemptName(runKey, 1), attemptName(`${runKey}6`, 1));
    const { metadata } = manifestOf({}, 2);
    assert.equal(metadata.labels['app.kubernetes.io/managed-by'], 'diffract');
    assert.equal(metadata.labels['diffract/attempt'], '2');
    assert.equal(metadata.annotations['diffract/run-key'], runKey);
  });

  it('cannot be a Job of several nodes', () => {
    assert.throws(() => manifestOf({ nodes: 2 }), {
      type: 'InvalidConfig',
      message: /2 nodes of a Job.*resource: TrainJob/,
    });
  });
});
