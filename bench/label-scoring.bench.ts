// Evaluation by label scoring against lm-evaluation-harness: the same float32 weights, the same tokens of real pairs, one thread
// each, in turns.  node --import tsx bench/label-scoring.bench.ts [ITEMS] [REPEATS] [PYTHON] [FILE]
import { openModel } from '../adapters/models/model.ts';
import { configOf } from '../adapters/models/runtime.ts';
import { readDataset } from '../adapters/datasets/read-dataset.ts';
import { createOnnxRuntime } from '../adapters/onnx/runtime.ts';
import { createScorer } from '../core/models/scorer.ts';
import { nli } from '../tasks/nli/nli.ts';
import { startPeer } from './numeric-peer.ts';
import { BENCH_MODEL, processorSeconds, spread } from './sketch-engine.ts';

/** Batch sizes that the harness may take; ours plans its batches by tokens. */
const peerBatches = [1, 8];

const items = Number(process.argv[2] ?? 64);
const repeats = Number(process.argv[3] ?? 3);
const python = process.argv[4] ?? '/usr/bin/python3';
const path = process.argv[5] ?? '../shared/data/nli/snli-hard.jsonl';

const files = await openModel(BENCH_MODEL);
const contexts = (await promptsOf(items)).map((prompt) => files.chat.encodePrompt(prompt));
const labels = ['yes', 'no'].map((label) => files.tokenizer.encode(label));
const graphs = createOnnxRuntime();
const scorer = await createScorer({
  config: configOf(files),
  tensors: files.tensors,
  open: (bytes) => graphs.open({ bytes, weightsFolder: files.folder, mapWeights: true }, 1),
});
const peer = startPeer(python, './lm-eval-peer.py', 1);
const { ready } = await peer.ask({ folder: files.folder });
const tokens = contexts.reduce((sum, { length }) => sum + length, 0);
console.log(`${String(ready)}; ${contexts.length} items of ${(tokens / contexts.length).toFixed(0)} tokens, ${path}`);

const ours = () => scorer.nextTokenLogProbabilities(contexts, labels.flat());
interface PeerScores {
  readonly seconds: number;
  readonly scores: readonly (readonly number[])[];
}
const theirs = async (batch: number) => (await peer.ask({ contexts, labels, batch })) as unknown as PeerScores;

await ours();
await theirs(1);
const own: number[] = [];
const others = new Map<number, number[]>(peerBatches.map((batch) => [batch, []]));
let [worst, agreed] = [0, 0];
for (let round = 0; round < repeats; round++) {
  const [seconds, scores] = await processorSeconds(ours);
  own.push(seconds);
  for (const batch of peerBatches) {
    const found = await theirs(batch);
    others.get(batch)?.push(found.seconds);
    const differences = scores.flatMap((row, item) =>
      [...row].map((value, label) => Math.abs(value - found.scores[item]![label]!)),
    );
    worst = Math.max(worst, ...differences);
    agreed = scores.filter(
      (row, item) => row[0]! > row[1]! === found.scores[item]![0]! > found.scores[item]![1]!,
    ).length;
  }
}
console.log('| | items per CPU second | ours / peer |\n| --- | --- | --- |');
console.log(`| ours | ${spread(own.map((seconds) => items / seconds))} | |`);
for (const [batch, seconds] of others) {
  const ratios = seconds.map((other, round) => other / own[round]!);
  console.log(`| lm-eval, batch ${batch} | ${spread(seconds.map((one) => items / one))} | ${spread(ratios)} |`);
}
console.log(
  `same label on ${agreed} of ${items} items, largest difference of a log-likelihood ${worst.toExponential(1)}`,
);
peer.end();
await scorer.close();

async function promptsOf(count: number): Promise<string[]> {
  const map = { premise: 'sentence1', hypothesis: 'sentence2', label: 'gold_label' };
  const prompts: string[] = [];
  for await (const { fields } of readDataset({ kind: 'file', path, format: 'jsonl', map, where: {}, skip: 0 })) {
    const read = nli.readRecord(fields);
    if (read.ok) prompts.push(read.body.prompt);
    if (prompts.length === count) break;
  }
  return prompts;
}
