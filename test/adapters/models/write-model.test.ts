// Models written out for other programs: our own readers find the same numbers, and llama.cpp computes with them what we do.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getLlama } from 'node-llama-cpp';
import type { Token } from 'node-llama-cpp';
import { openGguf } from '../../../adapters/models/gguf-file.ts';
import { openModel } from '../../../adapters/models/model.ts';
import type { LanguageModelFiles } from '../../../adapters/models/model.ts';
import { createModelRuntime } from '../../../adapters/models/runtime.ts';
import { openWholeModel } from '../../../adapters/models/whole-model.ts';
import type { WholeModel } from '../../../adapters/models/whole-model.ts';
import { writeGguf } from '../../../adapters/models/write-gguf.ts';
import { writeHuggingFaceFolder } from '../../../adapters/models/write-hugging-face.ts';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { loraParameters } from '../../../core/training/lora.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';
import { readWithTransformers, withoutPython } from '../../helpers/written-model.ts';

const native = { gpu: false, build: 'never', maxThreads: 1, progressLogs: false } as const;
const llama = await getLlama(native).catch((error: unknown) => error as Error);
const skip = llama instanceof Error ? `llama.cpp does not run here: ${llama.message}` : false;

/** What scripts/golden/written_model.py says of a prompt. */
interface Continued {
  readonly tokens: readonly number[];
  readonly scores: readonly number[];
  readonly answer: string;
}

