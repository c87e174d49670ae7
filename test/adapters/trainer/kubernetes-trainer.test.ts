import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TrainingProgress, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import { createKubernetesTrainer } from '../../../adapters/trainer/kubernetes/kubernetes-trainer.ts';
import type { KubernetesTrainerConfig } from '../../../contracts/trainers.ts';
import { KubernetesApi, kubeconfigOf } from '../../helpers/kubernetes-api.ts';
import { KubernetesController, tell } from '../../helpers/kubernetes-controller.ts';
import { wholeWeights } from '../../helpers/scripted-runs.ts';

const program = fileURLToPath(new URL('../../helpers/scripted-trainer.mjs', import.meta.url));
const runKey = 'a'.repeat(64);
const kubeconfigBefore = process.env['KUBECONFIG'];
let root: string;
let shared: string;
let api: KubernetesApi;
let controller: KubernetesController;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-kubernetes-'));
});
after(async () => {
  if (kubeconfigBefore === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = kubeconfigBefore;
  await rm(root, { recursive: true });
});

beforeEach(async () => {
  shared = await mkdtemp(join(root, 'claim-'));
  api = new KubernetesApi('students');
  controller = new KubernetesController(api, shared);
  await useCluster(kubeconfigOf(await api.listen()));
});
afterEach(async () => {
  await controller.close();
  await api.close();
});

async function useCluster(kubeconfig: string): Promise<void> {
  const file = join(shared, 'kubeconfig.json');
  await writeFile(file, kubeconfig);
  process.env['KUBECONFIG'] = file;
}

function configOf(plan: string, more: Partial<KubernetesTrainerConfig> = {}, options: readonly string[] = []) {
  const command = [
    process.execPath,
    program,
    `--plan=${plan}`,
    '--train={{train_file}}',
    '--output={{output_dir}}',
    '--resume={{?resume_checkpoint}}',
    '--seed={{seed}}',
    ...options,
  ];
  const config: KubernetesTrainerConfig = {
    kind: 'kubernetes',
    model: 'org/model',
    template: null,
    command,
    settings: {},
    dataFormat: 'prompt-completion',
    environment: {},
    resource: 'Job',
    namespace: 'students',
    image: 'registry.example.com/trl:1',
    runtime: 'torch-distributed',
    nodes: 1,
    resources: { 'nvidia.com/gpu': '8', memory: '64Gi' },
    claim: 'trainings',
    sharedFolder: shared,
    deadlineMinutes: 90,
    stallMinutes: 120,
    attempts: 3,
    ...more,
  };
  return config;
}

function start(config: KubernetesTrainerConfig): Promise<TrainingRun> {
  const examples = [
    { prompt: 'one', completion: 'eins' },
    { prompt: 'two', completion: 'zwei' },
  ];
  const store = {} as TrainingSpecification['store'];
  // A trainer of its own each time, as after a restart of the worker.
  return createKubernetesTrainer({ lookSeconds: 0 }).start({ runKey, trainer: config, examples, seed: 42, store });
}

async function pollUntil(run: TrainingRun, done: (progress: TrainingProgress) => boolean): Promise<TrainingProgress> {
  for (let tries = 0; tries < 1200; tries++) {
    const progress = await run.poll();
    if (done(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the run did not get there within 30 s');
}

const ended = ({ state }: TrainingProgress): boolean => state !== 'running';
const runRoot = (): string => join(shared, 'diffract-training', runKey);
const names = (): string[] => [...api.objects.values()].map(({ metadata }) => metadata.name);

/** The cluster takes the Job, and no pod of it ever runs. */
function withoutNodes(): void {
  api.onCreate = () => undefined;
}

for (const resource of ['Job', 'TrainJob'] as const) {
  describe(`a run as a ${resource} of a cluster`, () => {
    it('gets its data by the paths of the pods, reports steps and gives the model files', async () => {
      const run = await start(configOf('success', { resource }));
      const progress = await pollUntil(run, ended);
      assert.deepEqual(progress, { state: 'succeeded', step: 20, totalSteps: 20, loss: 0.5, failure: null });
      const student = await run.collect();
      assert.deepEqual([student.form, student.steps, student.firstLoss, student.lastLoss], ['folder', 20, 10, 0.5]);
      assert.deepEqual(
        student.files.map(({ path }) => path),
        ['config.json', 'model.safetensors'],
      );
      const inPod = `/mnt/diffract/diffract-training/${runKey}`;
      assert.ok(controller.started[0]!.includes(`--train=${inPod}/data/train.jsonl`), controller.started[0]!.join(' '));
      assert.equal((await readFile(join(runRoot(), 'data', 'train.jsonl'), 'utf8')).trim().split('\n').length, 2);
    });

    it('goes on from the newest whole checkpoint after a crash, in an object of its own', async () => {
      const run = await start(configOf('crash:13,success', { resource }));
      assert.equal((await pollUntil(run, ended)).state, 'succeeded');
      const resumed = controller.started.map((command) => command.find((word) => word.startsWith('--resume=')));
      const checkpoint = `/mnt/diffract/diffract-training/${runKey}/output/checkpoint-10`;
      assert.deepEqual(resumed, [undefined, `--resume=${checkpoint}`]);
      assert.deepEqual(
        names().map((name) => name.at(-1)),
        ['1', '2'],
      );
    });

    it('fails after its last attempt with the end of the log, but without the secrets in it', async () => {
      process.env['DIFFRACT_TEST_SECRET'] = 'illegal memory';
      const environment = { SECRET: 'env:DIFFRACT_TEST_SECRET' };
      const run = await start(configOf('crash:3', { resource, attempts: 2, environment }));
      const { state, failure } = await pollUntil(run, ended);
      assert.equal(state, 'failed');
      assert.match(failure!, /attempt 2 of 2 failed \(\w+\): .*Pod diffract-.* exited with 3\..*an \[secret\] access/s);
      await assert.rejects(run.collect(), { type: 'TrainingFailed', message: /attempt 2 of 2/ });
    });

    it('is tried afresh when it is started again after it failed', async () => {
      await pollUntil(await start(configOf('crash:7', { resource, attempts: 1 })), ended);
      const again = await start(configOf('success', { resource, attempts: 1 }));
      assert.equal((await pollUntil(again, ended)).state, 'succeeded');
      assert.match(controller.started[1]!.join(' '), /--resume=\S+checkpoint-5/);
    });

    it('is adopted by the next worker, not started a second time', async () => {
      await start(configOf('success', { resource }, ['--step-ms=20']));
      const run = await start(configOf('success', { resource }));
      assert.equal((await pollUntil(run, ended)).state, 'succeeded');
      assert.equal(controller.started.length, 1);
    });

    it('is cancelled with its pods, and goes on when it is started again', async () => {
      const config = configOf('success', { resource }, ['--step-ms=60']);
      const run = await start(config);
      await pollUntil(run, ({ step }) => step >= 6);
      await run.cancel();
      assert.deepEqual([api.objects.size, api.deletions], [0, ['Foreground']]);
      assert.match((await run.poll()).failure!, /cancelled/);
      const again = await start(configOf('success', { resource }));
      assert.equal((await pollUntil(again, ended)).state, 'succeeded');
      assert.match(controller.started[1]!.join(' '), /--resume=\S+checkpoint-5/);
    });
  });
}

describe('a run in a cluster that breaks', () => {
  it('is not begun again by its own name when a pod is evicted, and the new pod finds the newest checkpoint', async () => {
    const template = { template: 'trl', settings: { max_steps: 20 } } as const;
    const run = await start(configOf('stall:13,success', template, ['--config={{config_file}}']));
    await pollUntil(run, ({ step }) => step === 12);
    const [name] = names();
    assert.match(await readFile(join(runRoot(), 'config.yaml'), 'utf8'), /resume_from_checkpoint: .*checkpoint-10/);
    await controller.evict(name!);
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.deepEqual([controller.started.length, names()], [2, [name]]);
  });

  it('is not tried again when its arguments are wrong', async () => {
    const command = [process.execPath, '-e', 'console.error("usage: trl"); process.exit(2)'];
    const { failure } = await pollUntil(await start(configOf('', { command })), ended);
    assert.match(failure!, /failed \(PodFailurePolicy\).*exit code 2.*Cause: its arguments are wrong.*usage: trl/s);
    assert.equal(controller.started.length, 1);
  });

  it('is not tried again when the accelerator is too small', async () => {
    const script = 'console.error("torch.OutOfMemoryError: CUDA out of memory."); process.exit(1)';
    const { failure } = await pollUntil(
      await start(configOf('', { command: [process.execPath, '-e', script] })),
      ended,
    );
    assert.match(failure!, /Cause: the accelerator is out of memory/);
    assert.equal(controller.started.length, 1);
  });

  it('fails at its deadline without another try', async () => {
    withoutNodes();
    const run = await start(configOf('success'));
    tell(api.only(), 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
    assert.match((await run.poll()).failure!, /failed \(DeadlineExceeded\): Job was active longer/);
    assert.equal(api.objects.size, 1);
  });

  it('does not believe an exit of 0 that leaves nothing', async () => {
    const { failure } = await pollUntil(await start(configOf('lie')), ended);
    assert.match(failure!, /is complete for the cluster, but no whole weights in .*found nothing/);
    assert.equal(controller.started.length, 1);
  });

  it('gives a network file system time to show the weights', async () => {
    withoutNodes();
    const run = await start(configOf('success'));
    tell(api.only(), 'Complete', 'CompletionsReached', '');
    api.only().status.conditions[0].lastTransitionTime = new Date().toISOString();
    assert.equal((await run.poll()).state, 'running');
    await writeFile(join(runRoot(), 'output', 'model.safetensors'), wholeWeights('weights'));
    await writeFile(join(runRoot(), 'progress.jsonl'), '{"step":1,"total_steps":1,"loss":2}\n');
    assert.equal((await run.poll()).state, 'succeeded');
  });

  it('is ended when its loss is no number any more', async () => {
    withoutNodes();
    const run = await start(configOf('success'));
    const lines = [2, NaN, NaN].map((loss, at) => `{"step":${at + 1},"total_steps":9,"loss":${loss}}\n`);
    await writeFile(join(runRoot(), 'progress.jsonl'), lines.join(''));
    assert.match((await run.poll()).failure!, /diverged: from step 2 on the loss is no number/);
    assert.deepEqual(api.deletions, ['Foreground']);
  });

  it('is ended when its pod cannot start for long, with the reason', async () => {
    withoutNodes();
    const run = await start(configOf('success'));
    const { name, labels } = api.only().metadata;
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "diffract" not found' };
    const creationTimestamp = new Date(Date.now() - 5 * 60_000).toISOString();
    const metadata = { name: `${name}-x`, labels, ownerName: name, creationTimestamp };
    api.pods.push({ metadata, status: { phase: 'Pending', containerStatuses: [{ state: { waiting } }] } });
    assert.equal((await run.poll()).state, 'running');
    metadata.creationTimestamp = new Date(Date.now() - 11 * 60_000).toISOString();
    assert.match((await run.poll()).failure!, /cannot start: pod .*secret "diffract" not found/);
    assert.deepEqual(api.deletions, ['Foreground']);
  });

  it('is ended when nothing moves any more, and goes on in an attempt that begins when its pods are gone', async () => {
    const run = await start(configOf('stall:13,success', { stallMinutes: 0.05 }));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.deepEqual(api.deletions, ['Foreground']);
    assert.deepEqual([controller.started.length, names().map((name) => name.at(-1))], [2, ['2']]);
    assert.match(controller.started[1]!.join(' '), /--resume=\S+checkpoint-10/);
  });

  it('is not tried for ever when it stalls each time, and waiting for a node is no stall', async () => {
    const run = await start(configOf('stall:3', { stallMinutes: 0.05, attempts: 1 }));
    const { failure } = await pollUntil(run, ended);
    assert.match(failure!, /attempt 1 of 1 stalled: no progress for 0.05 minutes while its pods ran/);
    withoutNodes();
    const again = await start(configOf('success', { stallMinutes: 0.0001 }));
    const { name, labels } = api.only().metadata;
    const creationTimestamp = new Date(Date.now() - 60_000).toISOString();
    api.pods.push({
      metadata: { name: 'p', labels, ownerName: name, creationTimestamp },
      status: { phase: 'Pending' },
    });
    assert.equal((await again.poll()).state, 'running');
    assert.equal(api.deletions.length, 1);
  });

  it('shows no part of a secret where the log is cut', async () => {
    process.env['DIFFRACT_TEST_SECRET'] = 'open-sesame-now';
    const environment = { SECRET: 'env:DIFFRACT_TEST_SECRET' };
    // The log is shown from its 800th character before the end on, here the middle of the secret.
    const script = `process.stderr.write('${'x'.repeat(50)} open-sesame-now' + 'y'.repeat(795)); process.exitCode = 1`;
    const run = await start(configOf('', { command: [process.execPath, '-e', script], environment, attempts: 1 }));
    const { failure } = await pollUntil(run, ended);
    assert.match(failure!, /yyy/);
    assert.doesNotMatch(failure!, /now/);
  });

  it('begins another attempt when somebody deleted it, but not beside its last pods', async () => {
    withoutNodes();
    const run = await start(configOf('success'));
    const { name, labels } = api.only().metadata;
    const creationTimestamp = new Date().toISOString();
    api.pods.push({
      metadata: { name: 'p', labels, ownerName: name, creationTimestamp },
      status: { phase: 'Running' },
    });
    api.objects.clear();
    assert.equal((await run.poll()).state, 'running');
    assert.equal(api.objects.size, 0);
    api.pods.length = 0;
    assert.equal((await run.poll()).state, 'running');
    assert.equal(api.only().metadata.name, name.replace(/1$/, '2'));
  });
});

describe('a cluster that does not do as asked', () => {
  it('keeps the Job of somebody else that has the name', async () => {
    withoutNodes();
    await start(configOf('success'));
    api.only().metadata.labels['diffract/run'] = 'of-somebody-else';
    await rm(runRoot(), { recursive: true });
    await assert.rejects(start(configOf('success')), {
      type: 'TrainingFailed',
      message: /The Job "diffract-.*-1" in the namespace "students" is there already and is not of this run/,
    });
    assert.deepEqual(api.deletions, []);
  });

  it('may have made the Job without telling: it is adopted', async () => {
    await start(configOf('success', {}, ['--step-ms=20']));
    await rm(join(runRoot(), 'attempts'), { recursive: true });
    const run = await start(configOf('success'));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal(controller.started.length, 1);
  });

  it('was not asked yet when the worker died: the attempt is begun', async () => {
    await mkdir(join(runRoot(), 'attempts', '1'), { recursive: true });
    const run = await start(configOf('success'));
    assert.equal((await pollUntil(run, ended)).state, 'succeeded');
    assert.equal(api.only().metadata.name.at(-1), '1');
  });

  const outages = [
    ['breaks connections', 'reset', /no answer/],
    ['is overloaded', { code: 429, retryAfter: 7 }, /429/],
    ['is being restarted', { code: 503 }, /503/],
    ['forgot what a list was based on', { code: 410 }, /410/],
  ] as const;
  for (const [what, fault, message] of outages) {
    it(`${what} for a while: a failure that passes`, async () => {
      withoutNodes();
      const run = await start(configOf('success'));
      api.faults.push(fault);
      const asked = typeof fault === 'object' && 'retryAfter' in fault ? { retryAfterSeconds: fault.retryAfter } : {};
      await assert.rejects(run.poll(), { name: 'TransientError', message, ...asked });
      assert.equal((await run.poll()).state, 'running');
    });
  }

  it('is away altogether: a failure that passes', async () => {
    const run = await start(configOf('success', {}, ['--step-ms=20']));
    await api.close();
    await assert.rejects(run.poll(), { name: 'TransientError', message: /To get jobs.batch .* had no answer/ });
  });

  it('does not allow it: the verb and the resource are named', async () => {
    api.rules = api.rules.filter(({ resources }) => !resources.includes('jobs'));
    await assert.rejects(start(configOf('success')), {
      type: 'RequestRefused',
      message:
        /403: jobs.batch is forbidden: .* cannot create .* with the verb "create" on jobs.batch.*trainer-role.yaml/s,
    });
  });

  it('does not know the worker', async () => {
    await useCluster(kubeconfigOf(await restartedApi(), 'old-token'));
    await assert.rejects(start(configOf('success')), { type: 'RequestRefused', message: /401.*credentials/s });
  });

  it('has no Kubeflow Trainer', async () => {
    api.installed.delete('trainjobs');
    await assert.rejects(start(configOf('success', { resource: 'TrainJob' })), {
      type: 'RequestRefused',
      message: /404 page not found. *Is Kubeflow Trainer installed/,
    });
  });

  it('has no such namespace', async () => {
    await assert.rejects(start(configOf('success', { namespace: 'absent' })), {
      type: 'RequestRefused',
      message: /namespaces "absent" not found/,
    });
  });

  it('refuses what the campaign file says', async () => {
    await assert.rejects(start(configOf('success', { resources: { memory: 'plenty' } })), {
      type: 'RequestRefused',
      message: /422: Job.*is invalid.*resources.*Mend the trainer's settings/s,
    });
  });

  it('is not configured anywhere', async () => {
    await useCluster('{"apiVersion":"v1","kind":"Config"}');
    await assert.rejects(start(configOf('success')), { type: 'InvalidConfig', message: /found no cluster/ });
  });

  it('shares no claim with the worker', async () => {
    await assert.rejects(start(configOf('success', { sharedFolder: join(shared, 'absent') })), {
      type: 'InvalidConfig',
      message: /sharedFolder: there is no .*absent on the training worker. Mount the claim "trainings" there/,
    });
  });
});

describe('a run that reports by the cluster', () => {
  it('counts in hundredths while no file on the claim says more', async () => {
    withoutNodes();
    const run = await start(configOf('success', { resource: 'TrainJob' }));
    api.only().status = {
      trainerStatus: { progressPercentage: 45, metrics: [{ name: 'loss', value: '0.75' }], lastUpdatedTime: 'now' },
    };
    assert.deepEqual(await run.poll(), { state: 'running', step: 45, totalSteps: 100, loss: 0.75, failure: null });
  });
});

describe('the role of the training worker', () => {
  it('holds every verb that a run needs, and no other', async () => {
    for (const resource of ['Job', 'TrainJob'] as const) {
      const run = await start(configOf('success', { resource }, ['--step-ms=50']));
      await run.poll();
      await run.cancel();
      await rm(runRoot(), { recursive: true });
    }
    const granted = api.rules.flatMap(({ resources, verbs }) => verbs.map((verb) => `${verb} ${resources[0]!}`));
    assert.deepEqual([...new Set(api.asked)].sort(), granted.sort());
  });
});

async function restartedApi(): Promise<string> {
  await api.close();
  api = new KubernetesApi('students');
  return api.listen();
}
