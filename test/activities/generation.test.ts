// Generate and attempt jobs: seeded draws, and answers that are paid for once.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { attemptRecipe } from '../../activities/attempts.ts';
import { createChunkActivities } from '../../activities/chunks.ts';
import { generateRecipe } from '../../activities/generation.ts';
import { writeRows } from '../../activities/rows.ts';
import { fingerprint } from '../../adapters/datasets/fingerprint.ts';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import { RefusedRequest } from '../../activities/ports/language-model.ts';
import type { ChunkedJob, GenerateJob } from '../../contracts/chunked-jobs.ts';
import type { FileSource, GeneratorConfig, LanguageModelGeneratorConfig } from '../../contracts/campaign.ts';
import { TransientError } from '../../contracts/failures.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import { scriptedModel, type Reply } from './scripted-model.ts';
import { asActivity, makeWorkplace, pairOf, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const endpoint = { model: 'tiny', servers: [{ url: 'http://127.0.0.1:1/v1', weight: 1 }], route: 'chat' } as const;
const sampling = { temperature: 1, topP: 0.95, maxTokens: 100 };

const writer: LanguageModelGeneratorConfig = {
  kind: 'llm',
  name: 'writer',
  endpoint,
  requests: 6,
  perRequest: 1,
  fewShots: { count: 3, policy: 'pool' },
  structured: false,
  solver: { endpoint, sampling, attempts: 3, agreement: 2 },
  sampling,
};

/** An endpoint that answers from `reply` and lists what it was asked. */
function makeEndpoint(reply?: Reply) {
  const model = scriptedModel(reply);
  const ports = { ...model.ports, datasets: { read: readDataset, fingerprint }, promptFiles, engine: plainEngine };
  return { asked: model.asked, ports };
}

async function runAll({ openStore }: Workplace, ports: ReturnType<typeof makeEndpoint>['ports'], job: ChunkedJob) {
  const chunks = createChunkActivities(openStore, {
    generate: (one) => generateRecipe(ports, one),
    attempt: (one, store) => attemptRecipe(ports, one, store),
  });
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) await asActivity(() => chunks.runChunk({ job, chunk }));
  return chunks.assembleChunks(job);
}

async function makeJob({ store, context }: Workplace, generator: GeneratorConfig, round = 1): Promise<GenerateJob> {
  const pool = await writeRows(store, 'samples', symbolicSamples(12, ['hypernyms', 'negation']));
  const poolSketches = await writeRows(store, 'sketches', []);
  const clusters = { ...poolSketches, kind: 'clusters' } as const;
  return { kind: 'generate', context, round, pool, poolSketches, clusters, generator, prices: null };
}

