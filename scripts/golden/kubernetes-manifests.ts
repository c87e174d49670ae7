// Prints a JSON list of manifests as the kubernetes trainer makes them, for scripts/golden/kubernetes-validation.

import { attemptManifest } from '../../adapters/trainer/kubernetes/manifests.ts';
import type { KubernetesTrainerConfig } from '../../contracts/trainers.ts';

const config: KubernetesTrainerConfig = {
  kind: 'kubernetes',
  model: 'Qwen/Qwen2.5-Math-7B',
  template: 'trl',
  command: ['trl', 'sft', '--config', '{{config_file}}'],
  settings: {},
  dataFormat: 'prompt-completion',
  environment: { HF_HOME: '/mnt/diffract/cache', HF_TOKEN: 'env:HF_TOKEN' },
  resource: 'Job',
  namespace: 'default',
  image: 'registry.example.com/trl:1',
  runtime: 'torch-distributed',
  nodes: 1,
  resources: { 'nvidia.com/gpu': '8', memory: '640Gi', cpu: '64' },
  claim: 'trainings',
  sharedFolder: '/trainings',
  deadlineMinutes: 10080,
  stallMinutes: 120,
  attempts: 3,
};

const command = ['trl', 'sft', '--config', '/mnt/diffract/diffract-training/key/config.yaml'];
const environment = { DIFFRACT_PROGRESS_FILE: '/mnt/diffract/diffract-training/key/progress.jsonl' };
const manifests = [
  { ...config },
  { ...config, resource: 'TrainJob' as const },
  { ...config, resource: 'TrainJob' as const, nodes: 4 },
].map((one, at) => attemptManifest({ config: one, runKey: 'f'.repeat(64), attempt: at + 1, command, environment }));
process.stdout.write(`${JSON.stringify(manifests, null, 2)}\n`);
