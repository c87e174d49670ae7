// Nothing is paid twice: what a campaign's ledger says is what the server billed, whatever the server does and whoever is killed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CampaignView } from '../../adapters/temporal/campaigns.ts';
import type { CampaignConfig } from '../../contracts/campaign.ts';
import { costOf } from '../../core/plan/ledger.ts';
import { answer } from '../helpers/chat-answers.ts';
import {
  assertConserved,
  billedTokens,
  chatCampaign,
  dataIn,
  durableAnswers,
  ledgerTokens,
  leftBehind,
  total,
  type LeftBehind,
} from '../helpers/chat-campaign.ts';
import {
  seededFaults,
  startSeededChatServer,
  type SeededChatServer,
  type SeededSettings,
} from '../helpers/seeded-chat-server.ts';
import { killEverything, makeTinyWorld, startTinyStack, type TinyWorld } from '../helpers/tiny-campaign.ts';

const requests = 96;
const freeFaults = ['throttled', 'throttled-with-wait', 'error', 'hang'] as const;
const billedFaults = seededFaults.filter((fault) => !freeFaults.some((free) => free === fault));
const sharesOf = (faults: readonly (typeof seededFaults)[number][], share: number) =>
  Object.fromEntries(faults.map((fault) => [fault, fault === 'hang' ? 0.02 : share]));

describe('what a campaign pays', { timeout: 540_000 }, () => {
  const cleanings: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => void cleanings.unshift(clean) };
  let world: TinyWorld;
  let onePass: ReturnType<SeededChatServer['accounting']>;
  let undisturbed: LeftBehind;
  before(async () => {
    world = await startTinyStack(lifetime, await makeTinyWorld(lifetime));
    const { server, config } = await serverFor('undisturbed', {});
    await completed(config);
    undisturbed = await leftBehind(config);
    onePass = server.accounting();
  });
  after(async () => {
    for (const clean of cleanings) await clean();
  });

  async function serverFor(name: string, settings: Partial<SeededSettings>) {
    const server = await startSeededChatServer({ seed: name, answer, ...settings });
    lifetime.after(() => server.close());
    return { server, config: chatCampaign(world, name, { url: server.url, requests }) };
  }

  async function completed(config: CampaignConfig): Promise<CampaignView> {
    await world.campaigns.start(config);
    const view = await world.campaigns.result(config.name);
    assert.deepEqual([view.state, view.outcome], ['completed', 'completed'], view.failure ?? '');
    return view;
  }

  it('is one whole answer for each request where all goes well, and every gate has had something to turn away', () => {
    const { ledger, results } = undisturbed;
    assert.ok(onePass.requests > 1.5 * requests, `${onePass.requests} requests`);
    assert.deepEqual([onePass.repeated.requests, onePass.whole.requests], [0, onePass.requests]);
    assert.deepEqual(ledgerTokens(ledger), billedTokens(onePass));
    assertConserved(results);
    const reasons = new Set(results.flatMap(({ counts }) => Object.keys(counts['writer']?.rejected ?? {})));
    const expected = ['no-item', 'unknown-label', 'missing-hypothesis', 'prompt-too-long', 'duplicate'];
    for (const reason of [...expected, 'no-agreement', 'answer-disagrees']) {
      assert.ok(reasons.has(reason), `nothing was rejected as ${reason}; found ${[...reasons].join(', ')}`);
    }
  });

  it('is one pass and the failed tries that the server billed, exactly, at a server with every fault', async () => {
    const shares = sharesOf(seededFaults, 0.04);
    const { server, config } = await serverFor('faulty', { shares, latencyMilliseconds: 5 });
    const view = await completed(config);
    const { ledger, results, hashes } = await leftBehind(config);
    const accounting = server.accounting();
    for (const fault of seededFaults) assert.ok(accounting.failed[fault].requests > 0, `no fault was a ${fault}`);
    assertConserved(results);

    assert.equal(accounting.repeated.requests, 0, 'no answer is asked for again');
    assert.deepEqual(billedTokens(accounting).whole, billedTokens(onePass).whole);
    assert.deepEqual(ledgerTokens(ledger), billedTokens(accounting));
    assert.equal(new Set(ledger.map(({ requestHash }) => requestHash)).size, ledger.length);
    assert.equal(
      total(ledger, ({ failedTries }) => failedTries),
      total(billedFaults, (fault) => accounting.failed[fault].requests),
    );
    assert.deepEqual(dataIn(hashes), dataIn(undisturbed.hashes), 'faults of a server change no data');
    await assertShown(view, config, ledger);
  });

  it('is, when all is killed, one pass and the answers that were not durable yet', async (test) => {
    const settings = { shares: sharesOf(freeFaults, 0.04), latencyMilliseconds: 100, places: 4 };
    const { server, config } = await serverFor('killed', settings);
    await world.campaigns.start(config);
    while (server.accounting().whole.requests < onePass.whole.requests / 2) {
      const { state, failure } = await world.campaigns.status(config.name);
      assert.equal(state, 'running', failure ?? '');
      await wait(5);
    }
    await killEverything(world);
    // The server writes on what it has begun, and bills it.
    await wait(3 * settings.latencyMilliseconds);
    const written = server.accounting().whole.requests;
    const durable = await durableAnswers(
      config,
      undisturbed.ledger.map(({ requestHash }) => requestHash),
    );
    test.diagnostic(`${written} of ${onePass.whole.requests} answers written at the kill, ${durable} of them durable`);
    assert.ok(written < onePass.whole.requests, 'the kill came too late');
    // Not durable is what came within the tenth of a second in which entries gather, and the four that were being written.
    assert.ok(durable > written / 2, `only ${durable} of ${written} answers were durable`);

    world = await startTinyStack(lifetime, world);
    const view = await world.campaigns.result(config.name);
    assert.equal(view.state, 'completed', view.failure ?? '');
    const accounting = server.accounting();
    assert.equal(accounting.repeated.requests, written - durable);
    assert.equal(accounting.whole.prompt - accounting.repeated.prompt, onePass.whole.prompt);
    assert.equal(accounting.whole.completion - accounting.repeated.completion, onePass.whole.completion);
    const { hashes, ledger, results } = await leftBehind(config);
    assert.deepEqual(hashes, undisturbed.hashes);
    assert.deepEqual(ledgerTokens(ledger), billedTokens(onePass));
    assertConserved(results);
  });

  /** Status and report show the tokens and what they cost. */
  async function assertShown(
    { tokens, report }: CampaignView,
    { name, prices }: CampaignConfig,
    ledger: LeftBehind['ledger'],
  ): Promise<void> {
    const { whole, failed } = ledgerTokens(ledger);
    const [prompt, completion] = [whole.prompt + failed.prompt, whole.completion + failed.completion];
    assert.deepEqual([tokens.promptTokens, tokens.completionTokens], [prompt, completion]);
    assert.equal(tokens.requests, ledger.length);
    const price = Object.values(prices?.models ?? {})[0];
    assert.ok(price && tokens.cost !== null && report);
    const cost = total(ledger, (entry) => costOf(entry, price));
    assert.ok(cost > 0 && Math.abs(tokens.cost - cost) < 1e-9 * cost, `${tokens.cost} is not ${cost}`);
    const html = new TextDecoder().decode(await world.campaigns.readFile(name, report, 'report.html'));
    for (const number of [prompt.toLocaleString('en'), completion.toLocaleString('en'), cost.toFixed(4)]) {
      assert.ok(html.includes(number), `the report does not show ${number}`);
    }
  }
});
