// Writes a student of SmolLM2-135M (a random adapter on it) as a Hugging Face folder and as a GGUF file, and compares what
// transformers and llama.cpp make of them with our own scorer. Prints the largest difference of a log-probability.
//
//   DIFFRACT_PYTHON=/path/to/python node --import tsx scripts/golden/written-student.ts [model]

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama } from 'node-llama-cpp';
import type { Token } from 'node-llama-cpp';
import { openModel } from '../../adapters/models/model.ts';
import { createModelRuntime } from '../../adapters/models/runtime.ts';
import { openWholeModel } from '../../adapters/models/whole-model.ts';
import { writeGguf } from '../../adapters/models/write-gguf.ts';
import { writeHuggingFaceFolder } from '../../adapters/models/write-hugging-face.ts';
import { itemAt } from '../../core/item-at.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import { uniforms } from '../../core/random/philox.ts';
import { adapterConfig, encodeAdapter } from '../../core/training/adapter-file.ts';
import { loraParameters } from '../../core/training/lora.ts';
import { readWithTransformers } from '../../test/helpers/written-model.ts';

const model = process.argv[2] ?? 'smollm2-135m-instruct';
const prompts = [
  'Premise: A dog runs on the beach. Hypothesis: An animal is outside. Is the hypothesis true? Answer yes or no.',
  'What is 12 * 12?',
  'Name the capital of France.',
];
const candidates = ['yes', 'no', 'Yes', 'No', 'The', '1', 'Paris'];
const never = new AbortController().signal;
const root = await mkdtemp(join(tmpdir(), 'diffract-written-student-'));
const models = createModelRuntime({ sessions: 1 });

try {
  const files = await openModel(model);
  const specification = { rank: 4, alpha: 8, layers: [0, 7] };
  const random = uniforms('written-student');
  const parameters = loraParameters(parseModelConfig(files.config, model), specification);
  const tensors = new Map(
    parameters.map(({ name, shape }) => [
      name,
      Float32Array.from(
        { length: shape.reduce((product, size) => product * size, 1) },
        () => (random.next() - 0.5) / 10,
      ),
    ]),
  );
  const student = new Map<string, Uint8Array>([
    ['adapter_model.safetensors', encodeAdapter({ specification, tensors })],
    ['adapter_config.json', Buffer.from(adapterConfig(specification, model))],
  ]);
  const scorer = await models.openScorer(model, {
    ...{ key: 'written-student', form: 'adapter', files: [] },
    read: (path) => Promise.resolve(student.get(path) ?? new Uint8Array()),
    async *pieces(path) {
      yield await Promise.resolve(student.get(path) ?? new Uint8Array());
    },
  });
  const tokens = candidates.map((text) => itemAt(files.tokenizer.encode(text), 0));
  const first = tokens.map((token) => files.tokenizer.decode([token]));
  const ours = await scorer.scoreLabels(prompts, first, never);
  const answers = await scorer.answer(prompts, 8, never);

  const whole = await openWholeModel({ files, adapter: { specification, tensors } });
  const folder = join(root, 'student');
  await mkdir(folder);
  await writeHuggingFaceFolder(folder, whole);
  await writeGguf(join(root, 'student.gguf'), 'student', whole);
  await whole.close();
  await writeFile(join(root, 'prompts.json'), JSON.stringify(prompts));

  const items = prompts.map((prompt) => ({ prompt, candidates: first }));
  const theirs = await readWithTransformers<{ tokens: number[]; scores: number[]; answer: string }>(folder, items);
  report(
    'transformers, float32',
    theirs.map(({ scores }) => scores),
  );
  console.log(
    `  tokens equal: ${theirs.every((row, index) => row.tokens.join() === files.chat.encodePrompt(itemAt(prompts, index)).join())}`,
  );
  console.log(
    `  greedy answers equal: ${theirs.filter(({ answer }, row) => answer === answers[row]).length} of ${prompts.length}`,
  );
  for (const kind of ['F32', 'F16'] as const) report(`llama.cpp, keys and values ${kind}`, await inLlamaCpp(kind));

  function report(name: string, scores: readonly (readonly number[])[]): void {
    const differences = scores.flatMap((row, index) =>
      row.map((score, place) => Math.abs(score - itemAt(itemAt(ours, index), place))),
    );
    console.log(`${name}: largest difference ${Math.max(...differences).toExponential(2)} of ${differences.length}`);
  }

  async function inLlamaCpp(kind: 'F32' | 'F16'): Promise<number[][]> {
    const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false });
    const loaded = await llama.loadModel({ modelPath: join(root, 'student.gguf') });
    const context = await loaded.createContext({
      ...{ contextSize: 512, flashAttention: false, threads: 1 },
      ...{ experimentalKvCacheKeyType: kind, experimentalKvCacheValueType: kind },
    });
    const sequence = context.getSequence();
    const options = { generateNext: { probabilities: true, options: { topP: 1, topK: 0, temperature: 1 } } } as const;
    const scores: number[][] = [];
    for (const prompt of prompts) {
      await sequence.clearHistory();
      const read = files.chat.encodePrompt(prompt) as Token[];
      const outputs = await sequence.controlledEvaluate([
        ...read.slice(0, -1),
        [itemAt(read, read.length - 1), options],
      ]);
      const probabilities = outputs.at(-1)?.next.probabilities;
      scores.push(tokens.map((token) => Math.log(probabilities?.get(token as Token) ?? 0)));
    }
    await llama.dispose();
    return scores;
  }
} finally {
  await models.close();
  await rm(root, { recursive: true });
}
