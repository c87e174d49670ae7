// Evaluations on a real Temporal server: killed in the middle they end with the same scores, and every student of the file is
// there, with what sets it apart from the first.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connectEvaluations, type Evaluations, type EvaluationView } from '../../adapters/temporal/evaluations.ts';
import type { EvaluationConfig } from '../../contracts/evaluation.ts';
import { startSeededChatServer } from '../helpers/seeded-chat-server.ts';
import { slices, tinyEvaluation } from '../helpers/tiny-evaluation.ts';
import {
  killEverything,
  makeTinyWorld,
  startTinyStack,
  tinyCampaign,
  type TinyWorld,
} from '../helpers/tiny-campaign.ts';

async function evaluationsOf(test: { after(clean: () => unknown): void }, { stack }: TinyWorld): Promise<Evaluations> {
  const evaluations = await connectEvaluations(stack, 30);
  test.after(() => evaluations.close());
  return evaluations;
}

async function ended(evaluations: Evaluations, name: string): Promise<EvaluationView> {
  return until(evaluations, name, ({ state }) => state !== 'running');
}

async function until(
  evaluations: Evaluations,
  name: string,
  reached: (view: EvaluationView) => boolean,
): Promise<EvaluationView> {
  const deadline = Date.now() + 180_000;
  for (;;) {
    const view = await evaluations.status(name).catch(() => null);
    if (view !== null && reached(view)) return view;
    assert.ok(Date.now() < deadline, `evaluation ${name} never got there: ${view?.doing} ${view?.trouble}`);
    await wait(50);
  }
}

/** All that an evaluation found; stores of their own give the same manifests. */
function foundBy({ scores, comparisons }: EvaluationView) {
  return { scores, comparisons };
}

describe('an evaluation on a real Temporal server', { timeout: 400_000 }, () => {
  it('gives the same scores when killed with kill -9 in the middle as when left alone', async (test) => {
    const world = await makeTinyWorld(test);
    const first = await startTinyStack(test, world);
    const evaluations = await evaluationsOf(test, first);
    await evaluations.start(tinyEvaluation(world, 'undisturbed'));
    const undisturbed = await ended(evaluations, 'undisturbed');
    assert.equal(undisturbed.state, 'completed', undisturbed.failure ?? '');
    assert.deepEqual([undisturbed.done, undisturbed.total, undisturbed.scores.length], [4, 4, 4]);

    await evaluations.start(tinyEvaluation(world, 'disturbed'));
    await until(evaluations, 'disturbed', ({ doing }) => doing === 'tiny on in-rows');
    await killEverything(first);
    const second = await startTinyStack(test, world);
    const again = await evaluationsOf(test, second);
    const { adopted } = await again.start(tinyEvaluation(world, 'disturbed'));
    assert.equal(adopted, true, 'it goes on, and is not begun anew');
    const disturbed = await ended(again, 'disturbed');
    assert.equal(disturbed.state, 'completed', disturbed.failure ?? '');
    assert.deepEqual(foundBy(disturbed), foundBy(undisturbed));

    const tiny = disturbed.comparisons['tiny'];
    assert.ok(tiny?.means.out?.difference?.interval);
    assert.ok('accuracy' in tiny.differences['in-rows']! && 'macro-f1' in tiny.differences['in-rows']);
    assert.equal(disturbed.comparisons['always-no']?.means.in?.second, null);
  });

  it('finds the student of a campaign, asks one behind an endpoint, and names those that are not there', async (test) => {
    const world = await startTinyStack(test, await makeTinyWorld(test));
    const evaluations = await evaluationsOf(test, world);
    const trained = { ...tinyCampaign(world, 'trains'), rounds: 0, generators: [], benchmarks: [] };
    await world.campaigns.start(trained);
    assert.equal((await world.campaigns.result('trains')).state, 'completed');
    const server = await startSeededChatServer({ seed: 'student', answer: () => 'Answer: no' });
    test.after(() => server.close());

    const config = tinyEvaluation(world, 'students');
    const [benchmark] = config.benchmarks;
    const endpoint = { model: 'served', servers: [{ url: server.url, weight: 1 }], route: 'chat' } as const;
    const found: EvaluationConfig = {
      ...config,
      store: trained.store,
      students: [
        { name: 'always-no', kind: 'constant', answer: 'no' },
        { name: 'base', kind: 'embedded', model: world.model, campaign: null },
        { name: 'trained', kind: 'embedded', model: world.model, campaign: 'trains' },
        { name: 'served', kind: 'endpoint', endpoint, prompt: 'template' },
      ],
      benchmarks: [{ ...benchmark!, sources: [{ kind: 'symbolic', slices, count: 24 }] }],
    };
    await evaluations.start(found);
    const view = await ended(evaluations, 'students');
    assert.equal(view.state, 'completed', view.failure ?? '');
    const scoreOf = (name: string) => view.scores.find(({ student }) => student === name)!;
    assert.notEqual(scoreOf('trained').predictions.manifest, scoreOf('base').predictions.manifest);
    const valuesOf = (name: string) =>
      Object.entries(scoreOf(name).score.metrics).map(([metric, { value }]) => [metric, value]);
    assert.deepEqual(valuesOf('served'), valuesOf('always-no'));
    assert.deepEqual(view.comparisons['served']!.differences['in-rows']!['accuracy'], { value: 0, interval: [0, 0] });
    assert.equal(view.tokens.requests, 24);

    const missing = { name: 'missing', kind: 'embedded', model: world.model, campaign: 'nobody' } as const;
    await evaluations.start({ ...found, name: 'missing', students: [missing] });
    const failed = await ended(evaluations, 'missing');
    assert.equal(failed.state, 'failed');
    assert.match(failed.failure ?? '', /no student of a campaign named nobody/);
    await assert.rejects(
      evaluations.start(found).then(() => evaluations.start({ ...found, seed: 8 })),
      {
        type: 'CampaignConflict',
      },
    );
  });
});
