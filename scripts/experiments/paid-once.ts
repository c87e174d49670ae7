// That nothing is paid twice, at full size: campaigns of thousands of requests against a server that misbehaves, some of them
// killed in the middle (kill -9 of every worker and of the Temporal server), beside one that nothing disturbed.
//   node --import tsx scripts/experiments/paid-once.ts [REQUESTS]

import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  assertConserved,
  billedTokens,
  chatCampaign,
  dataIn,
  durableAnswers,
  leftBehind,
  ledgerTokens,
  total,
  type LeftBehind,
} from '../../test/helpers/chat-campaign.ts';
import { startFaultyChatProcess, type FaultyChatProcess } from '../../test/helpers/faulty-chat-process.ts';
import { seededFaults, type Accounting, type SeededFault, type Tokens } from '../../test/helpers/seeded-chat-server.ts';
import { killEverything, makeTinyWorld, startTinyStack } from '../../test/helpers/tiny-campaign.ts';
import { bundleWorkflows } from '../bundle-workflows.ts';

const requests = Number(process.argv[2] ?? 2_000);
const server = { latencyMilliseconds: 100, places: 8 };
const share = 0.02;
/** Each hang costs its client the time-out of three seconds. */
const hangShare = 0.005;
const free: readonly SeededFault[] = ['throttled', 'throttled-with-wait', 'error', 'hang'];

interface Plan {
  readonly name: string;
  readonly faults: readonly SeededFault[];
  /** Kills everything once half of the answers of an undisturbed run are written. */
  readonly killed: boolean;
}

const plans: readonly Plan[] = [
  { name: 'undisturbed', faults: [], killed: false },
  { name: 'faults', faults: seededFaults, killed: false },
  { name: 'killed', faults: free, killed: true },
  { name: 'killed-faults', faults: seededFaults, killed: true },
];

interface Run extends LeftBehind {
  readonly name: string;
  readonly accounting: Accounting;
  readonly seconds: number;
  /** Answers written when all was dead, and those of them that the response log held; null where nobody was killed. */
  readonly kill: { readonly written: number; readonly durable: number } | null;
  readonly poolRows: number;
}

const cleanUps: (() => unknown)[] = [];
const lifetime = { after: (cleanUp?: unknown) => void cleanUps.unshift(cleanUp as () => unknown) };
try {
  await bundleWorkflows();
  let world = await startTinyStack(lifetime, await makeTinyWorld(lifetime));
  const runs: Run[] = [];
  for (const plan of plans) runs.push(await run(plan, runs[0] ?? null));
  report(runs);

  async function run({ name, faults, killed }: Plan, undisturbed: Run | null): Promise<Run> {
    const started = performance.now();
    const chat = await startServer(name, faults);
    const config = chatCampaign(world, name, { url: chat.url, requests });
    await world.campaigns.start(config);
    let kill: Run['kill'] = null;
    if (killed && undisturbed !== null) {
      const half = undisturbed.accounting.whole.requests / 2;
      while ((await chat.accounting()).whole.requests < half) await stillRunning(name);
      await killEverything(world);
      await wait(10 * server.latencyMilliseconds);
      const written = (await chat.accounting()).whole.requests;
      const hashes = undisturbed.ledger.map(({ requestHash }) => requestHash);
      kill = { written, durable: await durableAnswers(config, hashes) };
      world = await startTinyStack(lifetime, world);
    }
    const { state, failure, pool } = await world.campaigns.result(name);
    if (state !== 'completed') throw new Error(`Campaign ${name} ${state}: ${failure}`);
    const seconds = (performance.now() - started) / 1000;
    const [left, accounting] = [await leftBehind(config), await chat.accounting()];
    assertConserved(left.results);
    print(`${name}: completed after ${seconds.toFixed(0)} s; ${left.results.length} stages, rows conserved at each`);
    return { name, ...left, accounting, seconds, kill, poolRows: pool?.rows ?? 0 };
  }

  async function stillRunning(name: string): Promise<void> {
    const { state, failure } = await world.campaigns.status(name);
    if (state !== 'running') throw new Error(`Campaign ${name} ${state} before it could be killed: ${failure}`);
    await wait(20);
  }
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}