describe('a language-model generator', () => {
  it('shows distinct samples of the pool, others for every request, and writes them into the lineage', async (test) => {
    const place = await makeWorkplace(test);
    const { asked, ports } = makeEndpoint();
    const { output, summary } = await runAll(place, ports, await makeJob(place, writer));
    const drafts = await rowsOf(place.store, 'drafts', output);
    assert.equal(drafts.length, 6);
    const ids = new Set(symbolicSamples(12, ['hypernyms', 'negation']).map(({ id }) => id));
    for (const { lineage } of drafts) {
      assert.equal(new Set(lineage.fewShots).size, 3);
      assert.ok(lineage.fewShots.every((id) => ids.has(id)));
      assert.deepEqual([lineage.origin, lineage.model, lineage.round], ['llm', 'tiny', 1]);
      assert.match(lineage.requestHash ?? '', /^[0-9a-f]{64}$/);
      assert.notEqual(lineage.template, undefined);
    }
    assert.ok(new Set(drafts.map(({ lineage }) => lineage.fewShots.join())).size > 4);
    assert.equal(new Set(asked.map(({ seed }) => seed)).size, 6);
    const tokens = { requests: 6, promptTokens: 60, cachedTokens: 0, completionTokens: 30, cost: null };
    assert.deepEqual(summary.tokens, tokens);
    assert.equal(summary.ledger?.rows, 6);
  });

  it('draws the same for the same seed and others for another seed or round', async (test) => {
    const requestsOf = async (change: { seed?: number; round?: number }) => {
      const place = await makeWorkplace(test);
      const { asked, ports } = makeEndpoint();
      const job = await makeJob(place, writer, change.round ?? 1);
      await runAll(place, ports, { ...job, context: { ...job.context, seed: change.seed ?? 7 } });
      return asked.map((request) => requestHash(request)).sort();
    };
    const first = await requestsOf({});
    assert.deepEqual(await requestsOf({}), first);
    for (const change of [{ seed: 8 }, { round: 2 }]) {
      assert.deepEqual(
        (await requestsOf(change)).filter((hash) => first.includes(hash)),
        [],
      );
    }
  });

  it('asks nothing again that was answered before the worker died', async (test) => {
    const place = await makeWorkplace(test);
    const job = await makeJob(place, writer);
    let left = 2;
    const dying = makeEndpoint(() => (left-- > 0 ? {} : new TransientError('gone', { retryAfterSeconds: 60 })));
    await assert.rejects(runAll(place, dying.ports, job), /gone/);
    const again = makeEndpoint();
    const { summary } = await runAll(place, again.ports, job);
    assert.equal(again.asked.length, 4);
    assert.equal(summary.tokens.requests, 6, 'what was paid for counts, once');
  });

  it('is the same work whoever serves the model, by either route, and whoever solves', async (test) => {
    const place = await makeWorkplace(test);
    const first = makeEndpoint();
    const { key } = await runAll(place, first.ports, await makeJob(place, writer));
    const elsewhere = { ...endpoint, servers: [{ url: 'http://elsewhere/v1', weight: 3 }], route: 'batch' } as const;
    const solver = { ...writer.solver, attempts: 9, endpoint: elsewhere };
    const other = makeEndpoint();
    const again = await runAll(place, other.ports, await makeJob(place, { ...writer, endpoint: elsewhere, solver }));
    assert.equal(again.key, key);
    assert.equal(other.asked.length, 0);
  });

  it('keeps what gave no draft as rejects by reason: cut short, refused, never usable', async (test) => {
    const place = await makeWorkplace(test);
    let request = 0;
    const { ports } = makeEndpoint(() => {
      request += 1;
      if (request === 1) return { finishReason: 'length', content: 'Premise: and then' };
      if (request === 2) return new RefusedRequest('HTTP 400: context length exceeded', 400);
      return {};
    });
    const { output, rejects, counts } = await runAll(place, ports, await makeJob(place, writer));
    assert.equal((await rowsOf(place.store, 'drafts', output)).length, 4);
    const rejected = await rowsOf(place.store, 'rejects', rejects);
    assert.deepEqual(
      new Map(rejected.map(({ reason, detail }) => [reason, detail])),
      new Map([
        ['cut-short', 'the answer reached sampling.maxTokens; raise it, or ask for fewer samples a request'],
        ['request-refused', 'HTTP 400: context length exceeded'],
      ]),
    );
    assert.deepEqual(counts, { writer: { in: 6, kept: 4, rejected: { 'cut-short': 1, 'request-refused': 1 } } });
  });

  it('asks for JSON of the schema of its task where it is told to', async (test) => {
    const place = await makeWorkplace(test);
    const { asked, ports } = makeEndpoint();
    await runAll(place, ports, await makeJob(place, { ...writer, structured: true, perRequest: 2 }));
    assert.ok(asked.every(({ responseSchema }) => responseSchema !== undefined));
  });

  it('copes with a pool smaller than its few-shots', async (test) => {
    const place = await makeWorkplace(test);
    const { ports } = makeEndpoint();
    const job = await makeJob(place, { ...writer, requests: 1, fewShots: { count: 50, policy: 'pool' } });
    const { output } = await runAll(place, ports, job);
    const [draft] = await rowsOf(place.store, 'drafts', output);
    assert.equal(new Set(draft?.lineage.fewShots).size, 12);
  });
});

