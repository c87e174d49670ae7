// Feature students on made-up word vectors: they learn, answer every benchmark, and are functions of rows and key.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrialStudentSetup } from '../../../activities/ports/trial-students.ts';
import type { StaticVectors } from '../../../adapters/models/static-vectors.ts';
import { openFeatureStudent } from '../../../adapters/students/feature-student.ts';
import type { FeatureStudentConfig } from '../../../contracts/study.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { hashText } from '../../../core/text/murmur.ts';
import { taskNamed } from '../../../tasks/registry.ts';
import { pairOf, symbolicSamples } from '../../activities/workplace.ts';

const size = 512;
const random = uniforms('feature student');
const vectors: StaticVectors = {
  folder: '',
  hashes: { weights: 'w', tokenizer: 't' },
  dimension: 12,
  values: Float32Array.from({ length: size * 12 }, () => random.next() - 0.5),
  tokensOf: (text) => [...text.toLowerCase().matchAll(/\w+/g)].map(([word]) => hashText(word).low >>> 23),
};

/** The hypothesis repeats the premise (yes) or has a word that it lacks (no). */
const easy = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => {
    const words = Array.from({ length: 5 }, (__, place) => `w${(index * 7 + place * 13) % 97}`);
    const own = index % 2 === 0 ? words : [...words.slice(0, 4), `x${index % 50}`];
    return pairOf(`${name}/${index}`, {
      premise: words.join(' '),
      hypothesis: own.join(' '),
      label: index % 2 === 0 ? 'yes' : 'no',
    });
  });

const setup: TrialStudentSetup = {
  pool: easy(120, 'pool'),
  benchmarks: new Map([
    ['same', easy(80, 'same')],
    ['rules', symbolicSamples(20, ['negation'])],
  ]),
  task: taskNamed('nli'),
};
const network = { kind: 'network', hidden: 8, epochs: 30, batchSize: 8, learningRate: 0.02, weightDecay: 0 } as const;
const student = (change: Partial<FeatureStudentConfig>) =>
  openFeatureStudent(
    { kind: 'features', name: 'own', features: 'alignment', encoder: 'made-up', head: network, ...change },
    setup,
    { openVectors: () => Promise.resolve(vectors) },
  );
const rows = Int32Array.from({ length: 60 }, (_, row) => row);
const { signal } = new AbortController();

describe('feature students', () => {
  for (const head of [network, { kind: 'ridge', penalties: [0.1, 1] } as const]) {
    it(`learn from alignment with a ${head.kind} head and answer every row of every benchmark`, async () => {
      const answers = await (await student({ head })).run({ rows, key: 'a', signal });
      assert.deepEqual(
        [...answers].map(([name, { length }]) => [name, length]),
        [
          ['same', 80],
          ['rules', 20],
        ],
      );
      const right = answers.get('same')!.reduce((a, b) => a + b);
      assert.ok(right >= 72, `${right} of 80`);
    });
  }

  it('give the same answers for the same rows and key, others for other rows', async () => {
    const own = await student({ features: 'word-vectors' });
    const first = await own.run({ rows, key: 'a', signal });
    assert.deepEqual(await own.run({ rows, key: 'a', signal }), first);
    assert.notDeepEqual(await own.run({ rows: rows.map((row) => row + 60), key: 'a', signal }), first);
  });

  it('are known by settings and hashes, not by name or by where the vectors lie', async () => {
    const one = (await student({})).identity;
    assert.deepEqual((await student({ encoder: 'elsewhere' })).identity, one);
    assert.notDeepEqual((await student({ features: 'word-vectors' })).identity, one);
  });

  it('stop when asked to', async () => {
    const own = await student({});
    await assert.rejects(own.run({ rows, key: 'a', signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  it('refuse a task without two labels', async () => {
    const math = { ...setup, task: taskNamed('math') };
    const config: FeatureStudentConfig = {
      kind: 'features',
      name: 'own',
      features: 'alignment',
      encoder: 'x',
      head: network,
    };
    await assert.rejects(
      openFeatureStudent(config, math, { openVectors: () => Promise.resolve(vectors) }),
      /student own: feature students read a premise and a hypothesis .*this study is of math/,
    );
  });
});
