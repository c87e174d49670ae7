// The embedded trainer on a tiny encoder: a classifier that learns, goes on after a crash byte for byte, and ranks labels here as
// it does in transformers.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../../../activities/ports/store.ts';
import type { TrainedStudent, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import { studentFiles } from '../../../activities/ports/student-files.ts';
import { storeStudent } from '../../../activities/student-files.ts';
import { openClassifier } from '../../../adapters/models/classifier.ts';
import { createModelRuntime } from '../../../adapters/models/runtime.ts';
import { writeClassifierFolder } from '../../../adapters/models/write-classifier.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { createEmbeddedTrainer } from '../../../adapters/trainer/embedded/embedded-trainer.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/trainers.ts';
import { writeTinyEncoder } from '../../helpers/tiny-encoder.ts';
import { readWithTransformers, withoutPython } from '../../helpers/written-model.ts';

const labels = ['yes', 'no'];
const never = new AbortController().signal;
const words = ['cat', 'sat', 'hello', 'world', 'play', 'naive'];
/** The answer is yes where the text says `the`. */
const examples = Array.from({ length: 24 }, (_, index) => ({
  prompt: `${words[index % 6]} ${index % 2 === 0 ? 'the' : 'un'} ${words[(index * 5 + 1) % 6]}`,
  completion: index % 2 === 0 ? 'yes' : 'no',
}));

interface StartChange {
  readonly trainer?: Partial<EmbeddedTrainerConfig>;
  readonly examples?: TrainingSpecification['examples'];
  /** Null for a task without labels. */
  readonly labels?: null;
}

describe('an encoder in the embedded trainer', () => {
  let root: string;
  let encoder: string;
  let undisturbed: TrainedStudent;
  const models = createModelRuntime({ sessions: 1 });

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-embedded-classifier-'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    encoder = join(root, 'encoder');
    await writeTinyEncoder(encoder);
    undisturbed = await finish(await start(await newStore()));
  });
  after(async () => {
    await models.close();
    await rm(root, { recursive: true });
  });

  const newStore = async (): Promise<Store> => createStore(createDirectoryDriver(await mkdtemp(join(root, 'store-'))));

  function start(store: Store, change: StartChange = {}) {
    const trainer: EmbeddedTrainerConfig = {
      ...{ kind: 'embedded', model: encoder, method: { kind: 'full' }, epochs: 8, batchSize: 8, learningRate: 0.01 },
      ...{ schedule: 'linear', warmupShare: 0.1, weightDecay: 0, clipNorm: 1, packing: false, checkpointEverySteps: 5 },
      ...change.trainer,
    };
    const { examples: taught = examples } = change;
    const named = 'labels' in change ? {} : { labels };
    const specification = { runKey: 'run', examples: taught, ...named, seed: 7, store, trainer };
    return createEmbeddedTrainer().start(specification);
  }

  async function finish(run: TrainingRun): Promise<TrainedStudent> {
    for (;;) {
      const { state, failure } = await run.poll();
      if (state === 'succeeded') return run.collect();
      if (state === 'failed') throw new Error(failure ?? 'failed');
      await wait(10);
    }
  }

  function bytesOf({ files }: TrainedStudent): Record<string, Buffer> {
    return Object.fromEntries(
      files.map(({ path, pieces }) => [path, Buffer.concat([...(pieces as Iterable<Uint8Array>)])]),
    );
  }

  async function stored(student: TrainedStudent) {
    const store = await newStore();
    return studentFiles(store, await storeStudent(store, student, encoder));
  }

  it('learns its labels, and ranks them by the log-probabilities of its head', async () => {
    const { form, steps, firstLoss, lastLoss } = undisturbed;
    assert.deepEqual([form, steps], ['classifier', 24]);
    assert.ok(lastLoss < firstLoss / 3, `${firstLoss} -> ${lastLoss}`);
    const scorer = await models.openScorer(encoder, await stored(undisturbed));
    const prompts = examples.map(({ prompt }) => prompt);
    const scores = await scorer.scoreLabels(prompts, labels, never);
    for (const row of scores) assert.ok(Math.abs(row.reduce((sum, score) => sum + Math.exp(score), 0) - 1) < 1e-5);
    assert.deepEqual(
      scores.map(([yes, no]) => (yes! > no! ? 'yes' : 'no')),
      examples.map(({ completion }) => completion),
    );
    const turned = await scorer.scoreLabels(prompts.slice(0, 1), ['no', 'yes'], never);
    assert.deepEqual(turned, [[...scores[0]!].reverse()]);
    assert.deepEqual(scorer.identity, await models.identify(encoder));
  });

  it('goes on after a crash to the same student, byte for byte', async () => {
    const store = await newStore();
    let writes = 0;
    const dying: Store = {
      ...store,
      writeScratch: (...piece) => (++writes > 2 ? Promise.reject(new Error('killed')) : store.writeScratch(...piece)),
    };
    await assert.rejects(finish(await start(dying)), /killed/);
    const again = await start(store);
    while ((await again.poll()).step === 0) await wait(1);
    assert.ok((await again.poll()).step >= 10);
    assert.deepEqual(bytesOf(await finish(again)), bytesOf(undisturbed));
  });

  it('of its last layer changes nothing below it', async () => {
    const trainer = { method: { kind: 'last-layers', layers: 1 }, epochs: 1 } as const;
    const student = await finish(await start(await newStore(), { trainer }));
    const { tensors } = await openClassifier(encoder, await stored(student));
    const changed = tensors.filter(({ file }) => file !== undefined).map(({ name }) => name);
    assert.ok(changed.every((name) => /^(?:encoder\.layer\.1|pooler|classifier)\./.test(name)));
    assert.equal(changed.length, 20);
  });

  it('is refused for a task without labels, with adapters, packed, and for examples that are no label', async () => {
    const refused = async (change: StartChange, type: string, message: RegExp): Promise<void> => {
      const run = await start(await newStore(), change);
      await assert.rejects(finish(run), message);
      await assert.rejects(run.collect(), { type });
    };
    await refused({ labels: null }, 'InvalidConfig', /no labels to choose from/);
    await refused({ trainer: { packing: true } }, 'InvalidConfig', /packing/);
    const lora = { kind: 'lora', rank: 2, alpha: 2, layers: 1 } as const;
    await refused({ trainer: { method: lora } }, 'InvalidConfig', /full or last-layers/);
    const strange = [{ prompt: 'a', completion: 'maybe' }];
    await refused({ examples: strange }, 'InvalidData', /"maybe"; expected one of yes, no/);
  });

  it('ranks no label that it was not trained for, writes no text, and has nothing to say before it is trained', async () => {
    const scorer = await models.openScorer(encoder, await stored(undisturbed));
    await assert.rejects(scorer.scoreLabels(['a'], ['yes', 'perhaps'], never), { type: 'InvalidConfig' });
    await assert.rejects(scorer.answer(['a'], 4, never), { type: 'UnsupportedModel' });
    await assert.rejects(models.openScorer(encoder, null), { type: 'UnsupportedModel', message: /encoder without/ });
  });

  it('as a Hugging Face folder has the numbers in transformers that it has here', { skip: withoutPython }, async () => {
    const student = await stored(undisturbed);
    const folder = join(root, 'written');
    await mkdir(folder);
    await writeClassifierFolder(folder, await openClassifier(encoder, student));
    const prompts = ['cat the sat', 'un hello', ' The CAT, naïve café! ', 'the cat '.repeat(40)];
    const found = await readWithTransformers<{ tokens: number[]; scores: Record<string, number> }>(
      folder,
      prompts.map((prompt) => ({ prompt })),
    );
    const scorer = await models.openScorer(encoder, student);
    const ours = await scorer.scoreLabels(prompts, labels, never);
    const { tokensOf } = await openClassifier(encoder, student);
    for (const [row, prompt] of prompts.entries()) {
      assert.deepEqual(found[row]!.tokens, tokensOf(prompt));
      labels.forEach((label, place) => {
        const difference = Math.abs(found[row]!.scores[label]! - ours[row]![place]!);
        assert.ok(difference < 1e-5, `${prompt}, ${label}: ${difference}`);
      });
    }
  });
});
