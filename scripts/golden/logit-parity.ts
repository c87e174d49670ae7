// Our logits of a real model against transformers on the same dequantised weights, at every position of real prompts.
// Run: node --import tsx scripts/golden/logit-parity.ts ROWS.jsonl [PYTHON] [MODEL] [PROMPTS]
// ROWS.jsonl has a `question` a row, such as GSM8K; PYTHON has torch and transformers.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModel } from '../../adapters/models/model.ts';
import { configOf } from '../../adapters/models/runtime.ts';
import { createOnnxRuntime } from '../../adapters/onnx/runtime.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { encodeModel } from '../../core/graph/onnx-encoding.ts';
import { floatOutput } from '../../core/graph/runner.ts';
import { encodeSamples } from '../../core/models/encode.ts';
import { buildForward } from '../../core/models/llama.ts';
import { storedParameters } from '../../core/models/parameters.ts';

const [rowsPath, python = 'python3', name = 'smollm2-135m-instruct', count = '20'] = process.argv.slice(2);
if (!rowsPath) throw new Error('usage: logit-parity.ts ROWS.jsonl [PYTHON] [MODEL] [PROMPTS]');
const files = await openModel(name);
const config = configOf(files);
const lines = readFileSync(rowsPath, 'utf8').split('\n').slice(0, Number(count));
const prompts = lines.map((line) => files.chat.encodePrompt((JSON.parse(line) as { question: string }).question));

const builder = new GraphBuilder();
builder.output('logits', buildForward(builder, config, { parameter: storedParameters(builder, files.tensors) }).logits);
const bytes = encodeModel(builder.finish());
const session = await createOnnxRuntime().open({ bytes, weightsFolder: dirname(files.weightsPath) }, 1);
const folder = mkdtempSync(join(tmpdir(), 'diffract-logits-'));
try {
  for (const [index, prompt] of prompts.entries()) {
    const sample = { promptTokens: prompt.slice(0, 1), completionTokens: [...prompt.slice(1), 0] };
    const logits = floatOutput(await session.run(encodeSamples(config, [sample])), 'logits');
    writeFileSync(join(folder, `${index}.float32`), logits.subarray(0, prompt.length * config.vocabularySize));
  }
  writeFileSync(join(folder, 'prompts.json'), JSON.stringify({ model: files.folder, prompts }));
  const script = join(dirname(fileURLToPath(import.meta.url)), 'logit_parity.py');
  process.stdout.write(`${name}: ${execFileSync(python, [script, folder], { encoding: 'utf8' })}`);
} finally {
  await session.close();
  rmSync(folder, { recursive: true });
}
