// What judges are asked about candidates and pairs, and what stands in the tables when they do not answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createChunkActivities } from '../../activities/chunks.ts';
import { compareRecipe } from '../../activities/comparing.ts';
import { judgeRecipe } from '../../activities/judging.ts';
import { UnusableAnswer, type ChatRequest, type LanguageModel } from '../../activities/ports/language-model.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import type { ChunkedJob, CompareJob, JudgeJob } from '../../contracts/chunked-jobs.ts';
import type { Pair } from '../../contracts/samples.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples, writeParts, type Workplace } from './workplace.ts';

const use = {
  endpoint: { model: 'judge', servers: [{ url: 'http://127.0.0.1:1/v1', weight: 1 }], route: 'chat' },
  sampling: { temperature: 0, topP: 1, maxTokens: 200 },
} as const;

type Reply = { readonly content: string; readonly finishReason?: string } | 'unusable';

/** A model that answers from `reply` and lists what it was asked. */
function makeModel(reply: (request: ChatRequest) => Reply) {
  const asked: ChatRequest[] = [];
  const usage = {
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens: 5,
    reasoningTokens: 0,
    estimated: false,
    raw: {},
  };
  const chat: LanguageModel['chat'] = {
    complete(request) {
      asked.push(request);
      const answer = reply(request);
      if (answer === 'unusable') {
        const failedTry = { reason: 'empty', promptTokens: 10, completionTokens: 0, estimated: false };
        return Promise.reject(new UnusableAnswer('the answer is empty', failedTry));
      }
      const choice = { reasoning: null, finishReason: 'stop', logprobs: null, ...answer };
      return Promise.resolve({ choices: [choice], usage });
    },
    capabilities: () =>
      Promise.resolve({ choices: true, seed: 'accepted', logprobs: false, schema: null, usage: true, models: null }),
  };
  const batch: LanguageModel['batch'] = {
    submit: () => Promise.reject(new Error('no batches here')),
    poll: () => Promise.reject(new Error('no batches here')),
    collect: () => Promise.reject(new Error('no batches here')),
  };
  const ports = { openEndpoint: () => Promise.resolve({ chat, batch }), requestHash, promptFiles };
  return { asked, ports };
}

async function runAll({ openStore }: Workplace, { ports }: ReturnType<typeof makeModel>, job: ChunkedJob) {
  const chunks = createChunkActivities(openStore, {
    judge: (one, store) => judgeRecipe(ports, one, store),
    compare: (one, store) => compareRecipe(ports, one, store),
  });
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) await asActivity(() => chunks.runChunk({ job, chunk }));
  return chunks.assembleChunks(job);
}

describe('a judge', () => {
  const samples = symbolicSamples(3, ['hypernyms', 'negation'], 'rules');
  const makeJob = async ({ store, context }: Workplace): Promise<JudgeJob> => {
    const candidates = await writeParts(store, 'samples', samples.slice(0, 1), samples.slice(1));
    return { kind: 'judge', context, candidates, judge: { ...use, name: 'critic', least: 3 }, prices: null };
  };

  it('sees every candidate once, and its words stand beside the candidates in their order', async (test) => {
    const place = await makeWorkplace(test);
    const model = makeModel((request) => {
      const place_ = samples.findIndex(({ prompt }) => request.messages[1]?.content.includes(prompt));
      return { content: `Fine.\nScore: ${place_ + 1}` };
    });
    const job = await makeJob(place);
    const { output, summary } = await runAll(place, model, job);
    const scores = await rowsOf(place.store, 'attempts', output);
    assert.deepEqual(
      scores.map(({ id, responses }) => [id, responses]),
      samples.map(({ id }, index) => [id, [`Fine.\nScore: ${index + 1}`]]),
    );
    assert.deepEqual(
      scores.flatMap(({ requestHashes }) => requestHashes).toSorted(),
      model.asked.map(requestHash).toSorted(),
    );
    assert.equal(summary.tokens.requests, 3);
    assert.equal(summary.ledger?.rows, 3);
    const { metadata } = await place.store.readManifest(output);
    assert.deepEqual(metadata, { model: 'judge', template: 'quality-judge/2' });
  });

  it('says nothing where its answer was cut short, or none could be used', async (test) => {
    const place = await makeWorkplace(test);
    let answered = 0;
    const model = makeModel(() => {
      answered += 1;
      if (answered === 1) return { content: 'Score: 5' };
      return answered === 2 ? { content: 'Score: 5', finishReason: 'length' } : 'unusable';
    });
    const { output } = await runAll(place, model, await makeJob(place));
    const responses = (await rowsOf(place.store, 'attempts', output)).flatMap((attempt) => attempt.responses);
    assert.deepEqual(responses.toSorted(), ['', '', 'Score: 5']);
  });

  it('is asked anew when its prompt, its sampling or its model is another', async (test) => {
    const place = await makeWorkplace(test);
    const job = await makeJob(place);
    const model = makeModel(() => ({ content: 'Score: 5' }));
    const keyOf = async (change: Partial<JudgeJob['judge']>) =>
      (await runAll(place, model, { ...job, judge: { ...job.judge, ...change } })).key;
    const keys = [
      await keyOf({}),
      await keyOf({ sampling: { ...use.sampling, temperature: 0.5 } }),
      await keyOf({ endpoint: { ...use.endpoint, model: 'other' } }),
    ];
    assert.equal(new Set(keys).size, 3);
    assert.equal(model.asked.length, 9);
    const elsewhere = { ...use.endpoint, servers: [{ url: 'http://127.0.0.1:2/v1', weight: 1 }] };
    assert.equal(await keyOf({ endpoint: elsewhere, least: 1 }), keys[0]);
    assert.equal(model.asked.length, 9);
  });
});

describe('a comparison', () => {
  it('asks about every pair with both texts', async (test) => {
    const place = await makeWorkplace(test);
    const pair = (id: string): Pair => {
      return {
        id,
        benchmark: 'dates',
        rowId: `dates/${id}`,
        similarity: 0.8,
        text: `own ${id}`,
        benchmarkText: `row ${id}`,
      };
    };
    const pairs = await writeParts(place.store, 'pairs', [pair('a')], [pair('b')]);
    const job: CompareJob = { kind: 'compare', context: place.context, pairs, judge: use, prices: null };
    const model = makeModel(({ messages }) => {
      const same = messages[1]?.content.includes('row a') && messages[1].content.includes('own a');
      return { content: `Verdict: ${same === true ? 'same' : 'different'}` };
    });
    const { output } = await runAll(place, model, job);
    assert.deepEqual(
      (await rowsOf(place.store, 'attempts', output)).map(({ id, responses }) => [id, responses]),
      [
        ['a', ['Verdict: same']],
        ['b', ['Verdict: different']],
      ],
    );
  });
});
