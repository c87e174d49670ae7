// The whole filter chain in a running campaign: what is rejected where and why, and what happens when nothing is left.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CampaignConfig, FileSource, LanguageModelUse } from '../../contracts/campaign.ts';
import type { FunnelRow } from '../../contracts/status.ts';
import { startSeededChatServer, type AnswerInput } from '../helpers/seeded-chat-server.ts';
import { greedily, makeTinyWorld, startTinyStack, tinyCampaign, type TinyWorld } from '../helpers/tiny-campaign.ts';
import { writeTinyEncoder } from '../helpers/tiny-encoder.ts';

/** The tiny campaign for one round, without benchmarks and without a student. */
function oneRound(world: { readonly folder: string; readonly model: string }, name: string): CampaignConfig {
  const { student: _, ...config } = tinyCampaign(world, name);
  return { ...config, rounds: 1, benchmarks: [] };
}

/** Pairs in a JSONL file, and the source that reads them. */
async function writePairs(folder: string, premises: readonly string[]): Promise<FileSource> {
  const path = join(folder, 'pairs.jsonl');
  const lines = premises.map((premise) => JSON.stringify({ premise, hypothesis: 'Something happened.', label: 'yes' }));
  await writeFile(path, lines.join('\n'));
  const map = { premise: 'premise', hypothesis: 'hypothesis', label: 'label' };
  return { kind: 'file', path, format: 'jsonl', map, where: {}, skip: 0 };
}

const premises = Array.from(
  { length: 20 },
  (_, index) => `On day ${index} the baker of street ${index * 7} sold all loaves.`,
);

