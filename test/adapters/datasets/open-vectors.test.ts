import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { openVectors } from '../../../adapters/datasets/open-vectors.ts';

async function fileWith(test: TestContext, name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-vectors-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** As NumPy writes it: the header is padded so that the data starts at a multiple of 64. */
function npy(descr: string, shape: string, data: Uint8Array, { version = 1, order = 'False' } = {}): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const start = version === 1 ? 10 : 12;
  const padded = text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1) + '\n';
  const head = Buffer.alloc(start);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), data]);
}

const bytes = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer);

describe('files of vectors', () => {
  const numbers = [1, -2, 0.5, 3, 4, 65504];
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x4200, 0x4400, 0x7bff);
  for (const [descr, data] of [
    ['<f8', bytes(Float64Array.from(numbers))],
    ['<f4', bytes(Float32Array.from(numbers))],
    ['<f2', bytes(halves)],
  ] as const) {
    it(`reads .npy of ${descr}, by ranges`, async (test) => {
      for (const version of [1, 2]) {
        const file = await openVectors(await fileWith(test, 'm.npy', npy(descr, '(3, 2)', data, { version })));
        assert.deepEqual([file.count, file.dimension], [3, 2]);
        assert.deepEqual([...(await file.read(0, 3)).values], numbers);
        assert.deepEqual([...(await file.read(1, 2)).values], [0.5, 3]);
        await file.close();
      }
    });
  }

  it('reads more numbers than it decodes at a time', async (test) => {
    const many = Float32Array.from({ length: 2 * 1024 * 1024 + 6 }, (_, at) => at);
    const shape = `(${many.length / 2}, 2)`;
    const file = await openVectors(await fileWith(test, 'm.npy', npy('<f4', shape, bytes(many))));
    const { values } = await file.read(1, file.count);
    assert.ok(values.length === many.length - 2 && values.every((value, at) => value === at + 2));
    await file.close();
  });

  it('refuses a matrix that was cut after it was opened', async (test) => {
    const path = await fileWith(test, 'm.npy', npy('<f8', '(3, 2)', bytes(Float64Array.from(numbers))));
    const file = await openVectors(path);
    await truncate(path, 64 * 2 + 20);
    await assert.rejects(file.read(0, 3), { type: 'InvalidData', message: /ends at byte 148; it was longer/ });
    await file.close();
  });

  it('reads JSON lines of arrays, and of objects with one array', async (test) => {
    const file = await openVectors(await fileWith(test, 'm.jsonl', '[1,2]\n\n{"id":"a","embedding":[3,4.5]}\n'));
    assert.deepEqual([file.count, file.dimension], [2, 2]);
    assert.deepEqual([...(await file.read(0, 2)).values], [1, 2, 3, 4.5]);
  });

  it('says what is wrong with a file, and where', async (test) => {
    const data = bytes(Float32Array.from(numbers));
    const cases: [string, string | Uint8Array, RegExp][] = [
      ['a.npy', 'no matrix', /does not begin with the magic/],
      ['b.npy', npy('<i8', '(3, 2)', data), /its numbers are <i8; expected <f2, <f4, <f8/],
      ['c.npy', npy('<f4', '(3, 2)', data, { order: 'True' }), /Fortran order; save numpy\.ascontiguousarray/],
      ['d.npy', npy('<f4', '(6,)', data), /its shape is \(6\); expected \(vectors, dimension\)/],
      ['e.npy', npy('<f4', '(4, 2)', data), /ends at byte 152; 4 x 2 numbers need 160/],
      ['f.jsonl', '[1,2]\n[1]\n', /line 2: found 1 numbers; expected 2/],
      ['g.jsonl', '[1,"x"]\n', /line 1: found .*expected an array of numbers/],
      ['h.jsonl', '[1,\n', /line 1: found .*expected JSON/],
      ['i.txt', '', /expected \.npy or \.jsonl/],
    ];
    for (const [name, content, message] of cases) {
      await assert.rejects(openVectors(await fileWith(test, name, content)), { message }, name);
    }
    await assert.rejects(openVectors('absent.npy'), { type: 'InvalidData', message: /No data set at absent\.npy/ });
  });
});
