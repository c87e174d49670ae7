// How much of a leak each n-gram profile finds: benchmark items planted among 100,000 rows by kind of change, once and many times,
// what else is dropped, what each profile drops of real training sets, and the recall of the nearest benchmark row by embedding,
// before any judge.
//   node --import tsx bench/decontamination-recall.bench.ts [DATA] [EACH] [SAMPLES]
// EACH items of every kind; SAMPLES rows without an item are embedded beside them (0 leaves the embedding out, which needs the encoder:
// `diffract models pull all-minilm-l6-v2`).
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import { createModelRuntime } from '../adapters/models/runtime.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { permutation } from '../core/random/philox.ts';
import type { BenchmarkRow } from '../core/text/decontamination-index.ts';
import { buildDecontaminationIndex, countCommonNgrams } from '../core/text/decontamination-index.ts';
import type { DecontaminationProfile } from '../core/text/decontamination-profiles.ts';
import { decontaminationProfiles } from '../core/text/decontamination-profiles.ts';
import type { Contamination, Decontamination } from '../core/text/decontamination.ts';
import { openDecontamination } from '../core/text/decontamination.ts';
import { normaliseText } from '../core/text/words.ts';
import { chanceAt } from '../tasks/chance.ts';
import { drawFrom, slices } from '../tasks/math/symbolic/slices.ts';
import { hasNumbers, PLANT_KINDS, plantItem } from './planted-items.ts';
import { MATH_FOLDER, mathBenchmarks, readColumn, rowMaker } from './text-rows.ts';

const [data = MATH_FOLDER, each = '50', samples = '2000'] = process.argv.slice(2);

const ROWS = 100_000;
const SYMBOLIC_OF_EACH_SLICE = 3000;
const LEAKS = [1, 6, 30];
const PLANTED_FROM = ['gsm8k', 'svamp', 'multiarith', 'math-test', 'olympiadbench'];

interface Row {
  readonly text: string;
  readonly source: string;
  readonly item: BenchmarkRow | null;
}

const benchmarks = mathBenchmarks(data);
const gsm8k = readColumn(data, 'gsm8k-train.jsonl', 'question');
const math = readColumn(data, 'math-train-answers.jsonl', 'problem');
const rows = mixedRows();

console.log(`${rows.length} rows: ${countsOf(rows.map(({ source }) => source))}; ${benchmarks.length} benchmark rows`);
const toRead: { set: string; text: string; hit: Contamination }[] = [];
showRecall();
showRepeatedLeaks();
showTrainingSets();
if (Number(samples) > 0) await showNearest();

/** Planted items and distinct rows of every source, in a seeded order. */
function mixedRows(): Row[] {
  const planted = plantedRows();
  const seen = new Set(planted.map(({ text }) => normaliseText(text)));
  const others: Row[] = [];
  const take = (source: string, text: string) => {
    const key = normaliseText(text);
    if (seen.has(key) || others.length + planted.length === ROWS) return;
    seen.add(key);
    others.push({ source, text, item: null });
  };
  for (const text of gsm8k) take('GSM8K train', text);
  for (const text of math) take('MATH train', text);
  for (const name of Object.keys(slices)) {
    for (let draw = 0; draw < SYMBOLIC_OF_EACH_SLICE; draw++) take('symbolic', drawFrom(name, 'recall', draw).question);
  }
  const recombined = rowMaker(gsm8k, gsm8k);
  for (let row = 0; others.length + planted.length < ROWS; row++) take('recombined', recombined(row));
  const all = [...planted, ...others];
  return Array.from(permutation('recall/order', all.length), (place) => all[place]!);
}

function plantedRows(): Row[] {
  const drawn = PLANTED_FROM.map((name) => {
    const items = benchmarks.filter(({ benchmark }) => benchmark === name);
    return Array.from(permutation(`recall/${name}`, items.length), (place) => items[place]!);
  });
  return PLANT_KINDS.flatMap((kind) => {
    const planted: Row[] = [];
    for (let turn = 0; planted.length < Number(each); turn++) {
      const list = drawn[turn % drawn.length]!;
      const at = list.findIndex(({ text }) => kind !== 'renumbered' || hasNumbers(text));
      const [item] = list.splice(at, 1);
      if (item === undefined) throw new Error(`Too few benchmark items for ${each} of each kind.`);
      const text = plantItem(kind, item.text, chanceAt('recall', kind, planted.length));
      planted.push({ source: kind, text, item });
    }
    return planted;
  });
}

