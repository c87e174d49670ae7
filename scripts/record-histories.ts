// Records the histories of two small campaigns, an evaluation and a study (every workflow, every run) for the replay tests:
// test/histories/*.json. One campaign is paused and trains a student, one asks a language model and waits for budget.
// Run it for a release, and whenever a workflow changed on purpose: node --import tsx scripts/record-histories.ts

import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findTemporalBinary } from '../adapters/temporal/server.ts';
import { connectTemporal } from '../adapters/temporal/connect.ts';
import { connectEvaluations } from '../adapters/temporal/evaluations.ts';
import { connectStudies } from '../adapters/temporal/studies.ts';
import { openStore } from '../adapters/store/open.ts';
import { historiesFolder } from '../test/helpers/replay.ts';
import { answer } from '../test/helpers/chat-answers.ts';
import { chatCampaign } from '../test/helpers/chat-campaign.ts';
import { startSeededChatServer } from '../test/helpers/seeded-chat-server.ts';
import { tinyEvaluation } from '../test/helpers/tiny-evaluation.ts';
import { tinyStudy } from '../test/helpers/tiny-study.ts';
import { makeTinyWorld, startTinyStack, tinyCampaign } from '../test/helpers/tiny-campaign.ts';

const cleanUps: (() => unknown)[] = [];
const lifetime = { after: (cleanUp?: unknown) => void cleanUps.unshift(cleanUp as () => unknown) };
const world = await makeTinyWorld(lifetime);
const { campaigns, stack } = await startTinyStack(lifetime, world);
const config = tinyCampaign(world, 'recorded');
await campaigns.start({ ...config, rounds: 1 });
await campaigns.pause('recorded', 'to record a pause');
await campaigns.resume('recorded');
await campaigns.result('recorded');

const server = await startSeededChatServer({ seed: 'written', answer });
lifetime.after(() => server.close());
const written = chatCampaign(world, 'written', { url: server.url, requests: 80 });
await campaigns.start({ ...written, budget: { ...written.budget, tokens: 1 } });
while ((await campaigns.status('written')).waiting === null) await wait(200);
await campaigns.setBudget('written', { tokens: null });
await campaigns.result('written');

const evaluations = await connectEvaluations(stack, 15);
lifetime.after(() => evaluations.close());
await evaluations.start(tinyEvaluation(world, 'recorded'));
while ((await evaluations.status('recorded'))?.state === 'running') await wait(200);

const studies = await connectStudies(stack, openStore, 15);
lifetime.after(() => studies.close());
await studies.start(await tinyStudy(world, 'recorded'));
while ((await studies.status('recorded'))?.state === 'running') await wait(200);

const { client, close } = await connectTemporal(stack, 15);
await rm(historiesFolder, { recursive: true, force: true });
await mkdir(historiesFolder, { recursive: true });
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const names = new Set<string>();
for await (const { workflowId, runId } of client.workflow.list()) {
  const name = nameOf(workflowId);
  if (names.has(`${version}-${name}.json`)) continue;
  const show = ['workflow', 'show', '--address', stack.address, '-w', workflowId, '-r', runId, '--output', 'json'];
  const { stdout } = await promisify(execFile)(await findTemporalBinary(), show, { maxBuffer: 2 ** 26 });
  const file = `${version}-${name}.json`;
  names.add(file);
  await writeFile(`${historiesFolder}${file}`, `${JSON.stringify(withoutPaths(stdout))}\n`);
}
await close();
for (const cleanUp of cleanUps) await cleanUp();
process.stdout.write(`${names.size} histories in test/histories\n`);
process.exit(0);

/** Every run of a campaign has a name of its own; of the fan-outs one of each stage is enough. */
function nameOf(workflowId: string): string {
  const [campaign = '', child] = workflowId.split('/');
  if (child !== undefined) return `fan-out-${child.replace(/-r\d+$/, '')}`.replace('fan-out-train', 'training');
  const name = campaign.replace('-recorded', '').replace('campaign-written', 'model-campaign');
  const runs = [...names].filter((known) => known.startsWith(`${version}-${name}-`) && /-\d\.json$/.test(known));
  return `${name}-${runs.length}`;
}

/** Payloads hold the temporary folder of the recording; a history must not tell where it was made. */
function withoutPaths(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? scrubbed(value) : value));
}

function scrubbed(text: string): string {
  if (/^\d+@[\w.-]+$/.test(text)) return 'worker';
  if (!/^[A-Za-z0-9+/]{24,}={0,2}$/.test(text)) return text.replaceAll(world.folder, '/campaign');
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  return decoded.includes(world.folder)
    ? Buffer.from(decoded.replaceAll(world.folder, '/campaign')).toString('base64')
    : text;
}