describe('the filter chain of a campaign', { timeout: 300_000 }, () => {
  // One server and its workers for all tests: starting them takes longer than any of these campaigns.
  const cleanings: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => void cleanings.unshift(clean) };
  let world: TinyWorld;
  before(async () => {
    world = await startTinyStack(lifetime, await makeTinyWorld(lifetime));
  });
  after(async () => {
    for (const clean of cleanings) await clean();
  });

  it('passes every candidate through every gate, and keeps what it turns away with its reason', async (test) => {
    const encoder = join(world.folder, 'encoder');
    await writeTinyEncoder(encoder);
    const benchmark = await writePairs(world.folder, [leaked]);
    const server = await startSeededChatServer({ seed: 'gates', answer: answerOf });
    test.after(() => server.close());
    const { campaigns } = world;
    const config = chainCampaign(oneRound(world, 'chain'), { url: server.url, encoder, benchmark });
    await campaigns.start(config);
    const { state, failure, history, seedFunnel, tokens } = await campaigns.result('chain');
    assert.equal(state, 'completed', failure ?? '');

    const seeds = seedFunnel.filter(({ generator }) => generator === 'seeds').map(({ stage }) => stage);
    assert.deepEqual(seeds, ['import', 'filter', 'deduplicate', 'decontaminate', 'paraphrases', 'sketch']);
    const funnel = history[0]?.funnel.filter(({ generator }) => generator === 'writer') ?? [];
    const chain = [
      'generate',
      'parse',
      'filter',
      'deduplicate',
      'near-duplicates',
      'decontaminate',
      'paraphrases',
      'verify',
      'scores',
      'sketch',
      'select',
    ];
    assert.deepEqual(
      funnel.map(({ stage }) => stage),
      chain,
    );
    assertConserved(funnel);
    const reasons = new Set(funnel.flatMap(({ rejected }) => Object.keys(rejected)));
    for (const reason of [
      'no-item',
      'prompt-too-long',
      'other-language',
      'duplicate',
      'near-duplicate',
      'contaminated:same',
      'paraphrase:same',
      'unjudged:same',
      'no-agreement',
      'low-score',
      'unscored',
    ]) {
      assert.ok(reasons.has(reason), `nothing was rejected as ${reason}; found ${[...reasons].join(', ')}`);
    }
    assert.ok((history[0]?.accepted.n ?? 0) > 0);
    const turnedAway = funnel.filter(({ stage }) => stage === 'verify' || stage === 'scores');
    const counts = turnedAway.flatMap(({ rejected }) => Object.values(rejected));
    const { refused = 0, unsketchable = 0 } = history[0]?.steering ?? {};
    assert.equal(refused + unsketchable, counts.reduce((sum, count) => sum + count, 0), 'the audit knows them all'); // prettier-ignore
    const { prompt, completion } = server.accounting().whole;
    assert.deepEqual(
      [tokens.promptTokens, tokens.completionTokens],
      [prompt, completion],
      'every answer is paid for once',
    );
  });

  it('has the labels of a file checked by a solver, where its generator names one', async (test) => {
    const { campaigns, folder } = world;
    const source = await writePairs(folder, premises);
    // Of the twenty rows, all labelled yes, the solver holds those of even days for wrong.
    const answer = ({ messages }: AnswerInput): string => {
      const day = Number(/On day (\d+)/.exec(messages.at(-1)?.content ?? '')?.[1]);
      return `Answer: ${day % 2 === 0 ? 'no' : 'yes'}`;
    };
    const server = await startSeededChatServer({ seed: 'labels', answer });
    test.after(() => server.close());
    const solver = {
      endpoint: { model: 'made-up', servers: [{ url: server.url, weight: 1 }], route: 'chat' },
      sampling: { temperature: 1, topP: 1, maxTokens: 20 },
      attempts: 3,
      agreement: 2,
    } as const;
    const file = { kind: 'file', sources: [source], count: 20 } as const;
    await campaigns.start({ ...oneRound(world, 'believed'), generators: [{ ...file, name: 'rows' }] });
    await campaigns.start({ ...oneRound(world, 'checked'), generators: [{ ...file, name: 'rows', solver }] });
    const believed = await campaigns.result('believed');
    const checked = await campaigns.result('checked');
    assert.deepEqual([believed.state, checked.state], ['completed', 'completed'], checked.failure ?? '');
    const verified = ({ history }: typeof checked) => {
      const row = history[0]?.funnel.find(({ stage, generator }) => stage === 'verify' && generator === 'rows');
      return [row?.in, row?.kept, row?.rejected];
    };
    assert.deepEqual(verified(believed), [20, 20, {}]);
    assert.deepEqual(verified(checked), [20, 10, { 'answer-disagrees': 10 }]);
    assert.equal(believed.tokens.requests, 0);
    assert.equal(checked.tokens.completionTokens, server.accounting().whole.completion);
  });

  it('ends for good when the benchmarks hold every seed, and says which hold how many', async () => {
    const { campaigns } = world;
    const source = await writePairs(world.folder, premises);
    const half = (skip: number) => ({ ...source, skip, count: 10 });
    const benchmarks = [
      { name: 'first', distribution: 'in', sources: [half(0)], answering: greedily },
      { name: 'second', distribution: 'out', sources: [half(10)], answering: greedily },
    ] as const;
    await campaigns.start({ ...oneRound(world, 'leaked'), seeds: [source], benchmarks });
    const { state, failure } = await campaigns.result('leaked');
    assert.equal(state, 'failed');
    assert.match(failure ?? '', /None of the 20 seeds passed the gates/);
    assert.match(failure ?? '', /10 as contaminated:first, 10 as contaminated:second/);
    assert.match(failure ?? '', /disjoint rows of one \(skip and count\)/);
  });

  it('goes on with the pool it has when a round loses all its candidates', async () => {
    const { campaigns } = world;
    const source = await writePairs(world.folder, premises);
    const generators = [{ kind: 'file', name: 'again', sources: [source], count: 10 }] as const;
    await campaigns.start({ ...oneRound(world, 'repeats'), rounds: 2, seeds: [source], generators });
    const { state, failure, history, pool } = await campaigns.result('repeats');
    assert.equal(state, 'completed', failure ?? '');
    assert.deepEqual(
      history.map(({ accepted, funnel }) => [
        accepted.n,
        funnel.find(({ stage }) => stage === 'deduplicate')?.rejected,
      ]),
      [
        [0, { duplicate: 10 }],
        [0, { duplicate: 10 }],
      ],
    );
    assert.equal(pool?.rows, 20);
  });
});

interface ChainParts {
  readonly url: string;
  readonly encoder: string;
  readonly benchmark: FileSource;
}

