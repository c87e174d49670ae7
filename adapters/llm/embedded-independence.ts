// Whether a sequence's numbers are the same bit for bit alone and beside others in a batch. llama.cpp picks its
// multiplication by the number of rows: with quantized weights all of them sum in one order, with float ones they do not,
// and then the same request would be answered in other words when another one happens to run beside it.

import type { ControlledEvaluateInputItem, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';

const PROBE = 'The five boxing wizards jump quickly: 12 + 30 = 42, and the lazy dog sleeps on.';
const PROMPT_TOKENS = 4;
const STEPS = 3;
const COMPARED_LOGITS = 32;

/** Tries it out, for every number of neighbours that can be; leaves the sequences empty. */
export async function areIndependent(model: LlamaModel, sequences: readonly LlamaContextSequence[]): Promise<boolean> {
  const tokens = model.tokenize(PROBE);
  const probes = sequences.map((sequence, place) => {
    const start = place % tokens.length;
    return { sequence, tokens: [...tokens, ...tokens].slice(start, start + PROMPT_TOKENS + STEPS) };
  });
  const alone: string[] = [];
  for (const probe of probes) alone.push(...(await traces([probe])));
  for (let width = 2; width <= probes.length; width++) {
    const together = await traces(probes.slice(0, width));
    if (together.some((trace, place) => trace !== alone[place])) return false;
  }
  return true;
}

interface Probe {
  readonly sequence: LlamaContextSequence;
  readonly tokens: Token[];
}

/** The highest logits of every step, as text. */
async function traces(probes: readonly Probe[]): Promise<string[]> {
  for (const { sequence, tokens } of probes) {
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, PROMPT_TOKENS));
  }
  const steps: string[][] = [];
  for (let step = PROMPT_TOKENS; step < PROMPT_TOKENS + STEPS; step++) {
    const logits = probes.map(async ({ sequence, tokens }) => {
      const outputs = await sequence.controlledEvaluate(tokens.slice(step, step + 1).map(withLogits));
      return JSON.stringify(outputs.map((output) => [...(output?.next.logits ?? [])]));
    });
    steps.push(await Promise.all(logits));
  }
  for (const { sequence } of probes) await sequence.clearHistory();
  return probes.map((_, place) => steps.map((logits) => logits[place]).join());
}

function withLogits(token: Token): ControlledEvaluateInputItem {
  return [
    token,
    {
      generateNext: { logits: { filter: { tokens: [], includeTop: COMPARED_LOGITS } }, options: { topP: 1, topK: 0 } },
    },
  ];
}
