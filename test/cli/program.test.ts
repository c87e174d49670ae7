// The command line as scripts see it: exit codes, one JSON document on stdout, messages on stderr.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CampaignNotFound } from '../../adapters/temporal/campaigns.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { completed, createWorld, running, unreachable } from './fakes.ts';

const example = fileURLToPath(new URL('../../examples/embedded.yaml', import.meta.url));

describe('diffract run', () => {
  it('starts, follows, shows rounds and benchmarks, saves the report', async () => {
    const { run, calls, services } = createWorld([running, running, completed]);
    const { code, output, messages } = await run('run', example);
    assert.equal(code, 0, messages);
    assert.deepEqual(calls, ['connect somewhere:7233', 'start embedded', 'close']);
    assert.match(messages, /Round 3 of 3: 48 accepted, 1\.26 x random/);
    assert.match(messages, /random draw, same n +48 +17\.10 +16\.00 to 18\.30/);
    assert.match(messages, /tiny-model +9 +0 +parse\/no-fields 6/);
    assert.match(output, /ood-breaking-nli +out of distribution +48 +accuracy +31\.0 %/);
    assert.match(output, /completed with 144 accepted samples; reused 1 of 6 stages/);
    const report = join(services.stateFolder, 'reports/embedded/report.html');
    assert.match(output, new RegExp(`Report: ${report}`));
    assert.equal(readFileSync(report, 'utf8'), 'contents of report.html');
  });

  it('answers --json with one document and keeps messages apart', async () => {
    const { output, messages } = await createWorld().run('run', example, '--json', '--quick');
    const document = JSON.parse(output) as Record<string, unknown>;
    assert.equal(document['schemaVersion'], 1);
    assert.equal(document['campaign'], 'embedded-quick');
    assert.equal(document['outcome'], 'completed');
    assert.match(messages, /Campaign embedded-quick started/);
  });

  it('starts a stack where none is up, leaves its address for others while it runs, and stops it', async () => {
    const world = createWorld([running, completed], { environment: {} });
    const record = join(world.services.stateFolder, 'stack.json');
    let seen = '';
    const connect = world.services.connect;
    Object.assign(world.services, {
      connect: (...given: Parameters<typeof connect>) => {
        seen = readFileSync(record, 'utf8');
        return connect(...given);
      },
    });
    const { code, messages, output } = await world.run('run', example);
    assert.equal(code, 0, messages);
    assert.deepEqual(world.calls, ['start stack', 'connect 127.0.0.1:1', 'start embedded', 'close', 'stop stack']);
    assert.match(seen, /"address": "127\.0\.0\.1:1"/);
    assert.match(messages, /Temporal UI: http:\/\/127\.0\.0\.1:2/);
    assert.match(output, /Take the pool out: diffract export embedded --out embedded-data --store .*store$/m);
    assert.equal(existsSync(record), false);
  });

  it('joins a stack that is up, and passes over the record of one that was killed', async () => {
    const up = createWorld([completed], { environment: {} });
    writeFileSync(
      join(up.services.stateFolder, 'stack.json'),
      JSON.stringify({ address: 'a:1', namespace: 'default', uiAddress: null, supervisor: process.pid }),
    );
    await up.run('run', example);
    assert.deepEqual(up.calls, ['connect a:1', 'start embedded', 'close']);
    const killed = createWorld([completed], { environment: {} });
    const gone = spawnSync(process.execPath, ['--version']).pid;
    writeFileSync(
      join(killed.services.stateFolder, 'stack.json'),
      JSON.stringify({ address: 'a:1', namespace: 'default', uiAddress: null, supervisor: gone }),
    );
    assert.equal((await killed.run('run', example)).code, 0);
    assert.deepEqual(killed.calls.slice(0, 2), ['start stack', 'connect 127.0.0.1:1']);
  });

  it('stops its own stack on Ctrl-C, says how to go on, and answers 130', async () => {
    const world = createWorld([running], { environment: {} });
    const sleep = world.services.sleep;
    let naps = 0;
    Object.assign(world.services, {
      sleep: async (seconds: number, signal: AbortSignal) => {
        if (++naps === 3) world.interrupt.abort();
        await sleep(seconds, signal);
      },
    });
    const { code, messages, output } = await world.run('run', example, '--quick');
    assert.equal(code, 130);
    assert.match(
      messages,
      /Nothing that was finished is lost; the same command goes on: diffract run .*embedded\.yaml --quick/,
    );
    assert.deepEqual(world.calls.slice(-2), ['close', 'stop stack']);
    assert.equal(output, '');
  });

  it('says with all names how to look again, once it is left behind', async () => {
    const world = createWorld([running]);
    Object.assign(world.services, {
      sleep: (_: number, signal: AbortSignal) => {
        world.interrupt.abort();
        return Promise.resolve().then(() => signal.throwIfAborted());
      },
    });
    const { messages } = await world.run('run', example, '--name', 'mine', '--set', 'rounds=1');
    assert.match(messages, /embedded\.yaml --name mine --set rounds=1, or diffract watch mine$/m);
  });

  it('bears a server that is away for a while', async () => {
    const away = Object.assign(new Error('14 UNAVAILABLE'), { code: 14 });
    const { code, messages } = await createWorld([running, away, away, running, completed]).run('run', example);
    assert.equal(code, 0);
    assert.equal(messages.match(/do not answer; trying again/g)?.length, 1);
  });

  it('says once what a step is being retried for', async () => {
    const trouble = 'the model server answers 503';
    const liveProgress = () => Promise.resolve({ done: 0, total: 0, trouble });
    const world = createWorld([running, running, running, completed], {}, { liveProgress });
    const { messages } = await world.run('run', example);
    assert.equal(messages.match(/Trying again: the model server answers 503/g)?.length, 1);
  });

  it('shows no rate while the campaign waits, since nothing is sent', async () => {
    const waiting = { ...running, waiting: 'token budget of 1000 reached' };
    let asked = 0;
    const liveProgress = () => Promise.resolve({ done: Math.min(64, 16 * ++asked), total: 150, trouble: null });
    const views = [
      ...Array.from({ length: 6 }, () => running),
      ...Array.from({ length: 12 }, () => waiting),
      completed,
    ];
    const { messages } = await createWorld(views, {}, { liveProgress }).run('run', example);
    assert.match(messages, /64\/150 .*ETA [^]*Waiting: token budget[^]*round 1\/3 {2}sketch {2}64\/150$/m);
    assert.doesNotMatch(messages.slice(messages.indexOf('Waiting')), /ETA/);
  });

  it('answers 69 when the server stays away', async () => {
    const away = Object.assign(new Error('14 UNAVAILABLE'), { code: 14 });
    assert.equal((await createWorld([running, away]).run('run', example)).code, 69);
  });

  it('returns at once with --detach, and refuses it where nothing would go on', async () => {
    const detached = await createWorld().run('run', example, '--detach', '--json');
    assert.equal(detached.code, 0);
    assert.deepEqual((JSON.parse(detached.output) as { adopted: boolean }).adopted, false);
    const refused = await createWorld([running], { environment: {} }).run('run', example, '--detach');
    assert.equal(refused.code, 2);
    assert.match(refused.messages, /start `diffract up` first/);
  });

  it('tells apart failed (1), stopped and nothing accepted (3), and conflict (2)', async () => {
    const failed = { ...completed, state: 'failed', failure: 'the trainer gave up', outcome: null } as const;
    const first = await createWorld([failed]).run('run', example);
    assert.equal(first.code, 1);
    assert.match(first.output, /failed: the trainer gave up/);
    assert.equal((await createWorld([{ ...completed, outcome: 'stopped' }]).run('run', example)).code, 3);
    assert.equal((await createWorld([{ ...completed, history: [] }]).run('run', example)).code, 3);
    const conflict = () => Promise.reject(new PermanentError('CampaignConflict', 'another runs'));
    assert.equal((await createWorld([running], {}, { start: conflict }).run('run', example)).code, 2);
  });

  it('writes a plain line of progress every five seconds at most where nobody looks on', async () => {
    const views = [...Array.from({ length: 21 }, () => running), completed];
    const { messages } = await createWorld(views).run('run', example);
    const lines = messages.split('\n').filter((line) => line.startsWith('round 1/3  sketch'));
    assert.ok(lines.length >= 3 && lines.length <= 5, lines.join('\n'));
    assert.match(lines[1] ?? '', /^round 1\/3 {2}sketch {2}42\/100 {2}7\.0\/s {2}ETA 0:09$/);
  });
});

