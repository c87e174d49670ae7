// How faithful sketches are: their cosines against those of exact gradients over all parameters, from PyTorch.
//   node --import tsx bench/fidelity.bench.ts DATA_FOLDER WORK_FOLDER [PYTHON] [SEEDS] [TARGET]
// TARGET is what the loss of inference samples is taken over: `completion`, the bare label, or `text`, hypothesis and label.
// What was made stays in WORK_FOLDER, so that a second run only measures: take another after a change of the code. PYTHON needs
// torch and transformers.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { createOnnxRuntime } from '../adapters/onnx/runtime.ts';
import { itemAt } from '../core/item-at.ts';
import { permutation, uniforms } from '../core/random/philox.ts';
import { createSketcher } from '../core/sketch/sketcher.ts';
import type { SketchSpecification } from '../core/sketch/specification.ts';
import { defaultCountSketch, describeSketch, sketchDimension } from '../core/sketch/specification.ts';
import type { Gram } from './fidelity-measures.ts';
import {
  correlation,
  gVendiOf,
  mean,
  neighbourOverlap,
  pairsOf,
  rankCorrelation,
  rootMeanSquareError,
  standardDeviation,
} from './fidelity-measures.ts';
import { fidelitySamples, sources } from './fidelity-samples.ts';
import { BENCH_MODEL } from './sketch-engine.ts';

/** What gradients, or sketches of them, say of the samples. */
interface Measured {
  /** Mean negative log-likelihood of the completion. */
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly gram: Gram;
}

const [, , dataFolder, workFolder, python = 'python3', seedCount = '3', target = 'completion'] = process.argv;
if (dataFolder === undefined || workFolder === undefined) {
  throw new Error('usage: node --import tsx bench/fidelity.bench.ts DATA_FOLDER WORK_FOLDER [PYTHON] [SEEDS] [TARGET]');
}
const SUBSETS = 300;
const seeds = Array.from({ length: Number(seedCount) }, (_, seed) => seed);
const families: readonly ((seed: number) => SketchSpecification)[] = [
  (seed) => ({ mode: 'kron-sum', p: 32, seed, version: 1 }),
  (seed) => ({ mode: 'kron-sum', p: 64, seed, version: 1 }),
  (seed) => ({ mode: 'concat', p: 16, seed, version: 1 }),
  (seed) => ({ ...defaultCountSketch, seed }),
];

await mkdir(workFolder, { recursive: true });
const files = await openModel(BENCH_MODEL);
const config = configOf(files);
const samples = await fidelitySamples(dataFolder, files, target === 'text' ? 'text' : 'completion');
const fingerprint = createHash('sha256').update(files.hashes.weights).update(JSON.stringify(samples)).digest('hex');
const everyone = samples.map((_, index) => index);
const bounds = sources.map((_, index) => sources.slice(0, index + 1).reduce((sum, { count }) => sum + count, 0));
const members = sources.map(({ count }, index) => everyone.slice(itemAt(bounds, index) - count, itemAt(bounds, index)));
const [gradeSchool = [], competition = []] = members;
const mathematics = [...gradeSchool, ...competition];
const wide = Array.from({ length: SUBSETS }, (_, draw) => wideSubset(draw));
const narrow = Array.from({ length: SUBSETS }, (_, draw) => draws(gradeSchool, 20, `fidelity/narrow/${draw}`));

const exact = await kept('exact', runReference);
const exactWide = wide.map((subset) => gVendiOf(exact.gram, subset));
const exactNarrow = narrow.map((subset) => gVendiOf(exact.gram, subset));
describeExact();
console.log(
  '| sketch | d | r of cosines | RMSE | r, math pairs | G-Vendi error, % | Spearman, wide | Spearman, narrow | top-5 overlap | norm / exact | loss, largest difference |',
);
console.log('| --- '.repeat(11) + '|');
for (const family of families) await measureFamily(family);

function describeExact(): void {
  const cosines = pairsOf(exact.gram, everyone);
  console.log(`fingerprint ${fingerprint.slice(0, 12)}, ${samples.length} samples, seeds ${seeds.join(', ')}`);
  console.log(
    `exact: off-diagonal cosines mean ${mean(cosines).toFixed(3)}, s.d. ${standardDeviation(cosines).toFixed(3)}; ` +
      `G-Vendi ${gVendiOf(exact.gram, everyone).toFixed(2)}; subsets wide ${range(exactWide)}, narrow ${range(exactNarrow)}`,
  );
}

