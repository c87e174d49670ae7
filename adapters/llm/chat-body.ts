// What is sent to a chat completions endpoint, in the forms that the server was seen to take.

import type {
  AnswerOptions,
  Capabilities,
  ChatRequest,
  ResponseSchema,
} from '../../activities/ports/language-model.ts';

/** The forms in which one server takes what others take differently. */
export interface RequestForms {
  readonly seed: Capabilities['seed'];
  /** Null: none holds, so none is sent, and whoever reads the answer has to judge it. */
  readonly schema: Capabilities['schema'];
  /** OpenAI's reasoning models refuse the old name. */
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
}

/** Of a server that nothing is known of. */
export const usualForms: RequestForms = { seed: 'accepted', schema: 'nested', tokenLimit: 'max_tokens' };

/** One choice is what every server gives unasked, so `n` is sent for more only: some refuse to hear of it. */
export function chatBody(request: ChatRequest, options: AnswerOptions, forms: RequestForms): object {
  const { model, messages, sampling, seed, responseSchema } = request;
  const { choices = 1, topLogprobs } = options;
  // Sampling is always sent: some servers take their defaults from the model's own files.
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    [forms.tokenLimit]: sampling.maxTokens,
    ...(forms.seed === 'accepted' ? { seed } : {}),
    ...(choices > 1 ? { n: choices } : {}),
    ...(topLogprobs === undefined ? {} : { logprobs: true, top_logprobs: topLogprobs }),
    ...(responseSchema && forms.schema ? { response_format: responseFormat(responseSchema, forms.schema) } : {}),
  };
}

/** `nested` is OpenAI's form, which most follow; `top-level` that of llama.cpp. */
export function responseFormat({ name, schema }: ResponseSchema, form: 'nested' | 'top-level'): object {
  if (form === 'top-level') return { type: 'json_schema', schema };
  return { type: 'json_schema', json_schema: { name, schema, strict: true } };
}
