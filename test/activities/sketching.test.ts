// Sketch jobs on a tiny model: nothing is computed twice, and what has no gradient is a reject.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createChunkActivities } from '../../activities/chunks.ts';
import { guardActivities } from '../../activities/guard.ts';
import type { ModelRuntime } from '../../activities/ports/models.ts';
import { writeRows } from '../../activities/rows.ts';
import { sketchRecipe } from '../../activities/sketching.ts';
import { stageKey } from '../../activities/stage.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import type { SketchJob } from '../../contracts/chunked-jobs.ts';
import type { Sample } from '../../contracts/samples.ts';
import { counted, makeTinyRuntime } from './models.ts';
import {
  asActivity,
  makeWorkplace,
  mockEnvironment,
  pairOf,
  rowsOf,
  symbolicSamples,
  type Workplace,
} from './workplace.ts';

async function makeJob({ store, context }: Workplace, model: string, samples: readonly Sample[]): Promise<SketchJob> {
  const sketch = { proxy: model, p: 4, seed: 1, target: 'text', tokenBudget: 256, shardRows: 8 } as const;
  return { kind: 'sketch', context, samples: await writeRows(store, 'samples', samples), sketch };
}

async function sketchAll(place: Workplace, models: ModelRuntime, job: SketchJob) {
  const chunks = createChunkActivities(place.openStore, { sketch: (one) => sketchRecipe(models, one) });
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) await asActivity(() => chunks.runChunk({ job, chunk }));
  return chunks.assembleChunks(job);
}

describe('sketching', () => {
  it('gives one unit row a sample, in order, and records by what it was made', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const samples = symbolicSamples(11, ['hypernyms', 'negation']);
    const { output, counts } = await sketchAll(place, models, await makeJob(place, model, samples));
    const rows = await rowsOf(place.store, 'sketches', output);
    assert.deepEqual(
      rows.map(({ id }) => id),
      samples.map(({ id }) => id),
    );
    for (const { sketch, loss, tokens } of rows) {
      assert.equal(sketch.length, 16);
      const norm = Math.sqrt(sketch.reduce((sum, value) => sum + value * value, 0));
      assert.ok(Math.abs(norm - 1) < 1e-6, `norm ${norm}`);
      assert.ok(loss > 0 && tokens > 0);
    }
    assert.deepEqual(counts, { seeds: { in: 11, kept: 11, rejected: {} } });
    const { metadata } = await place.store.readManifest(output);
    assert.deepEqual(Object.keys(metadata).sort(), [
      'config',
      'specification',
      'target',
      'template',
      'tokenizer',
      'weights',
    ]);
  });

  it('takes up where a killed attempt left off: rows that are durable are not computed again', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const job = await makeJob(place, model, symbolicSamples(8, ['hypernyms', 'negation', 'voice']));
    const killed = counted(models, 2);
    const first = createChunkActivities(place.openStore, { sketch: (one) => sketchRecipe(killed.models, one) });
    const environment = mockEnvironment();
    await assert.rejects(
      environment.run(() => first.runChunk({ job, chunk: 0 })),
      /killed/,
    );
    const resumed = counted(models);
    const outcome = await sketchAll(place, resumed.models, job);
    assert.deepEqual(killed.asked, [8]);
    assert.equal(resumed.asked.length, 1);
    assert.ok(resumed.asked[0]! > 0 && resumed.asked[0]! < 8, `${resumed.asked[0]} of 8 were computed again`);

    const undisturbed = await makeWorkplace(test);
    const whole = await makeJob(undisturbed, model, symbolicSamples(8, ['hypernyms', 'negation', 'voice']));
    const same = await sketchAll(undisturbed, models, whole);
    assert.equal(outcome.output.manifest, same.output.manifest);
    assert.deepEqual(await createDirectoryDriver(join(place.folder, 'store')).list('scratch/'), []);
  });

  it('stops when the activity is cancelled, and keeps what it has', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const job = await makeJob(place, model, symbolicSamples(8, ['hypernyms', 'negation']));
    const chunks = guardActivities(
      createChunkActivities(place.openStore, { sketch: (one) => sketchRecipe(models, one) }),
    );
    const environment = mockEnvironment();
    environment.on('heartbeat', ({ done }: { done: number }) => {
      if (done > 0) environment.cancel();
    });
    await assert.rejects(environment.run(() => chunks.runChunk({ job, chunk: 0 })));
    const resumed = counted(models);
    await sketchAll(place, resumed.models, job);
    assert.ok(resumed.asked[0]! < 8);
  });

  it('turns rows that cannot be sketched away, with the reason', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const long = pairOf('seeds/long', { premise: 'word '.repeat(600), hypothesis: 'Short.', label: 'yes' });
    const job = await makeJob(place, model, [long, ...symbolicSamples(3, ['voice'])]);
    const { output, rejects, counts } = await sketchAll(place, models, job);
    assert.equal(output.rows, 3);
    const [reject] = await rowsOf(place.store, 'rejects', rejects);
    assert.deepEqual([reject?.id, reject?.reason, reject?.stage], ['seeds/long', 'too-long', 'sketch']);
    assert.equal((JSON.parse(reject!.item) as Sample).id, 'seeds/long');
    assert.deepEqual(counts, { seeds: { in: 4, kept: 3, rejected: { 'too-long': 1 } } });
  });

  it('has a key that knows what changes a sketch, and neither the token budget nor where the model lies', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const job = await makeJob(place, model, symbolicSamples(4, ['voice']));
    const keyOf = async (change: Partial<SketchJob['sketch']>, other: Partial<SketchJob> = {}) =>
      stageKey((await sketchRecipe(models, { ...job, ...other, sketch: { ...job.sketch, ...change } })).identity);
    const key = await keyOf({});
    assert.equal(await keyOf({ tokenBudget: 4096 }), key);
    const copy = join(place.folder, 'copy.gguf');
    await cp(model, copy);
    assert.equal(await keyOf({ proxy: copy }), key);
    assert.equal(await keyOf({}, { context: { ...job.context, campaign: 'other' } }), key);
    const others = [
      await keyOf({ p: 8 }),
      await keyOf({ seed: 2 }),
      await keyOf({ target: 'completion' }),
      await keyOf({ shardRows: 4 }),
      await keyOf({}, { samples: (await makeJob(place, model, symbolicSamples(5, ['voice']))).samples }),
    ];
    assert.equal(new Set([key, ...others]).size, 6);
  });
});
