// For every rule: how its operator is built and what it computes, over shapes that fast-check draws (seeded, so always the
// same ones) and that broadcast, repeat, shrink to one entry and lose axes.
import fc from 'fast-check';
import type { GraphBuilder, MatmulOptions } from '../../../core/graph/builder.ts';
import type { Operator, Value } from '../../../core/graph/graph.ts';
import type { Tensor64 } from '../../helpers/float64-tensor.ts';
import { map, matmul, read, reshape, softmax, sum, tensor, transpose, zip } from '../../helpers/float64-tensor.ts';

/** Where an input's entries are drawn from. `any` holds zeros and both signs; the others leave out where f has no derivative. */
export type Domain = 'any' | 'nonzero' | 'positive';

export interface RuleCase {
  readonly operator: Operator;
  readonly note: string;
  readonly shapes: readonly (readonly number[])[];
  /** One for each input; default `any`. */
  readonly domains?: readonly Domain[];
  readonly build: (builder: GraphBuilder, inputs: readonly Value[]) => Value;
  readonly forward: (inputs: readonly Tensor64[]) => Tensor64;
}

const SHAPES_A_RULE = 8;

const side = fc.integer({ min: 1, max: 4 });
const shapeOf = (minLength: number, maxLength: number) => fc.array(side, { minLength, maxLength });
const drawn = <Drawn>(from: fc.Arbitrary<Drawn>): Drawn[] => fc.sample(from, { numRuns: SHAPES_A_RULE, seed: 4 });

export const ruleCases: readonly RuleCase[] = [
  ...arithmetic(),
  ...elementwise('Neg', (b, x) => b.neg(x), (x) => -x), // prettier-ignore
  ...elementwise('Exp', (b, x) => b.exp(x), Math.exp),
  ...elementwise('Log', (b, x) => b.log(x), Math.log, 'positive'),
  ...elementwise('Sqrt', (b, x) => b.sqrt(x), Math.sqrt, 'positive'),
  ...elementwise('Erf', (b, x) => b.erf(x), erf),
  ...elementwise('Tanh', (b, x) => b.tanh(x), Math.tanh),
  ...elementwise('Sigmoid', (b, x) => b.sigmoid(x), (x) => 1 / (1 + Math.exp(-x))), // prettier-ignore
  ...elementwise(
    'QuickGelu',
    (b, x) => b.silu(x),
    (x) => x / (1 + Math.exp(-x)),
  ),
  ...drawn(shapeOf(1, 4)).flatMap((shape) => [
    oneInput('Softmax', '', shape, (b, x) => b.softmax(x), softmax),
    oneInput('LogSoftmax', '', shape, (b, x) => b.logSoftmax(x), (x) => map(softmax(x), Math.log)), // prettier-ignore
  ]),
  ...reductions(),
  ...reshapes(),
  ...transposes(),
  ...gathers(),
  ...norms(),
  ...rotations(),
  ...matmuls(),
];

function oneInput(
  operator: Operator,
  note: string,
  shape: readonly number[],
  build: (builder: GraphBuilder, x: Value) => Value,
  forward: (x: Tensor64) => Tensor64,
): RuleCase {
  return {
    operator,
    note,
    shapes: [shape],
    build: (builder, [x]) => build(builder, x!),
    forward: ([x]) => forward(x!),
  };
}

function elementwise(
  operator: Operator,
  build: (builder: GraphBuilder, x: Value) => Value,
  f: (x: number) => number,
  domain: Domain = 'any',
): RuleCase[] {
  return drawn(shapeOf(0, 4)).map((shape) => ({
    ...oneInput(operator, domain, shape, build, (x) => map(x, f)),
    domains: [domain],
  }));
}

/** Two shapes that broadcast: an axis is in both, or 1 in one of them, and one of them may lack leading axes. */
function broadcastPair(maxLength: number): fc.Arbitrary<[number[], number[]]> {
  const axis = fc.tuple(side, fc.constantFrom('both', 'left', 'right'));
  return fc.array(axis, { maxLength }).chain((axes) =>
    fc.tuple(fc.nat(axes.length), fc.boolean()).map(([dropped, swap]): [number[], number[]] => {
      const left = axes.map(([size, where]) => (where === 'right' ? 1 : size));
      const right = axes.map(([size, where]) => (where === 'left' ? 1 : size)).slice(dropped);
      return swap ? [right, left] : [left, right];
    }),
  );
}

