// llama.cpp with one GGUF file loaded, its chat template read and a context of several sequences made.

import { Template } from '@huggingface/jinja';
import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import type * as LlamaCpp from 'node-llama-cpp';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { checkGgufHeader } from './gguf-header.ts';

type Runtime = typeof LlamaCpp;

export interface LoadedGguf {
  readonly runtime: Runtime;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly template: Template;
}

const LONGEST_CONTEXT = 8192;

/**
 * @throws {PermanentError} `MissingModel` when there is no such file, `CorruptModel` when llama.cpp cannot load the file, `UnsupportedModel` when the model has no chat
 * template, `InvalidConfig` when there is no llama.cpp for this platform or no memory for so many sequences
 */
export async function loadGguf(modelFile: string, sequences: number): Promise<LoadedGguf> {
  await checkGgufHeader(modelFile);
  // Loaded on first use: a worker that speaks to a remote server only must not need llama.cpp.
  const runtime = await import('node-llama-cpp');
  const llama = await startLlama(runtime);
  try {
    const model = await loadModel(llama, modelFile);
    const template = chatTemplate(model, modelFile);
    return { runtime, llama, model, template, context: await makeContext(model, modelFile, sequences) };
  } catch (error) {
    await llama.dispose();
    throw error;
  }
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
    throw new PermanentError(
      FailureType.CorruptModel,
      `llama.cpp cannot load ${modelFile}: ${error instanceof Error ? error.message : String(error)}. ` +
        'Expected a whole GGUF file of a text model; fetch it again.',
      { cause: error },
    );
  }
}

function chatTemplate(model: LlamaModel, modelFile: string): Template {
  const text = model.fileInfo.metadata.tokenizer.chat_template;
  if (text !== undefined) return new Template(text);
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${modelFile} has no chat template (tokenizer.chat_template in its metadata): take an instruction-tuned model.`,
  );
}

async function makeContext(model: LlamaModel, modelFile: string, sequences: number): Promise<LlamaContext> {
  const contextSize = Math.min(model.trainContextSize, LONGEST_CONTEXT);
  try {
    return await model.createContext({ sequences, contextSize, threads: 1 });
  } catch (error) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `There is no context of ${sequences} x ${contextSize} tokens for ${modelFile}: ` +
        `${error instanceof Error ? error.message : String(error)}. Free memory, or take a smaller model.`,
      { cause: error },
    );
  }
}
