// The embedded trainer on a tiny model: a run that was broken off gives the very bytes of one that was not.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../../../activities/ports/store.ts';
import type { TrainedStudent, TrainingRun } from '../../../activities/ports/trainer.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { createEmbeddedTrainer } from '../../../adapters/trainer/embedded/embedded-trainer.ts';
import { decodeRunState, encodeRunState } from '../../../adapters/trainer/embedded/run-state.ts';
import type { EmbeddedTrainerConfig, TrainerConfig } from '../../../contracts/campaign.ts';
import { initialAdamW } from '../../../core/training/adamw.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

let folder: string;
let trainer: EmbeddedTrainerConfig;
let undisturbed: TrainedStudent;

const examples = Array.from({ length: 10 }, (_, index) => ({
  prompt: `Is ${index} an even number?`,
  completion: index % 2 === 0 ? 'yes' : 'no',
}));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffract-embedded-'));
  process.env['DIFFRACT_CACHE'] = join(folder, 'cache');
  const model = join(folder, 'tiny.gguf');
  await writeTinyGguf(model);
  trainer = {
    kind: 'embedded',
    model,
    lora: { rank: 2, alpha: 4, layers: 1 },
    epochs: 4,
    batchSize: 4,
    learningRate: 0.02,
    warmupShare: 0.1,
    weightDecay: 0.01,
    clipNorm: 1,
    checkpointEverySteps: 2,
  };
  const run = await start(makeStore('undisturbed'));
  assert.equal((await ended(run)).state, 'succeeded');
  undisturbed = await run.collect();
});
after(() => rm(folder, { recursive: true, force: true }));

function makeStore(name: string): Store {
  return createStore(createDirectoryDriver(join(folder, name)));
}

function start(
  store: Store,
  change: Partial<EmbeddedTrainerConfig> = {},
  { sessions = 1, embedded = createEmbeddedTrainer({ sessions }), seed = 5 } = {},
): Promise<TrainingRun> {
  return embedded.start({ runKey: 'ab'.repeat(32), trainer: { ...trainer, ...change }, examples, seed, store });
}

async function ended(run: TrainingRun) {
  for (;;) {
    const progress = await run.poll();
    if (progress.state !== 'running') return progress;
    await wait(5);
  }
}

/** The store, until its `count`-th checkpoint has been written; after that writing fails, as for a worker that is gone. */
function brokenAfter(store: Store, count: number): Store {
  let left = count;
  return {
    ...store,
    writeScratch: (...piece) =>
      left-- > 0 ? store.writeScratch(...piece) : Promise.reject(new Error('the disk is gone')),
  };
}

describe('the embedded trainer', () => {
  it('takes every step, and the loss falls', () => {
    const { steps, firstLoss, lastLoss, files } = undisturbed;
    assert.equal(steps, 12);
    assert.ok(lastLoss < 0.7 * firstLoss, `${firstLoss} -> ${lastLoss}`);
    const losses = JSON.parse(
      new TextDecoder().decode(files.find(({ path }) => path === 'losses.json')!.bytes),
    ) as number[];
    assert.deepEqual([losses.length, losses[0], losses.at(-1)], [12, firstLoss, lastLoss]);
  });

  it('goes on after a crash to the same losses and the same adapter, byte for byte', async () => {
    const store = makeStore('crash');
    const broken = await start(brokenAfter(store, 2));
    const { state, failure } = await ended(broken);
    assert.deepEqual([state, failure], ['failed', 'the disk is gone']);
    await assert.rejects(broken.collect(), /the disk is gone/);
    const [checkpoint] = await store.readScratch('ab'.repeat(32));
    assert.equal(decodeRunState(checkpoint!.bytes).losses.length, 4);

    const resumed = await start(store);
    assert.equal((await ended(resumed)).state, 'succeeded');
    assert.deepEqual(await resumed.collect(), undisturbed);
  });

  it('goes on after it was cancelled, however often it saves', async () => {
    const store = makeStore('cancel');
    const first = await start(store, { checkpointEverySteps: 1 });
    while ((await first.poll()).step < 3) await wait(1);
    await first.cancel();
    const { state, step, failure } = await first.poll();
    assert.deepEqual([state, failure], ['failed', 'cancelled']);
    assert.ok(step >= 3 && step < 12, `cancelled at step ${step}`);
    await assert.rejects(first.collect(), { type: 'TrainingFailed', message: /ended at step \d+ of 12/ });

    const second = await start(store, { checkpointEverySteps: 5 });
    await ended(second);
    assert.deepEqual(await second.collect(), undisturbed);
  });

  it('begins a failed run again in the same process', async () => {
    const store = makeStore('again');
    const embedded = createEmbeddedTrainer({ sessions: 1 });
    await ended(await start(brokenAfter(store, 1), {}, { embedded }));
    const run = await start(store, {}, { embedded });
    assert.equal((await ended(run)).state, 'succeeded');
    assert.deepEqual(await run.collect(), undisturbed);
  });

  it('gives the same student with more sessions', async () => {
    const run = await start(makeStore('sessions'), {}, { sessions: 2 });
    await ended(run);
    assert.deepEqual(await run.collect(), undisturbed);
  });

  it('gives another student for another seed', async () => {
    const run = await start(makeStore('seed'), {}, { seed: 6 });
    await ended(run);
    assert.notEqual((await run.collect()).lastLoss, undisturbed.lastLoss);
  });

  it('adopts the run that is under way', async () => {
    const store = makeStore('adopt');
    const embedded = createEmbeddedTrainer({ sessions: 1 });
    const [one, two] = [await start(store, {}, { embedded }), await start(store, {}, { embedded })];
    await ended(one);
    assert.equal((await two.poll()).step, 12);
    assert.deepEqual(await two.collect(), undisturbed);
  });

  it('tells a missing model as the failure of the run', async () => {
    const run = await start(makeStore('missing'), { model: join(folder, 'absent.gguf') });
    const { state, failure } = await ended(run);
    assert.equal(state, 'failed');
    assert.match(failure ?? '', /No model ".*absent\.gguf"/);
  });

  it('refuses the configuration of another trainer', async () => {
    const other = { kind: 'command', command: ['train'] } as unknown as TrainerConfig;
    const embedded = createEmbeddedTrainer({ sessions: 1 });
    await assert.rejects(
      embedded.start({ runKey: 'k', trainer: other, examples, seed: 1, store: makeStore('other') }),
      { type: 'InvalidConfig', message: /given a command configuration/ },
    );
  });
});

describe('the state of a run', () => {
  it('comes back from its bytes as it was, wherever they lie in memory', () => {
    const parameters = new Map([['a', Float32Array.of(1, -2.5, 3e-30)]]);
    const state = { losses: [3.25, 0.1], checkpoint: { parameters, optimizer: initialAdamW(parameters) } };
    const bytes = encodeRunState(state);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(decodeRunState(shifted.subarray(3)), state);
  });
});
