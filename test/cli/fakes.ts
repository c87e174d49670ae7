// A command line without a world: scripted campaigns, a clock that sleeping moves, a terminal that remembers.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignView, Campaigns } from '../../adapters/temporal/campaigns.ts';
import type { ChatExample, ModelRuntime } from '../../activities/ports/models.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import { createDataServices } from '../../cli/data-services.ts';
import { createStoreServices } from '../../cli/store-services.ts';
import { runCommandLine } from '../../cli/program.ts';
import type { LocalStack, Services } from '../../cli/services.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { TransientError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../../core/diversity/row-matrix.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import { taskNamed } from '../../tasks/registry.ts';
import { inventedStatus } from '../core/report/invented-campaign.ts';

export interface World {
  readonly services: Services;
  /** What was asked of campaigns and stacks, in order. */
  readonly calls: string[];
  readonly interrupt: AbortController;
  run(...commandLine: string[]): Promise<{ code: number; output: string; messages: string }>;
}

export const running: CampaignView = {
  ...inventedStatus,
  round: 1,
  progress: { stage: 'sketch', done: 0, total: 100, startedAt: 0, child: null },
  history: [],
  scores: [],
  means: null,
  timings: [],
  report: null,
  outcome: null,
  state: 'running',
  failure: null,
};

export const completed: CampaignView = {
  ...inventedStatus,
  report: { kind: 'report', manifest: 'ef'.repeat(32), rows: 0, bytes: 10 },
  state: 'completed',
  failure: null,
};

/** `views` are the answers of the status query, the last one for ever; an Error among them is thrown. */
export function createWorld(
  views: readonly (CampaignView | Error)[] = [running, completed],
  change: Partial<Services> = {},
  campaignsChange: Partial<Campaigns> = {},
): World {
  const calls: string[] = [];
  const interrupt = new AbortController();
  const stateFolder = mkdtempSync(join(tmpdir(), 'diffract-cli-'));
  let [time, asked] = [0, 0];
  const say = (text: string): Promise<void> => Promise.resolve(void calls.push(text));
  const campaigns: Campaigns = {
    start: (config) =>
      say(`start ${config.name}`).then(() => ({ workflowId: `campaign-${config.name}`, adopted: false })),
    list: () =>
      Promise.resolve([
        {
          ...{ campaign: completed.campaign, state: 'completed', outcome: 'completed', round: 3, stage: 'report' },
          ...{ waiting: null, trouble: null, startedAt: '2026-01-01T00:00:00.000Z' },
        },
      ]),
    async status(name) {
      const view = views[Math.min(asked++, views.length - 1)] ?? completed;
      if (view instanceof Error) throw view;
      return { ...view, campaign: name };
    },
    liveProgress: () => Promise.resolve({ done: Math.min(100, 7 * asked), total: 100, trouble: null }),
    pause: (name, reason) => say(`pause ${name}: ${reason}`),
    resume: (name) => say(`resume ${name}`),
    setBudget: (name, change) => say(`setBudget ${name} ${JSON.stringify(change)}`),
    stop: (name, how) => say(`stop ${name}${how?.now === true ? ' now' : ''}`),
    result: () => Promise.resolve(completed),
    storeOf: () => Promise.resolve({ kind: 'directory', path: join(stateFolder, 'store') }),
    readFile: (_, __, path) => Promise.resolve(new TextEncoder().encode(`contents of ${path}`)),
    close: () => say('close'),
    ...campaignsChange,
  };
  const stack: LocalStack = {
    address: '127.0.0.1:1',
    namespace: 'default',
    uiAddress: 'http://127.0.0.1:2',
    stop: () => say('stop stack'),
  };
  const services: Services = {
    environment: { TEMPORAL_ADDRESS: 'somewhere:7233' },
    stateFolder,
    task: taskNamed,
    promptFiles,
    probeEndpoint: () => Promise.resolve([]),
    connectEvaluations: () => Promise.reject(new Error('no evaluations in this world')),
    connectStudies: () => Promise.reject(new Error('no studies in this world')),
    connect: ({ address }) => say(`connect ${address}`).then(() => campaigns),
    startStack: () => say('start stack').then(() => stack),
    openRuntime: () => Promise.reject(new Error('no model here')),
    ...createDataServices(stateFolder),
    ...createStoreServices(),
    openMatrixEngine: () => Promise.resolve({ ...plainEngine, close: () => Promise.resolve() }),
    readDataset: () => {
      throw new Error('no data here');
    },
    listModels: () =>
      Promise.resolve([{ name: 'smollm2-135m-instruct', license: 'l', source: 's', file: '/models/smollm2.gguf' }]),
    detectedLanguages: () => Promise.resolve(['en', 'de']),
    pullModel: (name) => Promise.resolve({ name, folder: `/models/${name}`, commit: null }),
    checkMachine: () => Promise.resolve([]),
    checkStore: () => Promise.resolve([]),
    now: () => time,
    sleep: async (seconds, signal) => {
      time += seconds;
      signal.throwIfAborted();
    },
    ...change,
  };
  return {
    services,
    calls,
    interrupt,
    async run(...commandLine) {
      let [output, messages] = ['', ''];
      const terminal: Terminal = {
        interactive: false,
        print: (text) => void (output += `${text}\n`),
        note: (text) => void (messages += `${text}\n`),
        progress: () => undefined,
      };
      const code = await runCommandLine(commandLine, { services, terminal, signal: interrupt.signal });
      return { code, output, messages };
    },
  };
}

export const unreachable = (): Promise<never> => Promise.reject(new TransientError('No Temporal server answers'));

/**
 * Sketches and embeddings are unit vectors: one direction for each first letter of the prompt. A prompt `none` has no gradient.
 * @param onSketch - told of every prompt before its sketch is given out
 */
export function fakeRuntime(
  onSketch: (prompt: string) => void = () => undefined,
): ModelRuntime & { close(): Promise<void> } {
  const identity = { model: 'fake', weights: 'w', config: 'f', tokenizer: 't', template: 'c' };
  return {
    identify: () => Promise.resolve(identity),
    openScorer: () => Promise.reject(new Error('not here')),
    openEmbedder: (model) =>
      Promise.resolve({
        identity: { model, weights: 'e', tokenizer: 'b', maximumLength: 16 },
        dimension: 26,
        embed: (texts) => Promise.resolve(letterRows(texts, 26)),
      }),
    openSketcher: (_, { p }) =>
      Promise.resolve({
        identity,
        specification: `fake p=${p}`,
        dimension: p * p,
        async *sketch(examples: readonly ChatExample[], signal: AbortSignal) {
          for (const [position, { prompt }] of examples.entries()) {
            signal.throwIfAborted();
            onSketch(prompt);
            const sketch = new Float32Array(p * p);
            sketch[prompt.charCodeAt(0) % (p * p)] = 1;
            yield [
              {
                position,
                result:
                  prompt === 'none'
                    ? { sketch: null, excluded: 'zero-gradient', loss: 1, tokens: 3, truncated: 0 }
                    : { sketch, excluded: null, loss: 1, tokens: 3, truncated: 0 },
              },
            ];
          }
        },
      }),
    close: () => Promise.resolve(),
  };
}

function letterRows(texts: readonly string[], dimension: number): RowMatrix {
  const values = new Float32Array(texts.length * dimension);
  texts.forEach((text, row) => (values[row * dimension + (text.charCodeAt(0) % dimension)] = 1));
  return { values, count: texts.length, dimension };
}
