// A finished campaign with invented numbers: what the tests of the report and of the command line's tables show.

import type { CampaignConfig } from '../../../contracts/campaign.ts';
import type { Estimate, MeanScore, Score } from '../../../contracts/scores.ts';
import type { CampaignStatus, Diversity, FunnelRow, RoundSummary } from '../../../contracts/status.ts';

export const inventedConfig: CampaignConfig = {
  name: 'invented',
  task: 'nli',
  seed: 7,
  store: { kind: 'directory', path: '/data/store' },
  seeds: [{ kind: 'symbolic', slices: ['negation'], count: 96 }],
  benchmarks: [],
  rounds: 3,
  generators: [{ kind: 'symbolic', name: 'rules', slices: ['negation'], count: 160 }],
  filters: {
    prompt: { least: 1, most: 8000 },
    completion: { least: 1, most: 40000 },
    language: null,
    nearDuplicates: { ngram: 5, buckets: 14, hashes: 8 },
    judge: null,
  },
  decontamination: { profile: 'open-r1', semantic: null },
  sketch: { proxy: 'smollm2-135m-instruct', p: 32, seed: 0, target: 'text', tokenBudget: 1024, shardRows: 32 },
  selection: { method: 'sparse-clusters', clusterShare: 0.1, sparseShare: 0.5, accept: 48, audit: 32 },
  stop: { gVendi: null, gain: null },
  budget: { tokens: null, softTokens: null, cost: null, softCost: null },
  prices: { version: '2026-11', currency: 'USD', models: { tiny: { input: 1, cached: 0.5, output: 2 } } },
  prompts: {},
};

export const inventedStatus: CampaignStatus = {
  campaign: 'invented',
  round: 3,
  rounds: 3,
  progress: { stage: 'report', done: 1, total: 1, startedAt: 0, child: null },
  waiting: null,
  history: [1, 2, 3].map(round),
  seedDiversity: diversity(17.2, 96),
  currency: 'USD',
  seedFunnel: [
    row('import', 'seeds', 96, { duplicate: 0 }),
    row('decontaminate', 'seeds', 96, { 'benchmark-copy': 2 }),
  ],
  scores: [
    score('nli-held-out', 'in', 0.52, 0.71, [0.08, 0.31]),
    score('ood-breaking-nli', 'out', 0.31, 0.44, [0.02, 0.24]),
    score('ood-hans-regenerated', 'out', 0.5, 0.48, [-0.1, 0.06]),
    score('ood-med', 'out', 0.46, 0.55, [-0.02, 0.2]),
  ],
  means: { in: mean(1, 0.52, 0.71), out: mean(3, 0.42, 0.49) },
  ungraded: null,
  tokens: { requests: 12, promptTokens: 4210, cachedTokens: 120, completionTokens: 1893, cost: 0.0079 },
  timings: [
    { stage: 'import', round: 0, seconds: 0.4, reused: true, rows: 96 },
    { stage: 'sketch', round: 0, seconds: 34.5, reused: false, rows: 96 },
    { stage: 'generate', round: 1, seconds: 22.1, reused: false, rows: 164 },
    { stage: 'sketch', round: 1, seconds: 52.2, reused: false, rows: 150 },
    { stage: 'train', round: 3, seconds: 181, reused: false, rows: 238 },
    { stage: 'evaluate', round: 3, seconds: 80.4, reused: false, rows: 192 },
  ],
  pool: { kind: 'samples', manifest: 'ab'.repeat(32), rows: 238, bytes: 52_000 },
  checkpoint: { kind: 'checkpoint', manifest: 'cd'.repeat(32), rows: 0, bytes: 4_000_000 },
  report: null,
  ending: null,
  outcome: 'completed',
};

function round(index: number): RoundSummary {
  const n = 94 + 48 * index;
  return {
    round: index,
    pool: diversity(15 + 2.5 * index, n - 48),
    accepted: diversity(19.1 + 0.8 * index, 48),
    random: diversity(16.2 + 0.3 * index, 48),
    poolAfter: diversity(18.4 + 2.5 * index, n),
    poolAfterRandom: diversity(17.1 + 1.7 * index, n),
    clusterSizes: Array.from({ length: 9 + 5 * index }, (_, cluster) => 2 + ((cluster * 7) % 19)),
    steering: {
      candidates: Array.from({ length: 9 + 5 * index }, (_, cluster) => (cluster * 5) % 7),
      accepted: Array.from({ length: 9 + 5 * index }, (_, cluster) => ((cluster * 5) % 7) >> 1),
      sparse: { clusters: 4 + 2 * index, pool: 30 + index, candidates: 48, accepted: 40, verifiedShare: 0.72 },
      dense: {
        clusters: 5 + 3 * index,
        pool: n - 78 - index,
        candidates: 61,
        accepted: 8,
        verifiedShare: index === 1 ? null : 0.91,
      },
      refused: 21,
      audited: index === 1 ? 0 : 21,
      unsketchable: 7 * (index - 1),
    },
    funnel: [
      row('parse', 'rules', 160, {}),
      row('deduplicate', 'rules', 160, { duplicate: 21 - 4 * index }),
      row('decontaminate', 'rules', 139 + 4 * index, { 'benchmark-copy': 3 }),
      row('verify', 'rules', 136 + 4 * index, { inconsistent: 1 }),
      row('select', 'rules', 135 + 4 * index, { 'dense-cluster': 60, 'quota-full': 27 + 4 * index }),
      row('generate', 'tiny-model', 5, { 'cut-short': 1 }),
      row('parse', 'tiny-model', 9, { 'no-fields': 6, 'cut-short': 2 }),
      row('deduplicate', 'tiny-model', 1, {}),
      row('verify', 'tiny-model', 1, { 'no-agreement': 1 }),
    ],
    tokens: { requests: 4, promptTokens: 1400, cachedTokens: 40, completionTokens: 631, cost: 0.0026 },
    seconds: 94.2 + index,
  };
}

function row(stage: string, generator: string, into: number, rejected: Readonly<Record<string, number>>): FunnelRow {
  const lost = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  return { stage, generator, in: into, kept: into - lost, rejected };
}

function diversity(gVendi: number, n: number): Diversity {
  return { gVendi, n, d: 1024, interval: [gVendi - 1.1, gVendi + 1.2] };
}

function score(
  benchmark: string,
  distribution: 'in' | 'out',
  before: number,
  after: number,
  difference: readonly [number, number],
): CampaignStatus['scores'][number] {
  const changed = { value: after - before, interval: difference };
  const differences = { accuracy: changed, 'macro-f1': changed, 'no-answer': { value: 0, interval: [0, 0] as const } };
  return { benchmark, distribution, n: 48, before: scoreOf(before), after: scoreOf(after), differences };
}

function scoreOf(value: number): Score {
  return {
    n: 48,
    samples: 1,
    main: 'accuracy',
    metrics: {
      accuracy: around(value),
      'macro-f1': around(value - 0.05),
      'no-answer': { value: 0, interval: [0, 0.07] },
    },
    groups: [
      { group: 'lexical', n: 30, score: around(value) },
      { group: 'numerals', n: 18, score: around(value - 0.1) },
    ],
    grader: 'diffract-nli/2',
    prompt: 'plain/1',
    merged: 0,
  };
}

function around(value: number): Estimate {
  return { value, interval: [value - 0.13, value + 0.13] };
}

function mean(benchmarks: number, before: number, after: number): MeanScore {
  const difference = { value: after - before, interval: [after - before - 0.1, after - before + 0.1] as const };
  return { benchmarks, first: around(before), second: around(after), difference };
}