describe('a file generator', () => {
  async function writePairs(folder: string, name: string, count: number): Promise<FileSource> {
    const path = join(folder, name);
    const lines = Array.from({ length: count }, (_, index) => `p${index}\th${index}\tyes`);
    await writeFile(path, ['premise\thypothesis\tlabel', ...lines].join('\n'));
    const map = { premise: 'premise', hypothesis: 'hypothesis', label: 'label' };
    return { kind: 'file', path, format: 'tsv', map, where: {}, skip: 0 };
  }

  const drawn = async (place: Workplace, generator: GeneratorConfig, round: number) => {
    const { output } = await runAll(place, makeEndpoint().ports, await makeJob(place, generator, round));
    return (await rowsOf(place.store, 'drafts', output)).map(({ id }) => id.replace(/^r\d+\//, ''));
  };

  it('takes disjoint rows in every round, from all its sources in turn, until they are used up', async (test) => {
    const place = await makeWorkplace(test);
    const sources = [await writePairs(place.folder, 'a.tsv', 20), await writePairs(place.folder, 'b.tsv', 20)];
    const generator = { kind: 'file', name: 'rows', sources, count: 15 } as const;
    const rounds = [
      await drawn(place, generator, 1),
      await drawn(place, generator, 2),
      await drawn(place, generator, 3),
    ];
    assert.deepEqual(
      rounds.map((ids) => ids.length),
      [15, 15, 10],
    );
    assert.equal(new Set(rounds.flat()).size, 40);
    assert.equal(rounds[0]!.filter((id) => id.includes('/a.tsv:')).length, 8);
    assert.deepEqual(await drawn(place, generator, 4), []);
  });

  it('leaves the rows alone that its skip and count leave to others', async (test) => {
    const place = await makeWorkplace(test);
    const file = await writePairs(place.folder, 'a.tsv', 20);
    const make = (source: FileSource, count: number) =>
      ({ kind: 'file', name: 'rows', sources: [source], count }) as const;
    const reserved = await drawn(place, make({ ...file, count: 5 }, 5), 1);
    const rounds = [1, 2, 3].map((round) => drawn(place, make({ ...file, skip: 5, count: 8 }, 6), round));
    const taken = (await Promise.all(rounds)).map((ids) => ids);
    assert.deepEqual(
      taken.map((ids) => ids.length),
      [6, 2, 0],
    );
    assert.ok(taken.flat().every((id) => !reserved.includes(id)));
  });
});

describe('a symbolic generator', () => {
  it('makes other records in every round, the same ones whenever it is asked', async (test) => {
    const place = await makeWorkplace(test);
    const generator = { kind: 'symbolic', name: 'rules', slices: ['voice', 'negation'], count: 30 } as const;
    const idsOf = async (round: number) => {
      const { output } = await runAll(place, makeEndpoint().ports, await makeJob(place, generator, round));
      return (await rowsOf(place.store, 'drafts', output)).map(({ id, content }) => [id, content] as const);
    };
    const [first, second] = [await idsOf(1), await idsOf(2)];
    assert.equal(new Set([...first, ...second].map(([id]) => id)).size, 60);
    assert.notDeepEqual(
      first.map(([, content]) => content),
      second.map(([, content]) => content),
    );
    const elsewhere = await makeWorkplace(test);
    const { output } = await runAll(elsewhere, makeEndpoint().ports, await makeJob(elsewhere, generator));
    const again = (await rowsOf(elsewhere.store, 'drafts', output)).map(({ id, content }) => [id, content]);
    assert.deepEqual(again, first);
  });
});

describe('attempts', () => {
  const candidates = Array.from({ length: 6 }, (_, index) =>
    pairOf(`r1/${index}`, { premise: `P ${index}.`, hypothesis: 'H.', label: 'yes' }, index % 2 ? 'writer' : 'rules'),
  );

  it('are asked for the candidates of their generator alone, as often as it says, each with a seed of its own', async (test) => {
    const place = await makeWorkplace(test);
    const table = await writeRows(place.store, 'samples', candidates);
    const { asked, ports } = makeEndpoint();
    const job = {
      kind: 'attempt',
      context: place.context,
      candidates: table,
      generator: writer,
      prices: null,
    } as const;
    const { output, summary } = await runAll(place, ports, job);
    const rows = await rowsOf(place.store, 'attempts', output);
    assert.deepEqual(
      rows.map(({ id, responses, requestHashes }) => [id, responses.length, new Set(requestHashes).size]),
      [
        ['r1/1', 3, 3],
        ['r1/3', 3, 3],
        ['r1/5', 3, 3],
      ],
    );
    assert.equal(new Set(asked.map(({ seed }) => seed)).size, 9);
    assert.equal(summary.tokens.requests, 9);
    await runAll(place, ports, job);
    assert.equal(asked.length, 9);
  });

  it('say nothing when they were cut short', async (test) => {
    const place = await makeWorkplace(test);
    const table = await writeRows(place.store, 'samples', candidates);
    const { ports } = makeEndpoint(() => ({ content: 'Answer: yes, but', finishReason: 'length' }));
    const job = {
      kind: 'attempt',
      context: place.context,
      candidates: table,
      generator: writer,
      prices: null,
    } as const;
    const { output } = await runAll(place, ports, job);
    const [row] = await rowsOf(place.store, 'attempts', output);
    assert.deepEqual(row?.responses, ['', '', '']);
  });
});