function chainCampaign(config: CampaignConfig, { url, encoder, benchmark }: ChainParts): CampaignConfig {
  const use: LanguageModelUse = {
    endpoint: { model: 'made-up', servers: [{ url, weight: 1 }], route: 'chat' },
    sampling: { temperature: 1, topP: 1, maxTokens: 200 },
  };
  return {
    ...config,
    benchmarks: [{ name: 'same', distribution: 'in', sources: [benchmark], answering: greedily }],
    generators: [
      {
        ...use,
        kind: 'llm',
        name: 'writer',
        requests: 60,
        perRequest: 1,
        fewShots: { count: 2, policy: 'pool' },
        structured: false,
        solver: { ...use, attempts: 3, agreement: 2 },
      },
    ],
    filters: {
      ...config.filters,
      prompt: { least: 1, most: 600 },
      language: 'en',
      nearDuplicates: { ngram: 3, buckets: 14, hashes: 4 },
      judge: { ...use, name: 'critic', least: 3 },
    },
    // So low that every candidate has a pair: what a tiny random encoder says of texts means nothing.
    decontamination: { ...config.decontamination, ngram: 6, semantic: { ...use, encoder, similarity: 1e-6 } },
  };
}

/** A made-up model: what it writes follows from the seed, and what it says of a text from the number in it. */
function answerOf({ messages, seed }: AnswerInput): string {
  const text = messages.map(({ content }) => content).join('\n');
  if (text.includes('Write exactly')) return writtenItem(seed % 12, seed);
  const shown = Number(/case (\d+)/i.exec(text)?.[1] ?? 0);
  if (text.includes('Text A, from a test set')) {
    if (shown % 7 === 1) return 'The same story.\nVerdict: same';
    return shown % 7 === 2 ? 'I cannot say.' : 'Another story.\nVerdict: different';
  }
  if (text.includes('Score the pair')) {
    if (shown % 5 === 1) return 'Muddled.\nScore: 2';
    return shown % 5 === 2 ? 'Good.' : 'Good.\nScore: 4';
  }
  return shown % 4 === 1 ? 'Hard to say.' : 'It follows.\nAnswer: yes';
}

function writtenItem(kind: number, seed: number): string {
  const item = (premise: string) => `---\nPremise: ${premise}\nHypothesis: Something happened.\nLabel: yes\n---`;
  switch (kind) {
    case 0:
      return 'I have no idea what to write.';
    case 1:
      return item(
        Array.from({ length: 30 }, (_, room) => `In case ${seed + room} room ${room} was painted.`).join(' '),
      );
    case 2:
      return item('Le boulanger de la rue du marché a vendu tous ses pains avant midi, et personne ne sait pourquoi.');
    case 3:
      return item('The lights in the old theatre went out twice during the first evening of spring.');
    case 4:
      return item(`${report}, ${wordOf('person', seed)} says.`);
    case 5:
      return item(`They say: ${leaked}`);
    default: {
      const said = (list: keyof typeof words, place: number) => wordOf(list, Math.floor(seed / 8 ** place));
      const [who, did, how, what] = [said('person', 1), said('verb', 2), said('manner', 3), said('thing', 4)];
      return item(`In case ${seed % 1000} ${who} ${how} ${did} ${what} ${said('place', 5)} ${said('time', 6)}.`);
    }
  }
}

const leaked = 'The harbour master counted forty grey boats before the storm came in from the west.';
const report =
  'The committee of seven elected members will publish its final report on the bridge over the river next Tuesday morning';

const words = {
  person: ['Anna', 'my uncle', 'the pilot', 'a nurse', 'Tom', 'their coach', 'the mayor', 'an old sailor'],
  verb: ['painted', 'sold', 'found', 'dropped', 'mended', 'hid', 'carried', 'praised'],
  manner: ['slowly', 'proudly', 'almost', 'once more', 'at last', 'by mistake', 'gladly', 'again'],
  thing: ['a ladder', 'two clocks', 'the red kite', 'his boots', 'some bread', 'every map', 'a drum', 'her notes'],
  place: ['in the yard', 'near a lake', 'at school', 'on deck', 'under the roof', 'by train', 'abroad', 'at home'],
  time: ['on Monday', 'last week', 'at dawn', 'in winter', 'yesterday', 'after lunch', 'before noon', 'in May'],
} as const;

function wordOf(list: keyof typeof words, number: number): string {
  return words[list][number % 8] ?? '';
}

/** What leaves one gate enters the next, and each gate's own sums close. */
function assertConserved(funnel: readonly FunnelRow[]): void {
  funnel.forEach(({ stage, kept, rejected, ...row }, place) => {
    const out = kept + Object.values(rejected).reduce((sum, count) => sum + count, 0);
    assert.equal(out, row.in, `${stage}: in is not kept and rejected together`);
    const next = funnel[place + 1];
    if (next !== undefined) assert.equal(next.in, kept, `${next.stage} takes what ${stage} kept`);
  });
}