function opened(profile: DecontaminationProfile, training: readonly string[]): Decontamination {
  const counter = countCommonNgrams(buildDecontaminationIndex(benchmarks, profile));
  for (const text of training) counter.add(text);
  return openDecontamination(counter.finish());
}

function showRecall(): void {
  console.log(
    '\n| profile | planted as | items | found, % | of the right row, % | called copy / renumbered / partial |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  const precision: string[] = [];
  for (const [name, profile] of Object.entries(decontaminationProfiles)) {
    const gate = opened(profile, rows.map(({ text }) => text)); // prettier-ignore
    const verdicts = rows.map((row) => ({ ...row, hit: gate.inspect(row.text) }));
    for (const kind of PLANT_KINDS) {
      const planted = verdicts.filter(({ source }) => source === kind);
      const found = planted.filter(({ hit }) => hit !== null);
      const right = found.filter(({ hit, item }) => sameText(hit!, item!));
      const share = (part: readonly unknown[]) => ((100 * part.length) / planted.length).toFixed(1);
      console.log(`| ${[name, kind, planted.length, share(found), share(right), kindsOf(found)].join(' | ')} |`);
    }
    const dropped = verdicts.filter(({ hit }) => hit !== null);
    const planted = dropped.filter(({ item }) => item !== null).length;
    const others = dropped.filter(({ item }) => item === null);
    precision.push(
      `| ${[name, dropped.length, planted, ((100 * planted) / dropped.length).toFixed(1), countsOf(others.map(({ source }) => source)), kindsOf(others)].join(' | ')} |`,
    );
  }
  console.log(
    '\n| profile | dropped | planted ones | % of the dropped | others by source | others called copy / renumbered / partial |',
  );
  console.log(['| --- | --- | --- | --- | --- | --- |', ...precision].join('\n'));
}

/** Benchmarks repeat each other's items. */
function sameText(hit: Contamination, item: BenchmarkRow): boolean {
  const found = benchmarks.find(({ benchmark, rowId }) => benchmark === hit.benchmark && rowId === hit.rowId);
  return found !== undefined && normaliseText(found.text) === normaliseText(item.text);
}

/** Every planted item as often as it says, each time changed anew and numbered, among a few thousand questions. */
function showRepeatedLeaks(): void {
  const among = gsm8k.slice(0, 2000);
  console.log(`\n| profile | planted as | ${LEAKS.map((copies) => `${copies} of each found, %`).join(' | ')} |`);
  console.log(`| --- | --- | ${LEAKS.map(() => '---').join(' | ')} |`);
  for (const [name, profile] of Object.entries(decontaminationProfiles)) {
    for (const kind of PLANT_KINDS) {
      const items = rows.flatMap(({ source, item }) => (source === kind && item !== null ? [item] : []));
      const shares = LEAKS.map((copies) => {
        const leaks = Array.from({ length: copies }, (_, copy) => copy).flatMap((copy) =>
          items.map(
            ({ text }, at) =>
              `Question ${copy + 1}: ${plantItem(kind, text, chanceAt('leak', kind, at * 1000 + copy))}`,
          ),
        );
        const gate = opened(profile, [...leaks, ...among]);
        return ((100 * leaks.filter((text) => gate.inspect(text) !== null).length) / leaks.length).toFixed(1);
      });
      console.log(`| ${[name, kind, ...shares].join(' | ')} |`);
    }
  }
}

function showTrainingSets(): void {
  console.log('\n| training set | profile | bare n-gram, % | dropped, % | copy | renumbered | partial |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const [set, texts] of Object.entries({ 'GSM8K train': gsm8k, 'MATH train': math })) {
    for (const [name, profile] of Object.entries(decontaminationProfiles)) {
      const gate = opened(profile, texts);
      const hits = texts.map((text) => ({ text, hit: gate.inspect(text) })).filter(({ hit }) => hit !== null);
      const share = (count: number) => ((100 * count) / texts.length).toFixed(2);
      const kinds = kindsOf(hits).split(' / ');
      console.log(`| ${[set, name, share(bareHits(profile, texts)), share(hits.length), ...kinds].join(' | ')} |`);
      if (name === 'prismatic') toRead.push(...hits.map(({ text, hit }) => ({ set, text, hit: hit! })));
    }
  }
  console.log('\nTwenty of those that the profile prismatic drops, to be read:');
  const bySet = ['GSM8K train', 'MATH train'].map((set) => toRead.filter((found) => found.set === set));
  const picked = bySet.flatMap((found, at) =>
    Array.from(permutation(`recall/read/${at}`, found.length).slice(0, at === 0 ? 4 : 16), (place) => found[place]!),
  );
  for (const [number, { set, text, hit }] of picked.entries()) {
    const row = benchmarks.find(({ benchmark, rowId }) => benchmark === hit.benchmark && rowId === hit.rowId)!;
    console.log(`${number + 1}. ${set}, ${hit.kind} of ${hit.benchmark}/${hit.rowId}, ${hit.overlap.toFixed(2)}`);
    console.log(`   ${text.replace(/\s+/g, ' ').slice(0, 400)}\n   ${row.text.replace(/\s+/g, ' ').slice(0, 400)}`);
  }
}

/** Texts that share any n-gram with any benchmark row. */
function bareHits({ ngram }: DecontaminationProfile, texts: readonly string[]): number {
  const one = benchmarks.map((row) => ({ ...row, benchmark: 'all' }));
  const gate = openDecontamination(buildDecontaminationIndex(one, { ...decontaminationProfiles.prismatic, ngram }));
  for (const text of texts) gate.inspect(text);
  return gate.hits()[0]!.sharing;
}

interface Nearest {
  readonly nearest: BenchmarkRow;
  readonly cosine: number;
}

async function showNearest(): Promise<void> {
  const planted = rows.filter(({ item }) => item !== null);
  const others = rows.filter(({ item }) => item === null).slice(0, Number(samples));
  const runtime = createModelRuntime({ sessions: 2 });
  const engine = createMatrixEngine(2);
  try {
    const embedder = await runtime.openEmbedder('all-minilm-l6-v2');
    const embed = (texts: readonly string[]) => embedder.embed(texts, new AbortController().signal);
    const targets = await embed(benchmarks.map(({ text }) => text));
    const texts = [...planted, ...others].map(({ text }) => text);
    const found: Nearest[] = [];
    for await (const { clusters, similarities } of engine.nearest(rowsInMemory(await embed(texts)), targets.values)) {
      clusters.forEach((cluster, place) => found.push({ nearest: benchmarks[cluster]!, cosine: similarities[place]! }));
    }
    showCandidates(planted, others.length, found);
  } finally {
    await engine.close();
    await runtime.close();
  }
}

/** Nearest rows of the planted items, then of the others. */
function showCandidates(planted: readonly Row[], others: number, found: readonly Nearest[]): void {
  const { prismatic } = decontaminationProfiles;
  const gate = opened(prismatic, rows.map(({ text }) => text)); // prettier-ignore
  const byNgrams = planted.map(({ text }) => gate.inspect(text) !== null);
  console.log(
    `\nNearest benchmark row by all-minilm-l6-v2, before any judge: ${planted.length} planted, ${others} other rows`,
  );
  const columns = PLANT_KINDS.flatMap((kind) => [`${kind}, %`, 'with prismatic, %']);
  console.log(`| cosine from | ${columns.join(' | ')} | other rows to be judged, % | planted among 1,000 judged |`);
  console.log(`| --- | ${columns.map(() => '---').join(' | ')} | --- | --- |`);
  for (const least of [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]) {
    const right = planted.map(({ item }, at) => found[at]!.cosine >= least && isRow(found[at]!.nearest, item!));
    const shares = PLANT_KINDS.flatMap((kind) => {
      const places = planted.flatMap(({ source }, at) => (source === kind ? [at] : []));
      const share = (hit: (at: number) => boolean) => ((100 * places.filter(hit).length) / places.length).toFixed(1);
      return [share((at) => right[at]!), share((at) => right[at]! || byNgrams[at]!)];
    });
    const rest = found.slice(planted.length).filter(({ cosine }) => cosine >= least).length / others;
    const count = right.filter(Boolean).length;
    const judged = count + rest * (ROWS - planted.length);
    console.log(`| ${[least, ...shares, (100 * rest).toFixed(1), ((1000 * count) / judged).toFixed(1)].join(' | ')} |`);
  }
}

function isRow(found: BenchmarkRow, item: BenchmarkRow): boolean {
  return normaliseText(found.text) === normaliseText(item.text);
}

function kindsOf(verdicts: readonly { readonly hit: Contamination | null }[]): string {
  return ['copy', 'renumbered', 'partial']
    .map((kind) => verdicts.filter(({ hit }) => hit?.kind === kind).length)
    .join(' / ');
}

function countsOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
