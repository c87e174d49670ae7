import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { halfWords, philoxBlock, signs, streamKey } from '../../../core/random/philox.ts';
import type { SketchMode, SketchSpecification } from '../../../core/sketch/specification.ts';
import { sketchByDefinition } from './definition.ts';

interface Vectors {
  readonly stream: { text: string; key: number[]; block: number[]; signs: string; halves: number[] };
  readonly gradients: Readonly<Record<string, number[] | number[][]>>;
  readonly sketches: readonly { mode: SketchMode; size: number; seed: number; values: number[] }[];
}

const page = await readFile(new URL('../../../docs/sketch.md', import.meta.url), 'utf8');
const vectors = JSON.parse(block('json')) as Vectors;

describe('the test vectors in docs/sketch.md', () => {
  it('are those of our random numbers', () => {
    const { text, key, block, signs: expected, halves } = vectors.stream;
    const found = streamKey(text);
    assert.deepEqual([found.low, found.high], key);
    assert.deepEqual(philoxBlock(found, 0), block);
    assert.equal(Array.from(signs(text, expected.length), (sign) => (sign > 0 ? '+' : '-')).join(''), expected);
    assert.deepEqual([...halfWords(text, halves.length)], halves);
  });

  it('are those of our sketches, in every mode', () => {
    const parameters = Object.entries(vectors.gradients).map(([name, values]) => ({ name, shape: shapeOf(values) }));
    const gradients = new Map(Object.entries(vectors.gradients).map(([name, values]) => [name, values.flat()]));
    assert.deepEqual(vectors.sketches.map(({ mode }) => mode).sort(), ['concat', 'count-sketch', 'kron-sum']);
    for (const { mode, size, seed, values } of vectors.sketches) {
      const specification: SketchSpecification =
        mode === 'count-sketch' ? { mode, d: size, seed, version: 1 } : { mode, p: size, seed, version: 1 };
      const sketch = sketchByDefinition(specification, parameters, gradients);
      const norm = Math.hypot(...sketch);
      assertClose(
        Array.from(sketch, (value) => value / norm),
        values,
        mode,
      );
    }
  });
});

describe('the Python of docs/sketch.md', () => {
  const numpy = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
  const skip = numpy.status === 0 ? false : 'no python3 with numpy on this machine';

  it('gives the test vectors', { skip }, () => {
    const driver = `
import json, sys
vectors = json.load(sys.stdin)
text = vectors["stream"]["text"]
gradients = {name: np.array(values, dtype=float) for name, values in vectors["gradients"].items()}
found = {
    "block": words(text, 1)[0].tolist(),
    "signs": "".join("+" if sign > 0 else "-" for sign in signs(text, 1, len(vectors["stream"]["signs"]))[0]),
    "sketches": [sketch(case["mode"], case["size"], case["seed"], gradients).tolist() for case in vectors["sketches"]],
}
print(json.dumps(found))
`;
    const { status, stdout, stderr } = spawnSync('python3', ['-c', block('python') + driver], {
      input: JSON.stringify(vectors),
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as { block: number[]; signs: string; sketches: number[][] };
    assert.deepEqual([found.block, found.signs], [vectors.stream.block, vectors.stream.signs]);
    vectors.sketches.forEach(({ mode, values }, index) => assertClose(found.sketches[index]!, values, mode));
  });
});

/** Ten decimals are printed; signs are stored in float32. */
function assertClose(found: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(found.length, expected.length, what);
  const difference = Math.max(...found.map((value, index) => Math.abs(value - expected[index]!)));
  assert.ok(difference < 1e-7, `${what}: largest difference ${difference}, expected below 1e-7`);
}

function shapeOf(values: number[] | number[][]): number[] {
  const [first] = values;
  return Array.isArray(first) ? [values.length, first.length] : [values.length];
}

/** The one fenced block of the page in that language. */
function block(language: string): string {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  assert.equal(found.length, 1, `docs/sketch.md has ${found.length} blocks of ${language}; expected one`);
  return found[0]![1]!;
}
