// A GGUF model in this process by llama.cpp: several chats at once, each on an empty sequence of its own, so that an answer
// depends on its request alone and never on what was asked before or beside it.

import type { Llama, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { drawChoice } from './embedded-choice.ts';
import type { PlacedSequence } from './embedded-choice.ts';
import { readJsonSchema } from './embedded-grammar.ts';
import { areIndependent } from './embedded-independence.ts';
import { scoreTokens } from './embedded-logprobs.ts';
import type { ScoredToken } from './embedded-logprobs.ts';
import { createPlaces } from './embedded-places.ts';
import { allAtOnce, createRounds, oneByOne } from './embedded-rounds.ts';
import { loadGguf } from './embedded-runtime.ts';
import type { LoadedGguf } from './embedded-runtime.ts';

export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

export interface GenerationRequest {
  readonly messages: readonly ChatTurn[];
  readonly temperature: number;
  readonly topP: number;
  /** For each choice; absent: as many as the context has room for. */
  readonly maxTokens: number | undefined;
  /** Of the first choice; the second is drawn by the next number, and so on. */
  readonly seed: number;
  readonly choices: number;
  /** An answer ends before the first of these texts. */
  readonly stop: readonly string[];
  /** Makes the answer a JSON text of this schema. */
  readonly jsonSchema: object | undefined;
  /** How many alternatives are listed for each token; absent: the tokens are not scored. */
  readonly alternatives: number | undefined;
}

export interface Choice {
  readonly content: string;
  readonly finishReason: 'stop' | 'length';
  readonly scores: readonly ScoredToken[] | undefined;
}

export interface Generation {
  readonly choices: readonly Choice[];
  /** Counted once for all choices, as it is evaluated once. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface EmbeddedModel {
  /** Whether the sequences' steps are batched: only where the batch leaves no trace in the answers. */
  readonly batched: boolean;
  /**
   * Greedy at temperature 0; otherwise drawn from the whole vocabulary cut by `topP`. Stops where the model ends its turn.
   * @throws {UnservableRequest} when the request cannot be served whatever the model says
   * @throws the signal's reason when it is aborted
   */
  generate(request: GenerationRequest, signal: AbortSignal): Promise<Generation>;
  /** Waits for the answers under way. */
  close(): Promise<void>;
}

/** The asker's mistake, told to the asker; the model stays fit for the next request. */
export class UnservableRequest extends Error {
  override readonly name = 'UnservableRequest';
  /** OpenAI's word for it, where it has one. */
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

export interface EmbeddedModelSettings {
  readonly modelFile: string;
  /** How many answers are written at the same time; each takes memory for a whole context. */
  readonly sequences?: number;
}

/** Of a prompt, evaluated in one go; the others' next tokens wait that long. */
const PROMPT_PIECE_TOKENS = 128;

/**
 * @throws {PermanentError} `MissingModel` when there is no such file, `CorruptModel` when llama.cpp cannot load the file, `UnsupportedModel` when the model has no chat
 * template, `InvalidConfig` when there is no llama.cpp for this platform
 */
export async function openEmbeddedModel({ modelFile, sequences = 4 }: EmbeddedModelSettings): Promise<EmbeddedModel> {
  const loaded = await loadGguf(modelFile, sequences);
  const { model, context } = loaded;
  const own = Array.from({ length: sequences }, () => context.getSequence());
  const batched = sequences > 1 && (await areIndependent(model, own));
  const rounds = createRounds(batched ? allAtOnce : oneByOne);
  const places = createPlaces(own.map((sequence, place) => ({ sequence, place, rounds })));
  const underWay = new Set<Promise<unknown>>();
  return {
    batched,
    generate(request, signal) {
      // Before the line: what cannot be served need not wait to hear it.
      const answering = prepare(loaded, request).then((prepared) =>
        places.hold(signal, (placed) => answer(placed, prepared, signal)),
      );
      const settled = answering.catch(() => undefined).finally(() => underWay.delete(settled));
      underWay.add(settled);
      return answering;
    },
    async close() {
      await Promise.all(underWay);
      await loaded.llama.dispose();
    },
  };
}

interface Prepared {
  readonly request: GenerationRequest;
  /** The prompt without its last token. */
  readonly before: Token[];
  readonly last: Token;
  readonly maxTokens: number;
  readonly json: boolean;
  /** Of the choice with this index; to be used once. */
  samplingOf(choice: number): SequenceEvaluateOptions;
}

async function prepare(loaded: LoadedGguf, request: GenerationRequest): Promise<Prepared> {
  const before = tokensOf(loaded, request.messages);
  const last = before.pop();
  if (last === undefined) throw new UnservableRequest("The model's chat template makes nothing of the messages.");
  const promptTokens = before.length + 1;
  const room = loaded.context.contextSize - promptTokens;
  if (room < 1) {
    const size = `${promptTokens} tokens of prompt in a context of ${loaded.context.contextSize}`;
    throw new UnservableRequest(
      `The prompt is too long: ${size} (context_length_exceeded).`,
      'context_length_exceeded',
    );
  }
  const grammar = await grammarOf(loaded.llama, request.jsonSchema);
  return {
    request,
    before,
    last,
    maxTokens: Math.min(request.maxTokens ?? room, room),
    json: grammar !== undefined,
    samplingOf: (choice) => samplingOf(loaded, request, choice, grammar),
  };
}

async function answer(placed: PlacedSequence, prepared: Prepared, signal: AbortSignal): Promise<Generation> {
  const { request, before, last, maxTokens, json } = prepared;
  const { sequence } = placed;
  const choices: Choice[] = [];
  let completionTokens = 0;
  try {
    await readPrompt(placed, before, signal);
    while (choices.length < request.choices) {
      // The prompt's last token gives the first one of the answer, so it is evaluated for each choice anew.
      await sequence.eraseContextTokenRanges([{ start: before.length, end: sequence.nextTokenIndex }]);
      const settings = { sampling: prepared.samplingOf(choices.length), maxTokens, stop: request.stop, json };
      const { content, finishReason, tokens, drawn } = await drawChoice(placed, last, settings, signal);
      completionTokens += drawn;
      const scores =
        request.alternatives === undefined
          ? undefined
          : await scoreTokens(
              placed,
              { token: last, index: before.length },
              { tokens, alternatives: request.alternatives },
              signal,
            );
      choices.push({ content, finishReason, scores });
    }
    return { choices, promptTokens: before.length + 1, completionTokens };
  } finally {
    await sequence.clearHistory();
  }
}

function tokensOf({ model, template }: LoadedGguf, messages: readonly ChatTurn[]): Token[] {
  let text: string;
  try {
    text = template.render({
      messages: [...messages],
      add_generation_prompt: true,
      bos_token: model.tokens.bosString ?? '',
      eos_token: model.tokens.eosString ?? '',
    });
  } catch (error) {
    // Templates refuse, for one, a system turn in the middle.
    throw new UnservableRequest(`The model's chat template refuses the messages: ${String(error)}`);
  }
  return model.tokenize(text, true);
}

type Grammar = Awaited<ReturnType<Llama['createGrammar']>>;

async function grammarOf(llama: Llama, jsonSchema: object | undefined): Promise<Grammar | undefined> {
  if (jsonSchema === undefined) return undefined;
  const reading = readJsonSchema(jsonSchema);
  if (!reading.ok)
    throw new UnservableRequest(`The JSON schema of response_format cannot be kept: ${reading.problem}.`);
  try {
    return await llama.createGrammarForJsonSchema(reading.schema as Parameters<Llama['createGrammarForJsonSchema']>[0]);
  } catch (error) {
    throw new UnservableRequest(`The JSON schema of response_format makes no grammar: ${String(error)}`);
  }
}

function samplingOf(
  { runtime, model }: LoadedGguf,
  { temperature, topP, seed }: GenerationRequest,
  choice: number,
  grammar: Grammar | undefined,
): SequenceEvaluateOptions {
  // llama.cpp takes 32 bits of seed, and cuts to 40 candidates unless told otherwise.
  const sampling = { temperature, topP, topK: 0, seed: (seed + choice) >>> 0 };
  if (grammar === undefined) return sampling;
  return { ...sampling, grammarEvaluationState: new runtime.LlamaGrammarEvaluationState({ model, grammar }) };
}

/** Piece by piece, so that neither the others nor a caller who hangs up wait for a long prompt. */
async function readPrompt({ sequence, rounds }: PlacedSequence, tokens: Token[], signal: AbortSignal): Promise<void> {
  for (let start = 0; start < tokens.length; start += PROMPT_PIECE_TOKENS) {
    signal.throwIfAborted();
    const piece = tokens.slice(start, start + PROMPT_PIECE_TOKENS);
    await rounds.alone(() => sequence.evaluateWithoutGeneratingNewTokens(piece));
  }
}
