// diffract judge against a chat server that is scripted: what is asked, what is counted, and that nothing is asked twice.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { startSeededChatServer } from '../helpers/seeded-chat-server.ts';
import { createWorld } from './fakes.ts';

interface Document {
  readonly template: string;
  readonly pairs: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly disagreements: number;
  readonly errors: number;
  readonly winRate: { rate: number; low: number; high: number };
  readonly lengthControlled: { rate: number; form: string };
  readonly tokens: { requests: number };
  readonly items: readonly { id: string; verdict: string | null; read: unknown[]; problem: string | null }[];
}

/** Prefers `good`; says always A of the pair `biased`, nothing of the pair `mute`, and of two good ones that they tie. */
function verdict(text: string): string {
  if (text.includes('mute')) return 'I cannot say.';
  if (text.includes('biased')) return 'The first one. [[A]]';
  const [first, second] = ['A', 'B'].map((side) => new RegExp(`assistant ${side}:\\n<<<\\n(.*)`).exec(text)?.[1] ?? '');
  if (first === second) return 'Equal. [[C]]';
  return first?.includes('good') === true ? 'It is good. [[A]]' : 'It is good. [[B]]';
}

function rating(text: string): string {
  const answer = /assistant:\n<<<\n(.*)/.exec(text)?.[1] ?? '';
  return answer.includes('good') ? 'Rating: [[8]]' : 'Rating: [[3]]';
}

async function serverOf(test: TestContext, answer: (text: string) => string) {
  const server = await startSeededChatServer({
    seed: 'judge',
    answer: ({ messages }) => answer(messages.map(({ content }) => content).join('\n')),
  });
  test.after(() => server.close());
  return server;
}

const prompts = ['clear', 'clear too', 'biased', 'mute', 'same'];

function files(change: (side: string, rows: object[]) => readonly object[] = (_, rows) => rows) {
  const folder = mkdtempSync(join(tmpdir(), 'diffract-judge-'));
  const answers = { a: ['good', 'good, longer', 'x', 'x', 'good'], b: ['poor', 'poor', 'y', 'y', 'good'] };
  const [first, second] = Object.entries(answers).map(([side, predictions]) => {
    const rows = prompts.map((prompt, place) => ({ id: `q${place}`, prompt, prediction: predictions[place] }));
    const path = join(folder, `${side}.jsonl`);
    writeFileSync(
      path,
      change(side, side === 'b' ? rows.reverse() : rows)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    return path;
  });
  return { folder, first: first ?? '', second: second ?? '', store: join(folder, 'store') };
}

type Files = ReturnType<typeof files>;

function run({ first, second, store }: Files, url: string, ...options: string[]) {
  const base = ['judge', first, second, '--endpoint', url, '--model', 'wise', '--store', store, '--draws', '100'];
  return createWorld([]).run(...base, ...options);
}

async function judged(given: Files, url: string, ...options: string[]): Promise<Document> {
  const { code, output, messages } = await run(given, url, '--json', ...options);
  assert.equal(code, 0, messages);
  return JSON.parse(output) as Document;
}

describe('diffract judge', () => {
  it('asks in both orders: orders that disagree tie, what is unreadable is left out and counted', async (test) => {
    const server = await serverOf(test, verdict);
    const found = await judged(files(), server.url);
    const { pairs, wins, ties, losses, disagreements, errors } = found;
    assert.deepEqual([pairs, wins, ties, losses, disagreements, errors], [5, 2, 2, 0, 1, 1]);
    assert.equal(found.winRate.rate, 3 / 4);
    assert.ok(found.winRate.low <= 3 / 4 && 3 / 4 <= found.winRate.high);
    assert.match(found.lengthControlled.form, /^minimal/);
    assert.equal(found.template, 'pairwise-judge/1');
    assert.deepEqual(
      found.items.map(({ id, verdict: word, read }) => [id, word, ...read]),
      [
        ['q0', 'first', 'first', 'first'],
        ['q1', 'first', 'first', 'first'],
        ['q2', 'tie', 'first', 'second'],
        ['q3', null, null, null],
        ['q4', 'tie', 'tie', 'tie'],
      ],
    );
    assert.match(found.items[3]?.problem ?? '', /no verdict in: I cannot say\./);
  });

  it('asks for nothing that its store holds', async (test) => {
    const server = await serverOf(test, verdict);
    const given = files();
    const first = await judged(given, server.url);
    const asked = server.accounting().whole.requests;
    assert.equal(asked, 10);
    assert.deepEqual(await judged(given, server.url), first);
    assert.equal(server.accounting().whole.requests, asked);
    await judged(given, server.url, '--single').catch(() => undefined);
    assert.ok(server.accounting().whole.requests > asked);
  });

  it('rates each answer alone where it is asked to', async (test) => {
    const server = await serverOf(test, rating);
    const found = await judged(files(), server.url, '--single');
    assert.deepEqual([found.wins, found.ties, found.losses, found.errors], [2, 3, 0, 0]);
    assert.deepEqual(found.items[0]?.read, [8, 3]);
    assert.equal(found.template, 'single-judge/1');
  });

  it('prints a table for people', async (test) => {
    const server = await serverOf(test, verdict);
    const { output } = await run(files(), server.url);
    assert.match(
      output,
      /5 pairs, template pairwise-judge\/1: 2 won, 2 tied \(in 1 the orders disagree\), 0 lost, 1 without/,
    );
    assert.match(output, /win rate, ties half +75\.0 %/);
  });

  it('fails by name when the judge answers garbage only', async (test) => {
    const server = await serverOf(test, () => 'blah blah');
    const { code, output, messages } = await run(files(), server.url, '--json');
    assert.deepEqual([code, output], [1, '']);
    assert.match(
      messages,
      /The judge "wise" gave no readable verdict on any of 5 pairs; expected \[\[A\]\].*blah blah/,
    );
  });

  for (const [what, change, message] of [
    ['a row is missing', (side: string, rows: object[]) => (side === 'b' ? rows.slice(1) : rows), /4 rows, expected 5/],
    [
      'prompts differ',
      (side: string, rows: object[]) => rows.map((row) => (side === 'b' ? { ...row, prompt: 'other' } : row)),
      /b\.jsonl, line 5: the prompt is not that of line 1/,
    ],
    [
      'an id stands there twice',
      (_: string, rows: object[]) => rows.map((row) => ({ ...row, id: 'q' })),
      /b\.jsonl, line 2: the id q stands in line 1 too; expected it once/,
    ],
    [
      'a text is missing',
      (_: string, rows: object[]) => rows.map((row) => ({ ...row, prediction: 5 })),
      /a\.jsonl, line 1: expected a text in the column prediction, found 5/,
    ],
  ] as const) {
    it(`names file and line when ${what}`, async () => {
      const { code, messages } = await run(files(change), 'http://127.0.0.1:1/v1');
      assert.equal(code, 1);
      assert.match(messages, message);
    });
  }

  it('refuses an address that is none, and says which server cannot be reached', async () => {
    const wrong = await run(files(), 'nowhere');
    assert.equal(wrong.code, 2);
    assert.match(wrong.messages, /--endpoint is the base URL/);
    const absent = await run(files(), 'http://127.0.0.1:1/v1');
    assert.equal(absent.code, 69);
    assert.match(absent.messages, /Nothing answers for model "wise" at http:\/\/127\.0\.0\.1:1\/v1/);
  });
});