async function measureFamily(family: (seed: number) => SketchSpecification): Promise<void> {
  const rows: number[][] = [];
  for (const seed of seeds) {
    const specification = family(seed);
    rows.push(measuresOf(await kept(describeSketch(specification), () => sketchAll(specification))));
  }
  const specification = family(0);
  const name = describeSketch(specification).replace(/^sketch\/|\/v1|\/seed=.*$/g, '');
  const digits = [4, 4, 4, 2, 4, 4, 3, 3, 7];
  const cells = digits.map((count, column) => {
    const values = rows.map((row) => itemAt(row, column));
    return `${mean(values).toFixed(count)} (${Math.min(...values).toFixed(count)} to ${Math.max(...values).toFixed(count)})`;
  });
  console.log(`| ${[name, sketchDimension(specification, config), ...cells].join(' | ')} |`);
}

/** In the order of the table's columns. */
function measuresOf({ losses, norms, gram }: Measured): number[] {
  const of = (group: readonly number[]) => [pairsOf(gram, group), pairsOf(exact.gram, group)] as const;
  const wholeValue = gVendiOf(exact.gram, everyone);
  return [
    correlation(...of(everyone)),
    rootMeanSquareError(...of(everyone)),
    correlation(...of(mathematics)),
    100 * (gVendiOf(gram, everyone) / wholeValue - 1),
    rankCorrelation(
      wide.map((subset) => gVendiOf(gram, subset)),
      exactWide,
    ),
    rankCorrelation(
      narrow.map((subset) => gVendiOf(gram, subset)),
      exactNarrow,
    ),
    neighbourOverlap(gram, exact.gram, 5),
    mean(norms.map((norm, index) => norm / itemAt(exact.norms, index))),
    Math.max(...losses.map((loss, index) => Math.abs(loss - itemAt(exact.losses, index)))),
  ];
}

async function sketchAll(specification: SketchSpecification): Promise<Measured> {
  const { tensors, folder } = files;
  const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder: folder }, 1);
  const sketcher = await createSketcher({ config, tensors, specification, open });
  const results = await sketcher.sketch(samples).finally(() => sketcher.close());
  const found = results.map((result, index) => {
    if (result.excluded === null) return result;
    throw new Error(`sample ${index} has no sketch: ${result.excluded}`);
  });
  return {
    losses: found.map(({ loss }) => loss),
    norms: found.map(({ norm }) => norm),
    gram: found.map((row) => found.map((other) => dot(row.sketch, other.sketch))),
  };
}

/** 6 to 48 samples from a draw of the data sets: from one corner of the pool to all of it. */
function wideSubset(draw: number): number[] {
  const key = `fidelity/wide/${draw}`;
  const random = uniforms(key);
  const chosen = members.filter(() => random.next() < 0.5).flat();
  const pool = chosen.length > 0 ? chosen : everyone;
  return draws(pool, Math.min(pool.length, 6 + Math.floor(random.next() * 43)), `${key}/members`);
}

function draws(from: readonly number[], count: number, key: string): number[] {
  return [...permutation(key, from.length).slice(0, count)].map((place) => itemAt(from, place));
}

async function kept(name: string, make: () => Promise<Measured>): Promise<Measured> {
  const path = join(workFolder ?? '', `${fingerprint.slice(0, 12)}-${name.replaceAll('/', '_')}.json`);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return JSON.parse(text) as Measured;
  console.error(`making ${name}`);
  const result = await make();
  await writeFile(path, JSON.stringify(result));
  return result;
}

/** The Python script reads the very token ids from a file and writes its answer to another. */
async function runReference(): Promise<Measured> {
  const [input, output] = ['samples.json', 'exact.json'].map((name) => join(workFolder ?? '', name));
  if (input === undefined || output === undefined) throw new Error('no place for the files of the reference');
  await writeFile(input, JSON.stringify(samples));
  const script = new URL('./fidelity-exact.py', import.meta.url).pathname;
  const child = spawn(python, [script, files.folder, input, output], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0)
    throw new Error(`${python} fidelity-exact.py ended with ${code}; does it have torch and transformers?`);
  return JSON.parse(await readFile(output, 'utf8')) as Measured;
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
