// A whole campaign that takes seconds: symbolic sentences, a tiny self-made model as proxy and student, a folder as store.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore } from '../../adapters/store/open.ts';
import { connectCampaigns, type Campaigns } from '../../adapters/temporal/campaigns.ts';
import type { AnsweringConfig, CampaignConfig } from '../../contracts/campaign.ts';
import { startStack, type Stack } from '../../workers/stack.ts';
import { writeTinyGguf } from './tiny-gguf.ts';

export interface TinyWorld {
  readonly folder: string;
  readonly model: string;
  readonly stack: Stack;
  readonly campaigns: Campaigns;
}

/** A folder with a tiny model in it, which goes away with the test. */
export async function makeTinyWorld(test: Pick<TestContext, 'after'>): Promise<Pick<TinyWorld, 'folder' | 'model'>> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-campaign-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const model = join(folder, 'tiny.gguf');
  await writeTinyGguf(model);
  await mkdir(join(folder, 'state'));
  return { folder, model };
}

/** A stack on the folder's state: its own server, database and workers. The caller stops it, unless the test does. */
export async function startTinyStack(
  test: Pick<TestContext, 'after'>,
  { folder, model }: Pick<TinyWorld, 'folder' | 'model'>,
  gradientWorkers = 1,
): Promise<TinyWorld> {
  const stack = await startStack({ stateFolder: join(folder, 'state'), gradientWorkers, onEvent: () => {} });
  const campaigns = await connectCampaigns(stack, openStore, 30);
  test.after(async () => {
    await campaigns.close();
    await stack.stop();
  });
  return { folder, model, stack, campaigns };
}

/** kill -9 of every worker and of the Temporal server, at once. */
export async function killEverything({ stack }: Pick<TinyWorld, 'stack'>): Promise<void> {
  for (const pid of Object.values(stack.processes())) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  await stack.stop();
}

/** One answer a row, the likeliest. */
export const greedily: AnsweringConfig = {
  samples: 1,
  sampling: { temperature: 0, topP: 1, maxTokens: 512 },
  by: 'task',
};

export function tinyCampaign({ folder, model }: Pick<TinyWorld, 'folder' | 'model'>, name: string): CampaignConfig {
  return {
    name,
    task: 'nli',
    seed: 7,
    store: { kind: 'directory', path: join(folder, `store-${name}`) },
    seeds: [{ kind: 'symbolic', slices: ['hypernyms', 'negation'], count: 24 }],
    benchmarks: [
      {
        name: 'same',
        distribution: 'in',
        answering: greedily,
        sources: [{ kind: 'symbolic', slices: ['hypernyms', 'negation'], count: 16 }],
      },
      {
        name: 'dates',
        distribution: 'out',
        answering: greedily,
        sources: [{ kind: 'symbolic', slices: ['ood-dates'], count: 16 }],
      },
    ],
    rounds: 2,
    generators: [{ kind: 'symbolic', name: 'rules', slices: ['quantifiers', 'voice', 'comparatives'], count: 48 }],
    filters: {
      prompt: { least: 1, most: 8000 },
      completion: { least: 1, most: 40000 },
      language: null,
      nearDuplicates: null,
      judge: null,
    },
    decontamination: { profile: 'prismatic', semantic: null },
    sketch: { proxy: model, p: 8, seed: 1, target: 'text', tokenBudget: 1024, shardRows: 8 },
    selection: { method: 'sparse-clusters', clusterShare: 0.2, sparseShare: 0.5, accept: 12, audit: 4 },
    student: {
      kind: 'embedded',
      model,
      method: { kind: 'lora', rank: 2, alpha: 4, layers: 2 },
      epochs: 4,
      batchSize: 8,
      learningRate: 0.01,
      schedule: 'cosine',
      warmupShare: 0.1,
      weightDecay: 0,
      clipNorm: 1,
      packing: false,
      checkpointEverySteps: 2,
    },
    stop: { gVendi: null, gain: null },
    budget: { tokens: null, softTokens: null, cost: null, softCost: null },
    prices: null,
    prompts: {},
  };
}