describe('the other commands', () => {
  it('steer a campaign by name', async () => {
    const { run, calls } = createWorld();
    for (const line of [
      ['pause', 'x', '--reason', 'lunch'],
      ['resume', 'x'],
      ['set', 'x', 'budget.tokens=5000'],
      ['set', 'x', 'budget.softCost=2.5'],
      ['set', 'x', 'budget.tokens=none'],
      ['stop', 'x'],
      ['stop', 'x', '--now'],
    ]) {
      assert.equal((await run(...line)).code, 0);
    }
    const asked = calls.filter((call) => !/^(connect|close)/.test(call));
    assert.deepEqual(asked, [
      'pause x: lunch',
      'resume x',
      'setBudget x {"tokens":5000}',
      'setBudget x {"softCost":2.5}',
      'setBudget x {"tokens":null}',
      'stop x',
      'stop x now',
    ]);
  });

  it('answer 4 for a campaign that nobody knows, 69 without a server, 2 for a wrong setting', async () => {
    const unknown = createWorld([new CampaignNotFound('No campaign named x')]);
    const answer = await unknown.run('status', 'x');
    assert.equal(answer.code, 4);
    assert.equal(answer.messages, 'No campaign named x\n');
    assert.equal((await createWorld([running], { environment: {} }).run('status', 'x')).code, 69);
    assert.equal((await createWorld([running], { connect: unreachable }).run('status', 'x')).code, 69);
    for (const setting of ['rounds=3', 'budget.tokens=1.5', 'budget.cost=-1', 'budget.cost=', 'budget.money=3']) {
      assert.equal((await createWorld().run('set', 'x', setting)).code, 2, setting);
    }
  });

  it('show the state as text and as JSON', async () => {
    const text = await createWorld([{ ...running, waiting: 'paused by operator' }]).run('status', 'x');
    assert.match(text.output, /Campaign x: round 1 of 3, sketch 7\/100\nWaiting: paused by operator/);
    const json = await createWorld([completed]).run('status', 'x', '--json');
    assert.equal((JSON.parse(json.output) as { state: string }).state, 'completed');
  });

  it('show what retries fail of', async () => {
    const liveProgress = () => Promise.resolve({ done: 0, total: 0, trouble: 'nobody answers at http://a:1' });
    const { output } = await createWorld([running], {}, { liveProgress }).run('status', 'x');
    assert.match(output, /sketch 0\/100\nTrying again: nobody answers at http:\/\/a:1/);
  });

  it('list campaigns by what they do: one that waits does not run, one that was stopped is not completed', async () => {
    const one = { state: 'running', outcome: null, round: 2, stage: 'generate', waiting: null, trouble: null } as const;
    const startedAt = '2026-01-01T08:09:10.123Z';
    const list = () =>
      Promise.resolve([
        { ...one, startedAt, campaign: 'a' },
        { ...one, startedAt, campaign: 'b', waiting: 'token budget of 1000 reached' },
        { ...one, startedAt, campaign: 'c', trouble: 'nobody answers' },
        { ...one, startedAt, campaign: 'd', state: 'completed', outcome: 'stopped' } as const,
      ]);
    const { output } = await createWorld([], {}, { list }).run('status');
    assert.match(output, /a +running +2 +generate +2026-01-01 08:09 UTC$/m);
    assert.match(output, /b +waiting +2 .*token budget of 1000 reached$/m);
    assert.match(output, /c +trying again .*nobody answers$/m);
    assert.match(output, /d +stopped /);
  });

  it('save a report where asked, and answer 3 where there is none yet', async () => {
    const world = createWorld([completed]);
    const out = join(world.services.stateFolder, 'mine');
    assert.equal((await world.run('report', 'x', '--out', out)).code, 0);
    assert.equal(readFileSync(join(out, 'report.json'), 'utf8'), 'contents of report.json');
    assert.equal((await createWorld([running]).run('report', 'x')).code, 3);
  });

  it('find a saved report without a server', async () => {
    const world = createWorld([completed], { environment: {} });
    assert.equal((await world.run('report', 'embedded')).code, 69);
    await world.run('run', example);
    const { code, output } = await world.run('report', 'embedded');
    assert.equal(code, 0);
    assert.match(output, /^Report: .*reports\/embedded\/report\.html, as it was when/);
  });

  it('check a campaign file without a server', async () => {
    const good = await createWorld([], { environment: {} }).run('check', example);
    assert.equal(good.code, 0, good.messages);
    assert.match(good.output, /is good/);
    const bad = await createWorld().run('check', example, '--set', 'rounds=none');
    assert.equal(bad.code, 2);
    assert.match(bad.messages, /rounds: found "none", expected a number/);
    assert.equal(bad.output, '');
  });

  it('doctor answers 1 when a check fails, and tries out a store', async () => {
    const ok = { name: 'Node', ok: true, message: '20' };
    const world = createWorld([], {
      checkMachine: () => Promise.resolve([ok]),
      checkStore: (location) => Promise.resolve([{ name: 'put', ok: location.kind === 'directory', message: 'seen' }]),
    });
    assert.equal((await world.run('doctor')).code, 0);
    assert.equal((await world.run('doctor', '--store', './here')).code, 0);
    const failed = await world.run('doctor', '--store', 's3://bucket', '--json');
    assert.equal(failed.code, 1);
    assert.equal((JSON.parse(failed.output) as { ok: boolean }).ok, false);
    assert.equal((await world.run('doctor', '--store', 'gs://bucket')).code, 2);
  });

  it('up stays until Ctrl-C and refuses a second stack', async () => {
    const world = createWorld([], { environment: {} });
    Object.assign(world.services, {
      sleep: (_: number, signal: AbortSignal) => {
        world.interrupt.abort();
        return Promise.resolve().then(() => signal.throwIfAborted());
      },
    });
    const { code } = await world.run('up');
    assert.equal(code, 130);
    assert.deepEqual(world.calls, ['start stack', 'connect 127.0.0.1:1', 'close', 'stop stack']);
    const second = createWorld([], { environment: {} });
    writeFileSync(
      join(second.services.stateFolder, 'stack.json'),
      JSON.stringify({ address: 'a:1', namespace: 'default', uiAddress: null, supervisor: process.pid }),
    );
    assert.equal((await second.run('up')).code, 2);
  });
});

