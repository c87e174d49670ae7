// Requests per second through the whole generate path: a fan-out on a real Temporal server, a real language-model worker, a
// store in a folder, the response log and the ledger, against a server in a process of its own that answers at once.
//   node --import tsx bench/generate.bench.ts [REQUESTS] [REPEATS] [PYTHON PEER ...]
// Peers are scripts of bench/peers/ with the Python that has them, as in /opt/dd/bin/python=data_designer_peer.py

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Client } from '@temporalio/client';
import { writeRows } from '../activities/rows.ts';
import { openStore } from '../adapters/store/open.ts';
import { connectTemporal } from '../adapters/temporal/connect.ts';
import type { ChunkedSummary, GenerateJob } from '../contracts/chunked-jobs.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import type { CampaignContext } from '../contracts/campaign.ts';
import { TaskQueue } from '../contracts/queues.ts';
import type { Sample } from '../contracts/samples.ts';
import { keepServer } from '../workers/kept-server.ts';
import { keepWorker } from '../workers/kept-worker.ts';
import { spread } from './sketch-engine.ts';

const requests = Number(process.argv[2] ?? 20_000);
const repeats = Number(process.argv[3] ?? 3);
const peers = process.argv.slice(4);

const folder = await mkdtemp(join(tmpdir(), 'diffract-bench-'));
const server = await startServer();
const settings = { stateFolder: folder, onEvent: () => undefined };
await mkdir(join(folder, 'logs'));
const temporal = await keepServer(settings);
const address = { address: temporal.address, namespace: 'default' };
const workers = (['control', 'llm'] as const).map((name) => keepWorker({ name, index: 0 }, address, settings));
const { client, close } = await connectTemporal(address, 30);
try {
  print(`${requests} requests, ${availableParallelism()} cores; CPU without the server that is asked`);
  await generate(client, 'warm-up', 1_000);
  const results = new Map<string, Measured[]>();
  for (let repeat = 1; repeat <= repeats; repeat++) {
    note(results, 'diffract', await generate(client, `repeat-${repeat}`, requests));
    for (const peer of peers) note(results, peer.split('=')[1] ?? '', await runPeer(peer));
  }
  for (const [name, measured] of results) {
    const [rates, milliseconds, cpu] = [
      measured.map(({ wall }) => requests / wall),
      measured.map(({ wall }) => (1000 * wall) / requests),
      measured.map(({ processor }) => (1000 * processor) / requests),
    ].map(spread);
    print(`${name}: ${rates} requests/s; ${milliseconds} ms a request; ${cpu} CPU ms a request`);
  }
} finally {
  await close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await temporal.stop();
  server.child.kill();
  await rm(folder, { recursive: true, force: true });
}

interface Measured {
  /** Seconds. */
  readonly wall: number;
  /** CPU seconds. */
  readonly processor: number;
}

function note(results: Map<string, Measured[]>, name: string, measured: Measured): void {
  results.set(name, [...(results.get(name) ?? []), measured]);
  print(`${name}: ${measured.wall.toFixed(1)} s, ${measured.processor.toFixed(1)} CPU s`);
}

/** From the start of the fan-out to its assembled result. */
async function generate({ workflow }: Client, name: string, count: number): Promise<Measured> {
  const job = await jobOf(name, count);
  const [before, busy, started] = [await answered(), await processorSeconds(), performance.now()];
  const outcome = (await workflow.execute('fanOut', {
    taskQueue: TaskQueue.Control,
    workflowId: `bench-${name}`,
    args: [{ job, paused: false, allowance: { tokens: null, cost: null } }],
  })) as StageOutcome<ChunkedSummary>;
  const wall = (performance.now() - started) / 1000;
  const { output, summary } = outcome;
  if (output.rows !== count || summary.tokens.requests !== count) throw new Error(JSON.stringify(outcome));
  const used = Object.entries(await processorSeconds()).map(
    ([label, after]) => [label, after - (busy[label] ?? 0)] as const,
  );
  print(
    `${name}: ${count} drafts, ${(await answered()) - before} calls; CPU s: ` +
      used.map(([label, seconds]) => `${label} ${seconds.toFixed(1)}`).join(', '),
  );
  return { wall, processor: used.reduce((sum, [, seconds]) => sum + seconds, 0) };
}

async function jobOf(name: string, count: number): Promise<GenerateJob> {
  const location = { kind: 'directory', path: join(folder, `store-${name}`) } as const;
  const store = await openStore(location);
  const pool = await writeRows(
    store,
    'samples',
    Array.from({ length: 5_000 }, (_, index) => sampleOf(index)),
  );
  const poolSketches = await writeRows(store, 'sketches', []);
  const context: CampaignContext = { campaign: 'bench', task: 'math', seed: 1, store: location, prompts: {} };
  const endpoint = { model: 'zero', servers: [{ url: server.url, weight: 1 }], route: 'chat' } as const;
  const use = { endpoint, sampling: { temperature: 1, topP: 0.95, maxTokens: 2048 } };
  return {
    kind: 'generate',
    context,
    round: 1,
    pool,
    poolSketches,
    clusters: { ...poolSketches, kind: 'clusters' },
    generator: {
      kind: 'llm',
      name: 'writer',
      ...use,
      requests: count,
      perRequest: 2,
      fewShots: { count: 5, policy: 'pool' },
      structured: false,
      solver: { ...use, attempts: 3, agreement: 2 },
    },
    prices: { version: '1', currency: 'EUR', models: { zero: { input: 1, cached: 0.5, output: 2 } } },
  };
}

function sampleOf(index: number): Sample {
  const prompt = `A train leaves at ${index % 24}:00 and covers ${index} km at ${1 + (index % 97)} km/h. How long does it need?`;
  return {
    id: `seeds/${index}`,
    task: 'math',
    prompt,
    completion: `It needs ${index} / ${1 + (index % 97)} hours. ${'We check this by a second way. '.repeat(4)}\\boxed{1}`,
    answer: '1',
    group: 'travel',
    lineage: { origin: 'import', source: 'bench', generator: 'seeds', round: 0, fewShots: [] },
  };
}

async function startServer(): Promise<{ url: string; child: ChildProcess }> {
  const script = new URL('zero-latency-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url, child };
}

async function answered(): Promise<number> {
  return Number(await (await fetch(`${server.url}/requests`)).text());
}

/** CPU seconds of the processes that take part, by name; empty where there is no /proc. */
async function processorSeconds(): Promise<Record<string, number>> {
  const kept = [...workers, temporal].map((one) => one.process());
  const taking = Object.fromEntries(kept);
  const seconds: Record<string, number> = {};
  for (const [label, pid] of Object.entries(taking)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    seconds[label] = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
  }
  return seconds;
}

/** A peer asks the same server the same number of times; its last line says how long that took. */
async function runPeer(peer: string): Promise<Measured> {
  const [python = '', script = ''] = peer.split('=');
  const before = await answered();
  const child = spawn(python, [new URL(`peers/${script}`, import.meta.url).pathname, server.url, String(requests)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let result = '';
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('RESULT ')) result = line;
  const calls = (await answered()) - before;
  if (result === '') throw new Error(`${script} gave no result with ${python}, after ${calls} calls`);
  const { rows, wall, cpu } = JSON.parse(result.slice('RESULT '.length)) as { rows: number; wall: number; cpu: number };
  print(`${script}: ${rows} rows, ${calls} calls`);
  return { wall, processor: cpu };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
