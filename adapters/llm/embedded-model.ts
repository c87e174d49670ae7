// A GGUF model in this process by llama.cpp: one chat at a time, each on a fresh sequence, so that an answer depends on
// its request alone and never on what was asked before.

import { Template } from '@huggingface/jinja';
import type {
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp';
import type * as LlamaCpp from 'node-llama-cpp';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { checkGgufHeader } from './gguf-header.ts';

export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

export interface GenerationRequest {
  readonly messages: readonly ChatTurn[];
  readonly temperature: number;
  readonly topP: number;
  /** Absent: as many as the context has room for. */
  readonly maxTokens: number | undefined;
  readonly seed: number;
  /** Makes the answer a JSON text of this schema. */
  readonly jsonSchema: object | undefined;
}

export interface Generation {
  readonly content: string;
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface EmbeddedModel {
  /**
   * Greedy at temperature 0; otherwise drawn from the whole vocabulary cut by `topP`. Stops where the model ends its turn.
   * @throws {UnservableRequest} when the request cannot be served whatever the model says
   * @throws the signal's reason when it is aborted
   */
  generate(request: GenerationRequest, signal: AbortSignal): Promise<Generation>;
  close(): Promise<void>;
}

/** The asker's mistake, told to the asker; the model stays fit for the next request. */
export class UnservableRequest extends Error {
  override readonly name = 'UnservableRequest';
}

type Runtime = typeof LlamaCpp;

const LONGEST_CONTEXT = 8192;

/**
 * @throws {PermanentError} `MissingModel` when there is no such file, `CorruptModel` when llama.cpp cannot load the file, `UnsupportedModel` when the model has no chat
 * template, `InvalidConfig` when there is no llama.cpp for this platform
 */
export async function openEmbeddedModel(modelFile: string): Promise<EmbeddedModel> {
  await checkGgufHeader(modelFile);
  // Loaded on first use: a worker that speaks to a remote server only must not need llama.cpp.
  const runtime = await import('node-llama-cpp');
  const llama = await startLlama(runtime);
  const model = await loadModel(llama, modelFile);
  const template = chatTemplate(model, modelFile);
  const contextSize = Math.min(model.trainContextSize, LONGEST_CONTEXT);
  const context = await model.createContext({ sequences: 1, contextSize, threads: 1 });
  let last: Promise<unknown> = Promise.resolve();
  return {
    generate(request, signal) {
      const turn = last.then(() => {
        signal.throwIfAborted();
        return answer({ runtime, llama, model, context, template }, request, signal);
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await last;
      await llama.dispose();
    },
  };
}

async function startLlama(runtime: Runtime): Promise<Llama> {
  try {
    // One thread: with as many threads as busy cores llama.cpp slows down a thousandfold, and sums keep their order.
    return await runtime.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      maxThreads: 1,
      progressLogs: false,
      logLevel: runtime.LlamaLogLevel.error,
    });
  } catch (error) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `The embedded language model needs llama.cpp, and node-llama-cpp has none for ${process.platform}-${process.arch}. ` +
        'Install its optional package for this platform, or give the url of a server as the endpoint.',
      { cause: error },
    );
  }
}

async function loadModel(llama: Llama, modelFile: string): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: modelFile, gpuLayers: 0 });
  } catch (error) {
    await llama.dispose();
    throw new PermanentError(
      FailureType.CorruptModel,
      `llama.cpp cannot load ${modelFile}: ${error instanceof Error ? error.message : String(error)}. ` +
        'Expected a whole GGUF file of a text model; fetch it again.',
      { cause: error },
    );
  }
}

interface Loaded {
  readonly runtime: Runtime;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly template: Template;
}

function chatTemplate(model: LlamaModel, modelFile: string): Template {
  const text = model.fileInfo.metadata.tokenizer.chat_template;
  if (text !== undefined) return new Template(text);
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${modelFile} has no chat template (tokenizer.chat_template in its metadata): take an instruction-tuned model.`,
  );
}

async function answer(loaded: Loaded, request: GenerationRequest, signal: AbortSignal): Promise<Generation> {
  const prompt = promptTokens(loaded, request.messages);
  const room = loaded.context.contextSize - prompt.length;
  if (room < 1) {
    const size = `${prompt.length} tokens of prompt in a context of ${loaded.context.contextSize}`;
    throw new UnservableRequest(`The prompt is too long: ${size} (context_length_exceeded).`);
  }
  const options = await evaluationOptions(loaded, request);
  const sequence = loaded.context.getSequence();
  try {
    const most = Math.min(request.maxTokens ?? room, room);
    const { tokens, ended } = await generateTokens(sequence, prompt, options, most, signal);
    const text = loaded.model.detokenize(tokens);
    return {
      content: request.jsonSchema === undefined ? text : text.trimEnd(),
      finishReason: ended ? 'stop' : 'length',
      promptTokens: prompt.length,
      completionTokens: tokens.length,
    };
  } finally {
    await sequence.dispose();
  }
}

function promptTokens({ model, template }: Loaded, messages: readonly ChatTurn[]): Token[] {
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

async function evaluationOptions(
  { runtime, llama, model }: Loaded,
  { temperature, topP, seed, jsonSchema }: GenerationRequest,
): Promise<SequenceEvaluateOptions> {
  // llama.cpp takes 32 bits of seed, and cuts to 40 candidates unless told otherwise.
  const sampling = { temperature, topP, topK: 0, seed: seed >>> 0 };
  if (jsonSchema === undefined) return sampling;
  try {
    const grammar = await llama.createGrammarForJsonSchema(
      jsonSchema as Parameters<Llama['createGrammarForJsonSchema']>[0],
    );
    return { ...sampling, grammarEvaluationState: new runtime.LlamaGrammarEvaluationState({ model, grammar }) };
  } catch (error) {
    throw new UnservableRequest(`The JSON schema of response_format makes no grammar: ${String(error)}`);
  }
}

async function generateTokens(
  sequence: LlamaContextSequence,
  prompt: Token[],
  options: SequenceEvaluateOptions,
  most: number,
  signal: AbortSignal,
): Promise<{ tokens: Token[]; ended: boolean }> {
  const tokens: Token[] = [];
  for await (const token of sequence.evaluate(prompt, { ...options, yieldEogToken: true })) {
    signal.throwIfAborted();
    if (sequence.model.isEogToken(token)) return { tokens, ended: true };
    tokens.push(token);
    if (options.grammarEvaluationState && endsInBlankLines(sequence.model, tokens)) return { tokens, ended: true };
    if (tokens.length >= most) break;
  }
  return { tokens, ended: false };
}

// The grammar of JSON allows white space after the value, and a small model never tires of it.
function endsInBlankLines(model: LlamaModel, tokens: readonly Token[]): boolean {
  return /\n\s*\n\s*\n$/.test(model.detokenize(tokens.slice(-4)));
}
