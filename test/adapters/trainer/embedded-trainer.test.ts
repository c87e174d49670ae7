// The embedded trainer on a tiny model: a run that was broken off gives the very bytes of one that was not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../../../activities/ports/store.ts';
import type { TrainedFile, TrainedStudent, TrainingRun } from '../../../activities/ports/trainer.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { createEmbeddedTrainer } from '../../../adapters/trainer/embedded/embedded-trainer.ts';
import { decodeRunState, encodeRunState } from '../../../adapters/trainer/embedded/run-state.ts';
import type { EmbeddedTrainerConfig, TrainerConfig } from '../../../contracts/trainers.ts';
import { initialAdamW } from '../../../core/training/adamw.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

let folder: string;
let trainer: EmbeddedTrainerConfig;
let undisturbed: TrainedStudent;

const runKey = 'ab'.repeat(32);

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
    method: { kind: 'lora', rank: 2, alpha: 4, layers: 1 },
    epochs: 4,
    batchSize: 4,
    learningRate: 0.02,
    schedule: 'cosine',
    packing: false,
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
  { embedded = createEmbeddedTrainer(), seed = 5 } = {},
): Promise<TrainingRun> {
  return embedded.start({ ...specificationOf(change, seed), store });
}

function specificationOf(change: Partial<EmbeddedTrainerConfig>, seed = 5) {
  return { runKey, trainer: { ...trainer, ...change }, examples, seed };
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

function lossesIn({ files }: TrainedStudent): number[] {
  const { pieces } = files.find(({ path }) => path === 'losses.json')!;
  return JSON.parse(Buffer.concat([...(pieces as Iterable<Uint8Array>)]).toString()) as number[];
}

async function bytesOf({ pieces }: TrainedFile): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

/** Trains in a process of its own and kills it once it has seen step `step`; gives the last step that was seen. */
async function killedAfter(
  step: number,
  specification: ReturnType<typeof specificationOf>,
  store: string,
): Promise<number> {
  const path = join(folder, 'specification.json');
  await writeFile(path, JSON.stringify(specification));
  const script = new URL('../../helpers/training-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, store], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    seen = Number(line);
    if (seen >= step) child.kill('SIGKILL');
  }
  assert.deepEqual(await exit, [null, 'SIGKILL']);
  return seen;
}

describe('the embedded trainer', () => {
  it('takes every step, and the loss falls', () => {
    const { steps, firstLoss, lastLoss, form } = undisturbed;
    assert.deepEqual([steps, form], [12, 'adapter']);
    assert.ok(lastLoss < 0.7 * firstLoss, `${firstLoss} -> ${lastLoss}`);
    const losses = lossesIn(undisturbed);
    assert.deepEqual([losses.length, losses[0], losses.at(-1)], [12, firstLoss, lastLoss]);
  });

  it('goes on after a crash to the same losses and the same adapter, byte for byte', async () => {
    const store = makeStore('crash');
    const broken = await start(brokenAfter(store, 2));
    const { state, failure } = await ended(broken);
    assert.deepEqual([state, failure], ['failed', 'the disk is gone']);
    await assert.rejects(broken.collect(), /the disk is gone/);
    const [checkpoint] = await store.readScratch(runKey);
    assert.equal(decodeRunState(checkpoint!.bytes).losses.length, 4);

    const resumed = await start(store);
    assert.equal((await ended(resumed)).state, 'succeeded');
    assert.deepEqual(await resumed.collect(), undisturbed);
  });

  it('goes on after it was cancelled, however often it saves', async () => {
    const store = makeStore('cancel');
    const first = await start(store, { checkpointEverySteps: 100 });
    while ((await first.poll()).step < 3) await wait(1);
    await first.cancel();
    const { state, step, failure } = await first.poll();
    assert.equal(state, 'failed');
    assert.match(failure ?? '', /was cancelled and ended at step \d+ of 12/);
    assert.ok(step >= 3 && step < 12, `cancelled at step ${step}`);
    await assert.rejects(first.collect(), { type: 'TrainingFailed', message: /ended at step \d+ of 12/ });
    const [checkpoint] = await store.readScratch(runKey);
    assert.equal(decodeRunState(checkpoint!.bytes).losses.length, step);

    const second = await start(store, { checkpointEverySteps: 5 });
    await ended(second);
    assert.deepEqual(await second.collect(), undisturbed);
  });

  it('begins a failed run again in the same process', async () => {
    const store = makeStore('again');
    const embedded = createEmbeddedTrainer();
    await ended(await start(brokenAfter(store, 1), {}, { embedded }));
    const run = await start(store, {}, { embedded });
    assert.equal((await ended(run)).state, 'succeeded');
    assert.deepEqual(await run.collect(), undisturbed);
  });

  it('goes on after its process was killed between two checkpoints to the very same losses and student', async () => {
    const change = { epochs: 20, checkpointEverySteps: 7 };
    const alone = await start(makeStore('never-killed'), change);
    assert.equal((await ended(alone)).state, 'succeeded');
    const expected = await alone.collect();

    const seen = await killedAfter(16, specificationOf(change), join(folder, 'killed'));
    const store = makeStore('killed');
    const [checkpoint] = await store.readScratch(runKey);
    const kept = decodeRunState(checkpoint!.bytes).losses.length;
    assert.ok(kept % 7 === 0 && kept >= 14 && kept < 60 && seen >= 16, `killed at ${seen}, kept ${kept}`);

    const resumed = await start(store, change);
    assert.equal((await ended(resumed)).state, 'succeeded');
    const found = await resumed.collect();
    assert.deepEqual(lossesIn(found), lossesIn(expected));
    assert.deepEqual(found, expected);
  });

  it('trains the last layers or everything, packed or not, and goes on after a crash', async () => {
    const methods = [{ kind: 'last-layers', layers: 1 }, { kind: 'full' }] as const;
    for (const method of methods) {
      for (const packing of [false, true]) {
        const change = { method, packing, learningRate: 0.005 };
        const whole = await start(makeStore(`${method.kind}-${packing}`), change);
        assert.equal((await ended(whole)).state, 'succeeded');
        const student = await whole.collect();
        assert.equal(student.form, 'tensors');
        assert.ok(student.lastLoss < student.firstLoss, `${student.firstLoss} -> ${student.lastLoss}`);
        const store = makeStore(`${method.kind}-${packing}-crash`);
        await ended(await start(brokenAfter(store, 2), change));
        const resumed = await start(store, change);
        await ended(resumed);
        assert.deepEqual(await resumed.collect(), student);
      }
    }
  });

  it('writes the changed tensors under their Hugging Face names', async () => {
    const run = await start(makeStore('tensors'), { method: { kind: 'full' } });
    await ended(run);
    const { files } = await run.collect();
    const bytes = await bytesOf(files.find(({ path }) => path === 'tensors.safetensors')!);
    const length = Number(bytes.readBigUInt64LE(0));
    const { __metadata__: metadata, ...table } = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
      string,
      { shape: number[]; data_offsets: [number, number] }
    >;
    assert.deepEqual(table['model.layers.0.mlp.up_proj.weight']!.shape, [64, 32]);
    assert.equal(Object.keys(table).length, 2 + 2 * 9);
    assert.equal(Math.max(...Object.values(table).map((entry) => entry.data_offsets[1])), bytes.length - 8 - length);
  });

  it('names the step whose loss is no number, and keeps the checkpoint before it', async () => {
    const store = makeStore('broken');
    const run = await start(store, { learningRate: 1e38, warmupShare: 0, checkpointEverySteps: 1 });
    const { state, failure, step } = await ended(run);
    assert.equal(state, 'failed');
    assert.match(failure ?? '', new RegExp(`step ${step + 1}: the (loss|gradient norm) is (NaN|Infinity|-Infinity)`));
    await assert.rejects(run.collect(), { type: 'TrainingFailed' });
    const [checkpoint] = await store.readScratch(runKey);
    assert.equal(decodeRunState(checkpoint!.bytes).losses.length, step);
  });

  it('tells how many samples did not fit, and fails when none does', async () => {
    const long = [...examples, { prompt: 'Why?', completion: 'because '.repeat(30) }];
    const embedded = createEmbeddedTrainer();
    const specification = { ...specificationOf({ maxLength: 24 }), examples: long, store: makeStore('long') };
    const run = await embedded.start(specification);
    assert.equal((await ended(run)).state, 'succeeded');
    const { files } = await run.collect();
    const counts = (await bytesOf(files.find(({ path }) => path === 'samples.json')!)).toString();
    assert.deepEqual(JSON.parse(counts), { learnedFrom: 10, shortened: 10, leftOut: 1 });
    const none = await start(makeStore('none'), { maxLength: 2 });
    const { state, failure } = await ended(none);
    assert.equal(state, 'failed');
    assert.match(failure ?? '', /Nothing to train on: of 10 samples none has a completion of 1 to 1 tokens/);
  });

  it('gives another student for another seed', async () => {
    const run = await start(makeStore('seed'), {}, { seed: 6 });
    await ended(run);
    assert.notEqual((await run.collect()).lastLoss, undisturbed.lastLoss);
  });

  it('adopts the run that is under way', async () => {
    const store = makeStore('adopt');
    const embedded = createEmbeddedTrainer();
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
    const embedded = createEmbeddedTrainer();
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
