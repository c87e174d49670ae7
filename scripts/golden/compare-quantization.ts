// Compares our dequantisation with what quantization_blocks.py wrote, bit by bit; see there for how to run the two.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dequantize, quantizationOf } from '../../core/models/quantization.ts';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node --import tsx scripts/golden/compare-quantization.ts FOLDER');
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as { name: string; type: number }[];
for (const { name, type } of cases) {
  const found = new Uint32Array(
    dequantize(quantizationOf(type, name), readFileSync(join(folder, `${name}.stored`))).buffer,
  );
  const expected = new Uint32Array(Uint8Array.from(readFileSync(join(folder, `${name}.float32`))).buffer);
  const unequal = found.reduce((sum, bits, index) => sum + Number(bits !== expected[index]), 0);
  process.stdout.write(`${name}: ${expected.length} values, ${unequal} of other bits\n`);
  if (unequal > 0 || found.length !== expected.length) process.exitCode = 1;
}