describe('usage', () => {
  it('answers 2 to what it does not understand, with a suggestion', async () => {
    const { code, messages } = await createWorld().run('statsu', 'x');
    assert.equal(code, 2);
    assert.match(messages, /Did you mean status/);
    assert.equal((await createWorld().run('run')).code, 2);
    assert.equal((await createWorld().run('run', example, '--workers', 'many')).code, 2);
    assert.equal((await createWorld().run()).code, 2);
  });

  it('gives every command a help with an example', async () => {
    const verbs = 'run watch status pause resume set stop report check score models doctor up'.split(' ');
    for (const verb of [...verbs, 'models pull']) {
      const { code, output } = await createWorld().run(...verb.split(' '), '--help');
      assert.equal(code, 0);
      assert.match(output, new RegExp(`Example:\\n  diffract ${verb}`), verb);
    }
    assert.match((await createWorld().run('--help')).output, /Exit codes: 0 ok/);
  });

  it('shows a stack only when asked', async () => {
    const broken = [new Error('broken inside')];
    assert.equal((await createWorld(broken).run('status', 'x')).messages, 'broken inside\n');
    const environment = { TEMPORAL_ADDRESS: 'a:1', DIFFRACT_DEBUG: '1' };
    assert.match((await createWorld(broken, { environment }).run('status', 'x')).messages, /at .*program\.test\.ts/);
  });
});