async function startServer(name: string, faults: readonly SeededFault[]): Promise<FaultyChatProcess> {
  const shares = Object.fromEntries(faults.map((fault) => [fault, fault === 'hang' ? hangShare : share]));
  const answers = fileURLToPath(new URL('../../test/helpers/chat-answers.ts', import.meta.url));
  const chat = await startFaultyChatProcess({ seed: name, answers, shares, ...server });
  lifetime.after(() => chat.stop());
  return chat;
}

function report(runs: readonly Run[]): void {
  const [undisturbed] = runs;
  if (undisturbed === undefined) return;
  const { latencyMilliseconds, places } = server;
  print(`\nServer: ${latencyMilliseconds} ms an answer, ${places} at a time; a fault of each kind at ${100 * share} %`);
  print(`of the tries, hanging at ${100 * hangShare} %. One pass: ${undisturbed.ledger.length} answers to`);
  print(`${undisturbed.accounting.requests} requests, ${requests} of them for new samples.\n`);
  const onePass = tokensOf(undisturbed.accounting.whole);
  const rows: [string, (run: Run) => string | number][] = [
    ['requests that reached the server', ({ accounting }) => accounting.requests],
    ['- answered in full', ({ accounting }) => accounting.whole.requests],
    ...seededFaults.map((fault): [string, (run: Run) => number] => [
      `- ${fault}`,
      ({ accounting }) => accounting.failed[fault].requests,
    ]),
    ['answered in full before', ({ accounting }) => accounting.repeated.requests],
    ['answers written at the kill', ({ kill }) => kill?.written ?? ''],
    ['- of them durable', ({ kill }) => kill?.durable ?? ''],
    ['tokens of one pass', () => onePass],
    ['billed for full answers', ({ accounting }) => tokensOf(accounting.whole)],
    ['- of them for the second time', ({ accounting }) => tokensOf(accounting.repeated)],
    ['billed for failed tries', ({ accounting }) => tokensOf(billedTokens(accounting).failed)],
    ['billed for probes, in no ledger', ({ accounting }) => tokensOf(accounting.probes)],
    ['ledger: answers', ({ ledger }) => tokensOf(ledgerTokens(ledger).whole)],
    ['ledger: failed tries', ({ ledger }) => tokensOf(ledgerTokens(ledger).failed)],
    ['ledger: rows', ({ ledger }) => ledger.length],
    ['- different requests', ({ ledger }) => new Set(ledger.map(({ requestHash }) => requestHash)).size],
    ['full answers / one pass', ({ accounting }) => (tokensOf(accounting.whole) / onePass).toFixed(4)],
    ['all billed / one pass', ({ accounting }) => (allBilled(accounting) / onePass).toFixed(4)],
    ['pool, samples', ({ poolRows }) => poolRows],
    ['hashes of data as undisturbed', ({ hashes }) => equalTo(dataIn(undisturbed.hashes), dataIn(hashes))],
    ['hashes of ledgers as well', ({ hashes }) => equalTo(undisturbed.hashes, hashes)],
    ['seconds', ({ seconds }) => seconds.toFixed(0)],
  ];
  printTable(['', ...runs.map(({ name }) => name)], rows, runs);
  print(`\nData: ${Object.keys(dataIn(undisturbed.hashes)).join(', ')}. Turned away in the undisturbed run:`);
  print(reasonsOf(undisturbed));
}

function reasonsOf({ results }: Run): string {
  const sums = new Map<string, number>();
  const all = results.flatMap(({ counts }) => Object.entries(counts['writer']?.rejected ?? {}));
  for (const [reason, count] of all) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums].map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function printTable(
  head: readonly string[],
  rows: readonly (readonly [string, (run: Run) => string | number])[],
  runs: readonly Run[],
): void {
  const cells = [head, ...rows.map(([name, read]) => [name, ...runs.map((one) => String(read(one)))])];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    print(line.join('  '));
  }
}

function equalTo(expected: LeftBehind['hashes'], found: LeftBehind['hashes']): string {
  const names = Object.keys(expected);
  const same = names.filter((name) => expected[name] === found[name]).length;
  return same === names.length && names.length === Object.keys(found).length ? 'equal' : `${same} of ${names.length}`;
}

function tokensOf({ prompt, completion }: Tokens): number {
  return prompt + completion;
}

function allBilled(accounting: Accounting): number {
  return total(Object.values(billedTokens(accounting)), tokensOf);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
