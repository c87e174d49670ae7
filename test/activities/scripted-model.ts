// A language model for tests: it answers from a script, and lists what it was asked.

import type { AskingPorts } from '../../activities/asking.ts';
import type {
  BatchAnswer,
  BatchState,
  Capabilities,
  ChatChoice,
  ChatRequest,
  ChatUsage,
  LanguageModel,
} from '../../activities/ports/language-model.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';

/** Changes of the usual answer, or what is thrown. */
export type Reply = (
  request: ChatRequest,
  choices: number,
) => Partial<ChatChoice> | Error | Promise<Partial<ChatChoice>>;

export interface ScriptedModel {
  readonly ports: AskingPorts;
  /** Requests as they came, before they were answered. */
  readonly asked: ChatRequest[];
  /** Choices wanted by each of them. */
  readonly choices: number[];
  /** How often the servers' capabilities were asked for. */
  readonly probes: { count: number };
}

export const plainCapabilities: Capabilities = {
  choices: false,
  seed: 'accepted',
  logprobs: false,
  schema: null,
  usage: true,
  models: null,
};

/** Each answer is billed 10 prompt tokens, and 5 completion tokens a choice. */
export function scriptedModel(
  reply: Reply = () => ({}),
  capabilities: Partial<Capabilities> = {},
  choicesAtOnce = Infinity,
): ScriptedModel {
  const asked: ChatRequest[] = [];
  const choices: number[] = [];
  const probes = { count: 0 };
  const model: LanguageModel = {
    chat: {
      async complete(request, _signal, options = {}) {
        const wanted = options.choices ?? 1;
        asked.push(request);
        choices.push(wanted);
        const said = await reply(request, wanted);
        if (said instanceof Error) throw said;
        const choice = (place: number): ChatChoice => ({ ...goodChoice(`Answer ${request.seed}.${place}`), ...said });
        const given = Math.min(wanted, choicesAtOnce);
        return { choices: Array.from({ length: given }, (_, place) => choice(place)), usage: usageOf(10, 5 * given) };
      },
      capabilities() {
        probes.count += 1;
        return Promise.resolve({ ...plainCapabilities, ...capabilities });
      },
    },
    batch: noBatch,
  };
  return { ports: { openEndpoint: () => Promise.resolve(model), requestHash }, asked, choices, probes };
}

export function goodChoice(content: string): ChatChoice {
  return { content, reasoning: null, finishReason: 'stop', logprobs: null };
}

export function usageOf(promptTokens: number, completionTokens: number): ChatUsage {
  return { promptTokens, cachedTokens: 0, completionTokens, reasoningTokens: 0, estimated: false, raw: null };
}

/** A vendor of batches whose state and answers the test writes; `filed` holds the custom ids of each batch. */
export function scriptedBatches() {
  const filed: string[][] = [];
  const vendor = {
    filed,
    state: { state: 'running', completed: 0, total: 0, detail: 'in_progress' } as BatchState,
    answers: (batch: number): readonly BatchAnswer[] =>
      (filed[batch] ?? []).map((customId) => answered(customId, `Answer ${customId}`)),
    collected: 0,
  };
  const model: LanguageModel = {
    chat: {
      complete: () => Promise.reject(new Error('The chat route must not be asked.')),
      capabilities: () => Promise.reject(new Error('The chat route must not be probed.')),
    },
    batch: {
      submit(requests) {
        const id = `batch-${filed.push(requests.map(({ customId }) => customId)) - 1}`;
        return Promise.resolve({ server: 'vendor', id });
      },
      poll: () => Promise.resolve(vendor.state),
      collect({ id }) {
        vendor.collected += 1;
        return Promise.resolve(vendor.answers(Number(id.slice('batch-'.length))));
      },
    },
  };
  const ports: AskingPorts = { openEndpoint: () => Promise.resolve(model), requestHash };
  return { vendor, ports };
}

export function answered(customId: string, content: string): BatchAnswer {
  return { customId, response: { choices: [goodChoice(content)], usage: usageOf(10, 5) } };
}

const noBatch: LanguageModel['batch'] = {
  submit: () => Promise.reject(new Error('The batch route must not be asked.')),
  poll: () => Promise.reject(new Error('The batch route must not be asked.')),
  collect: () => Promise.reject(new Error('The batch route must not be asked.')),
};
