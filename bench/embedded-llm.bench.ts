// Tokens a second of the embedded generator by the number of answers written at the same time, and the memory that takes:
// the same requests each time, a process of its own for each number.
//   node --import tsx bench/embedded-llm.bench.ts [REQUESTS] [TOKENS] [REPEATS]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { openEmbeddedModel } from '../adapters/llm/embedded-model.ts';
import type { EmbeddedModel, GenerationRequest } from '../adapters/llm/embedded-model.ts';
import { pullLanguageModel } from '../adapters/models/pull.ts';
import { BENCH_MODEL } from './sketch-engine.ts';

const SEQUENCES = [1, 2, 4, 8];

const [requestCount = 16, maxTokens = 48, repeats = 2] = process.argv.slice(2, 5).map(Number);
const own = process.argv[5];
if (own === undefined) compare();
else await measure(Number(own));

function compare(): void {
  const rounds = Array.from({ length: repeats }, () => SEQUENCES.map(measureApart));
  console.log(
    '| sequences | batched | tokens a second, best of its runs | over one sequence | peak memory, MB | same answers |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  const best = SEQUENCES.map((_, index) => Math.max(...rounds.map((round) => round[index]?.speed ?? 0)));
  for (const [index, sequences] of SEQUENCES.entries()) {
    const found = rounds.flatMap((round) => round[index] ?? []);
    const speed = best[index] ?? 0;
    const peak = Math.max(...found.map(({ peakBytes }) => peakBytes)) / 1e6;
    const same = found.every(({ answers }) => answers === rounds[0]?.[0]?.answers);
    const ratio = speed / (best[0] ?? 0);
    console.log(
      `| ${sequences} | ${found[0]?.batched ?? ''} | ${speed.toFixed(1)} | ${ratio.toFixed(2)} | ${peak.toFixed(0)} | ${same} |`,
    );
  }
}

interface Measured {
  readonly batched: boolean;
  /** Tokens of answers a second, prompts' time included. */
  readonly speed: number;
  readonly peakBytes: number;
  readonly answers: string;
}

function measureApart(sequences: number): Measured {
  const settings = [requestCount, maxTokens, repeats, sequences].map(String);
  const command = [...process.execArgv, process.argv[1] ?? '', ...settings];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as Measured;
}

async function measure(sequences: number): Promise<void> {
  const model = await openEmbeddedModel({ modelFile: await pullLanguageModel(BENCH_MODEL), sequences });
  await answerAll(model, sequences);
  const start = performance.now();
  const answers = await answerAll(model, requestCount);
  const seconds = (performance.now() - start) / 1000;
  const tokens = answers.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  assert.ok(tokens > 0);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const texts = answers.map(({ choices }) => choices.map(({ content }) => content));
  const { batched } = model;
  await model.close();
  console.log(
    JSON.stringify({ batched, speed: tokens / seconds, peakBytes, answers: JSON.stringify(texts) } satisfies Measured),
  );
}

function answerAll(model: EmbeddedModel, count: number): Promise<Awaited<ReturnType<EmbeddedModel['generate']>>[]> {
  const { signal } = new AbortController();
  return Promise.all(Array.from({ length: count }, (_, index) => model.generate(request(index), signal)));
}

function request(index: number): GenerationRequest {
  const content = `Write a word problem about ${index + 2} apples and ${3 * index + 5} boxes, then solve it step by step.`;
  return {
    messages: [{ role: 'user', content }],
    temperature: 0.7,
    topP: 0.95,
    maxTokens,
    seed: index,
    choices: 1,
    stop: [],
    jsonSchema: undefined,
    alternatives: undefined,
  };
}
