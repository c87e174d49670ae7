import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Value } from '../../../core/graph/graph.ts';
import type { Feeds, GraphSession } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import type { HeadLoss, HeadSlices } from '../../../core/models/head-loss.ts';
import { buildHeadLoss } from '../../../core/models/head-loss.ts';
import { buildTokenLoss } from '../../../core/models/token-loss.ts';
import { signs, uniforms } from '../../../core/random/philox.ts';
import { openGraph } from '../../helpers/onnx-session.ts';

const [VOCABULARY, SIZE, P] = [37, 12, 4];

type Head = Readonly<Record<'hidden' | 'weight' | 'signs', Value>>;

describe('the head in slices', () => {
  // 15 rows in slices of 6: the edges lie inside the second and the third sample. 4 is too few: the last slice takes the rest.
  const slicings: readonly HeadSlices[] = [
    { sliceRows: 6, maximumRows: 15 },
    { sliceRows: 6, maximumRows: 4 },
    { sliceRows: 5, maximumRows: 60 },
  ];
  for (const slices of slicings) {
    it(`has loss, adjoint and sketch of the whole one: ${JSON.stringify(slices)}`, async (test) => {
      const feeds = randomFeeds(3, 5);
      const whole = await (await opened(test, wholeHead)).run(feeds);
      const sliced = await (await opened(test, (builder, head) => buildHeadLoss(builder, head, slices))).run(feeds);
      for (const name of ['loss', 'adjoint', 'projected']) {
        const [found, expected] = [floatOutput(sliced, name), floatOutput(whole, name)];
        assert.equal(found.length, expected.length);
        assert.ok(expected.some((value) => Math.abs(value) > 0.01));
        found.forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${name} ${at}`));
      }
    });
  }

  it('gives a sample across an edge bit for bit what it has alone and elsewhere', async (test) => {
    const slices = { sliceRows: 24, maximumRows: 128 };
    const session = await opened(test, (builder, head) => buildHeadLoss(builder, head, slices));
    const feeds = randomFeeds(8, 16);
    // Rows 16 to 31, across the edge at 24; then inside a slice; then across the edges at 48 and 96; then alone.
    const across = await rowsOf(session, feeds, [0, 1, 2], 1);
    for (const [members, place] of [
      [[1, 0, 2], 0],
      [[3, 4, 0, 2, 1, 5], 4],
      [[2, 0, 7, 6, 5, 4, 1], 6],
      [[1], 0],
    ] as const) {
      assert.deepEqual(await rowsOf(session, feeds, members, place), across, members.join());
    }
  });
});

function opened(test: TestContext, build: (builder: GraphBuilder, head: Head) => HeadLoss): Promise<GraphSession> {
  const builder = new GraphBuilder();
  const { loss, adjoint, projected } = build(builder, {
    hidden: builder.input('hidden', 'float32', ['N', 'L', SIZE]),
    weight: builder.weight('weight', [VOCABULARY, SIZE], random('weight', VOCABULARY * SIZE)),
    signs: builder.weight('signs', [VOCABULARY, P], Float32Array.from(signs('signs', VOCABULARY * P))),
  });
  builder.output('loss', loss);
  builder.output('adjoint', adjoint);
  builder.output('projected', projected);
  return openGraph(test, builder.finish());
}

/** All logits at once, and the gradients of automatic differentiation. */
function wholeHead(builder: GraphBuilder, { hidden, weight, signs: signMatrix }: Head): HeadLoss {
  const logits = builder.matmul(hidden, weight, { transposeB: true });
  const loss = buildTokenLoss(builder, logits);
  const seed = builder.add(builder.zerosLike(loss), builder.scalar(1));
  const at = gradients(builder, { of: loss, seed, at: [hidden, logits] });
  const projected = builder.matmul(at.get(logits.name)!, signMatrix);
  return { loss, adjoint: at.get(hidden.name)!, projected: builder.reshape(projected, ['N*L', P]) };
}

function randomFeeds(count: number, length: number): Feeds {
  const chance = uniforms('targets');
  const targets = BigInt64Array.from({ length: count * length }, () => BigInt(Math.floor(chance.next() * VOCABULARY)));
  return {
    hidden: { type: 'float32', dims: [count, length, SIZE], data: random('hidden', count * length * SIZE) },
    target: { type: 'int64', dims: [count, length], data: targets },
    targetWeight: { type: 'float32', dims: [count, length], data: random('weights', count * length) },
  };
}

/** What a run over the samples `members` gives for the one at `place`. */
async function rowsOf(
  session: GraphSession,
  feeds: Feeds,
  members: readonly number[],
  place: number,
): Promise<Float32Array[]> {
  const batch = Object.entries(feeds).map(([name, { type, dims, data }]) => {
    const size = data.length / dims[0]!;
    const chosen = data.slice(0, members.length * size);
    members.forEach((member, row) =>
      chosen.set(data.subarray(member * size, (member + 1) * size) as never, row * size),
    );
    return [name, { type, dims: [members.length, ...dims.slice(1)], data: chosen }] as const;
  });
  const outputs = await session.run(Object.fromEntries(batch) as Feeds);
  return ['loss', 'adjoint', 'projected'].map((name) => {
    const values = floatOutput(outputs, name);
    const size = values.length / members.length;
    return values.slice(place * size, (place + 1) * size);
  });
}

function random(text: string, count: number): Float32Array {
  const chance = uniforms(text);
  return Float32Array.from({ length: count }, () => chance.next() - 0.5);
}