function arithmetic(): RuleCase[] {
  const operators = [
    ['Add', (b: GraphBuilder, x: Value, y: Value) => b.add(x, y), (x: number, y: number) => x + y],
    ['Sub', (b: GraphBuilder, x: Value, y: Value) => b.sub(x, y), (x: number, y: number) => x - y],
    ['Mul', (b: GraphBuilder, x: Value, y: Value) => b.mul(x, y), (x: number, y: number) => x * y],
    ['Div', (b: GraphBuilder, x: Value, y: Value) => b.div(x, y), (x: number, y: number) => x / y],
  ] as const;
  return operators.flatMap(([operator, build, f]) =>
    drawn(broadcastPair(4)).map((shapes) => ({
      operator,
      note: 'broadcast',
      shapes,
      domains: ['any', operator === 'Div' ? 'nonzero' : 'any'] as const,
      build: (b, [x, y]) => build(b, x!, y!),
      forward: ([x, y]) => zip(x!, y!, f),
    })),
  );
}

function reductions(): RuleCase[] {
  const shapeAndAxes = shapeOf(1, 4).chain((shape) =>
    fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()], { minLength: 1 }), fc.constantFrom('keep', 'drop')),
  );
  return drawn(shapeAndAxes).flatMap(([shape, axes, rest]) => {
    const note = `over ${axes.join()}, ${rest}`;
    const left = rest === 'keep' ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : [];
    const shapeLeft = rest === 'keep' ? left : shape.filter((_, axis) => !axes.includes(axis));
    const count = axes.reduce((product, axis) => product * shape[axis]!, 1);
    const total = (x: Tensor64): Tensor64 => reshape(sum(x, axes), shapeLeft);
    return [
      oneInput('ReduceSum', note, shape, (b, x) => b.reduceSum(x, axes, rest), total),
      oneInput('ReduceMean', note, shape, (b, x) => b.reduceMean(x, axes, rest), (x) => map(total(x), (v) => v / count)), // prettier-ignore
    ];
  });
}

function reshapes(): RuleCase[] {
  const regrouped = shapeOf(1, 3).chain((sides) =>
    fc.tuple(fc.constant(sides), fc.nat(sides.length - 1), fc.boolean()).map(([shape, at, merge]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const merged = [...shape.slice(0, at), shape.slice(at).reduce((product, length) => product * length, 1)];
      return { shape, to: merge ? merged : [1, size, 1] };
    }),
  );
  return drawn(regrouped).map(
    ({ shape, to }) =>
    oneInput('Reshape', `to [${to.join()}]`, shape, (b, x) => b.reshape(b.neg(x), to), (x) => reshape(map(x, (v) => -v), to)), // prettier-ignore
  );
}

function transposes(): RuleCase[] {
  const permuted = shapeOf(2, 4).chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
    ),
  );
  return drawn(permuted).map(
    ([shape, axes]) =>
    oneInput('Transpose', axes.join(), shape, (b, x) => b.transpose(x, axes), (x) => transpose(x, axes)), // prettier-ignore
  );
}

/** Indices repeat, since there are more of them than rows as often as not. */
function gathers(): RuleCase[] {
  const rows = fc.tuple(side, side, shapeOf(1, 2)).chain(([count, width, shape]) =>
    fc.record({
      count: fc.constant(count),
      width: fc.constant(width),
      shape: fc.constant(shape),
      at: places(shape, count),
    }),
  );
  const entries = fc.tuple(shapeOf(0, 2), side, side).chain(([leading, width, count]) => {
    const shape = [...leading, count];
    return fc.record({ shape: fc.constant([...leading, width]), to: fc.constant(shape), at: places(shape, width) });
  });
  return [
    ...drawn(rows).map(({ count, width, shape, at }) =>
      oneInput(
        'Gather',
        `rows ${at.join()}`,
        [count, width],
        (b, x) => b.gather(x, b.reshape(b.integers(at), shape)),
        (x) => tensor([...shape, width], (index) => read(x, [at[flatten(shape, index)]!, index[index.length - 1]!])),
      ),
    ),
    ...drawn(entries).map(({ shape, to, at }) =>
      oneInput(
        'GatherElements',
        `entries ${at.join()}`,
        shape,
        (b, x) => b.gatherElements(x, b.reshape(b.integers(at), to)),
        (x) => tensor(to, (index) => read(x, [...index.slice(0, -1), at[flatten(to, index)]!])),
      ),
    ),
  ];
}

function places(shape: readonly number[], count: number): fc.Arbitrary<number[]> {
  const size = shape.reduce((product, length) => product * length, 1);
  return fc.array(fc.nat(count - 1), { minLength: size, maxLength: size });
}

/** The place of the leading part of `index` in row-major order. */
function flatten(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((place, size, axis) => place * size + index[axis]!, 0);
}