describe('a model that is written out', () => {
  let root: string;
  let files: LanguageModelFiles;
  let whole: WholeModel;
  const models = createModelRuntime({ sessions: 1 });

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-written-'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    await tinyFolders(root);
    files = await openModel({ gguf: join(root, 'tiny.gguf') });
    whole = await openWholeModel({ files });
  });
  after(async () => {
    await whole.close();
    await models.close();
    if (!(llama instanceof Error)) await llama.dispose();
    await rm(root, { recursive: true });
  });

  async function written(name: string, model: WholeModel): Promise<string> {
    const folder = join(root, name);
    await mkdir(folder);
    await writeHuggingFaceFolder(folder, model);
    return folder;
  }

  it('as a Hugging Face folder has the weights, the tokenizer and the template that it had', async () => {
    const folder = await written('folder', whole);
    const again = await openModel({ folder });
    assert.equal(again.hashes.weights, files.hashes.weights);
    assert.deepEqual(again.hashes.template, files.hashes.template);
    assert.deepEqual(parseModelConfig(again.config, 'again'), parseModelConfig(files.config, 'before'));
    const text = 'The hen is on the inn, <|im_end|> 1234 é';
    assert.deepEqual(again.tokenizer.encode(text), files.tokenizer.encode(text));
    const defaults = JSON.parse(await readFile(join(folder, 'generation_config.json'), 'utf8')) as object;
    const { specialTokens } = files.tokenizer;
    const ends = [specialTokens.get('<|im_end|>')];
    assert.deepEqual((defaults as { eos_token_id: unknown }).eos_token_id, ends);
  });

  it('as a GGUF file has the weights and the tokenizer that it had', async () => {
    const path = join(root, 'again.gguf');
    await writeGguf(path, 'again', whole);
    const [first, second] = [await openGguf(join(root, 'tiny.gguf')), await openGguf(path)];
    assert.deepEqual(second.tokenizer, first.tokenizer);
    assert.deepEqual(second.tokenizerConfig, first.tokenizerConfig);
    assert.equal(second.chatTemplate, first.chatTemplate);
    assert.deepEqual(second.config, first.config);
    const found = new Map(
      await Promise.all(second.tensors.map(async ({ name, read }) => [name, await read()] as const)),
    );
    assert.equal(found.size, first.tensors.length);
    for (const { name, read } of first.tensors) assert.deepEqual(found.get(name), await read(), name);
    await first.close();
    await second.close();
  });

  it('with an adapter has it merged into the weights that it changes, and into no other', async () => {
    const specification = { rank: 2, alpha: 4, layers: [1] };
    const random = uniforms('written');
    const tensors = new Map(
      loraParameters(parseModelConfig(files.config, 'tiny'), specification).map(({ name, shape }) => [
        name,
        Float32Array.from({ length: shape[0]! * shape[1]! }, () => random.next() - 0.5),
      ]),
    );
    const merged = await openWholeModel({ files, adapter: { specification, tensors } });
    for (const [index, { name, read }] of merged.tensors.entries()) {
      const [now, before] = [await read(), await whole.tensors[index]!.read()];
      const expected = /layers\.1\.(?:self_attn|mlp)\..*_proj\.weight$/.test(name);
      assert.equal(
        now.some((value, place) => value !== before[place]),
        expected,
        name,
      );
    }
    await merged.close();
  });

  it('is refused as a GGUF file when that has no name for how its tokenizer splits text', async () => {
    const tokenizer = { ...whole.tokenizer, pre_tokenizer: { type: 'Whitespace' } };
    await assert.rejects(writeGguf(join(root, 'words.gguf'), 'words', { ...whole, tokenizer }), {
      type: 'UnsupportedModel',
      message: /Whitespace.*Hugging Face folder/,
    });
  });

  it('is refused as a GGUF file when llama.cpp would compute something else', async () => {
    const config = { ...whole.config, architectures: ['MistralForCausalLM'], sliding_window: 64 };
    await assert.rejects(writeGguf(join(root, 'window.gguf'), 'window', { ...whole, config }), {
      type: 'UnsupportedModel',
      message: /sliding window/,
    });
  });

  it('as a Hugging Face folder has the numbers in transformers that it has here', { skip: withoutPython }, async () => {
    const prompts = ['Is the inn on the hill?', 'the cat'];
    const candidates = ['y', 'n', 'a', 'z'];
    const items = prompts.map((prompt) => ({ prompt, candidates }));
    const found = await readWithTransformers<Continued>(await written('read', whole), items);
    const scorer = await models.openScorer(join(root, 'tiny.gguf'), null);
    const scores = await scorer.scoreLabels(prompts, candidates, new AbortController().signal);
    const answers = await scorer.answer(prompts, 8, new AbortController().signal);
    for (const [row, prompt] of prompts.entries()) {
      assert.deepEqual(found[row]!.tokens, files.chat.encodePrompt(prompt));
      assert.equal(found[row]!.answer, answers[row]);
      const differences = found[row]!.scores.map((score, place) => Math.abs(score - scores[row]![place]!));
      assert.ok(Math.max(...differences) < 1e-5, differences.join(' '));
    }
  });

  it('as a GGUF file has the log-probabilities in llama.cpp that it has here', { skip }, async () => {
    assert.ok(!(llama instanceof Error));
    const path = join(root, 'served.gguf');
    await writeGguf(path, 'served', whole);
    const loaded = await llama.loadModel({ modelPath: path });
    const context = await loaded.createContext({
      contextSize: 128,
      flashAttention: false,
      // By default keys and values are kept in half precision, which moves a log-probability by .001.
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
    });
    const prompt = 'Is the inn on the hill?';
    const labels = ['yes', 'no', 'a', 'the'];
    const text = files.chat.encodePrompt(prompt);
    assert.deepEqual([...loaded.tokenize(files.tokenizer.decode(text), true)], text);
    const candidates = labels.map((label) => files.tokenizer.encode(label)[0]!);
    const sequence = context.getSequence();
    const options = { generateNext: { probabilities: true, options: { topP: 1, topK: 0, temperature: 1 } } };
    const outputs = await sequence.controlledEvaluate([...text.slice(0, -1), [text.at(-1)!, options]] as Token[]);
    const probabilities = outputs.at(-1)?.next.probabilities;
    const scorer = await models.openScorer(join(root, 'tiny.gguf'), null);
    const first = labels.map((_, index) => files.tokenizer.decode([candidates[index]!]));
    const [scores] = await scorer.scoreLabels([prompt], first, new AbortController().signal);
    for (const [index, token] of candidates.entries()) {
      const difference = Math.abs(Math.log(probabilities!.get(token as Token)!) - scores![index]!);
      assert.ok(difference < 1e-4, `${first[index]}: ${difference}`);
    }
    await context.dispose();
    await loaded.dispose();
  });
});