function norms(): RuleCase[] {
  const epsilon = 1e-3;
  const shapes = fc.tuple(shapeOf(0, 3), fc.integer({ min: 1, max: 8 })).map(([leading, size]) => [...leading, size]);
  return drawn(shapes).flatMap((shape): RuleCase[] => {
    const [size, last] = [shape[shape.length - 1]!, [shape.length - 1]];
    const mean = (x: Tensor64): Tensor64 => map(sum(x, last), (total) => total / size);
    const overRoot = (x: Tensor64): Tensor64 => {
      const squares = mean(map(x, (value) => value * value));
      return zip(x, squares, (value, square) => value / Math.sqrt(square + epsilon));
    };
    const times = (x: Tensor64, weight: Tensor64): Tensor64 => zip(x, weight, (a, b) => a * b);
    return [
      {
        operator: 'SimplifiedLayerNormalization',
        note: 'x, weight',
        shapes: [shape, [size]],
        build: (builder, [x, weight]) => builder.rmsNorm(x!, weight!, epsilon).output,
        forward: ([x, weight]) => times(overRoot(x!), weight!),
      },
      {
        operator: 'LayerNormalization',
        note: 'x, weight, bias',
        shapes: [shape, [size], [size]],
        build: (builder, [x, weight, bias]) => builder.layerNorm(x!, { weight: weight!, bias: bias! }, epsilon).output,
        forward: ([x, weight, bias]) => {
          const centred = zip(x!, mean(x!), (value, average) => value - average);
          return zip(times(overRoot(centred), weight!), bias!, (value, shift) => value + shift);
        },
      },
    ];
  });
}

/** Offsets in both forms: one for all rows, or a position for each token. */
function rotations(): RuleCase[] {
  const sizes = fc.record({ rows: side, tokens: side, heads: side, half: side, own: fc.boolean() });
  return drawn(sizes).map(({ rows, tokens, heads, half, own }, index) => {
    const positions = own ? Array.from({ length: rows * tokens }, (_, at) => (at * 5 + 2) % 7) : [2];
    const shape = [rows, tokens, heads * half * 2];
    const angle = (position: number, pair: number): number => position * 0.7 ** pair + 0.1;
    const table = (f: (x: number) => number): Float32Array =>
      Float32Array.from({ length: 7 * half }, (_, at) => f(angle(Math.floor(at / half), at % half)));
    return {
      operator: 'RotaryEmbedding',
      note: `${heads} heads, ${own ? 'own positions' : 'one offset'}`,
      shapes: [shape],
      build: (builder, [x]) => {
        const cosines = builder.weight(`cosines ${index}`, [7, half], table(Math.cos));
        const sines = builder.weight(`sines ${index}`, [7, half], table(Math.sin));
        const offset = builder.integers(positions);
        const tables = { offset: own ? builder.reshape(offset, [rows, tokens]) : offset, cosines, sines };
        return builder.rotaryEmbedding(x!, tables, heads);
      },
      forward: ([x]) =>
        tensor(shape, ([row, token, column]) => {
          const within = column! % (2 * half);
          const other = column! + (within < half ? half : -half);
          const turn = angle(own ? positions[row! * tokens + token!]! : token! + 2, within % half);
          const sign = within < half ? -1 : 1;
          return (
            read(x!, [row!, token!, column!]) * Math.cos(turn) + sign * read(x!, [row!, token!, other]) * Math.sin(turn)
          );
        }),
    };
  });
}

/** Every pair of transposes over batches that broadcast. */
function matmuls(): RuleCase[] {
  const sizes = fc.record({ rows: side, inner: side, columns: side, batch: broadcastPair(2), scale: fc.constantFrom(1, 0.5, -2) }); // prettier-ignore
  return drawn(sizes).flatMap(({ rows, inner, columns, batch: [left, right], scale }) =>
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => {
        const shapes = [
          [...left, ...(transposeA ? [inner, rows] : [rows, inner])],
          [...right, ...(transposeB ? [columns, inner] : [inner, columns])],
        ];
        return matmulCase(shapes, { transposeA, transposeB, scale });
      }),
    ),
  );
}

function matmulCase(shapes: number[][], options: Required<MatmulOptions>): RuleCase {
  const { transposeA, transposeB, scale } = options;
  const turn = (x: Tensor64): Tensor64 => {
    const axes = x.shape.map((_, axis) => axis);
    return transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
  };
  return {
    operator: 'FusedMatMul',
    note: `${scale} ${transposeA ? 'A^T' : 'A'} ${transposeB ? 'B^T' : 'B'}`,
    shapes,
    build: (builder, [a, b]) => builder.matmul(a!, b!, options),
    forward: ([a, b]) => map(matmul(transposeA ? turn(a!) : a!, transposeB ? turn(b!) : b!), (value) => value * scale),
  };
}

/** The error function by its Taylor series, to the last bits for |x| <= 3. */
function erf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
