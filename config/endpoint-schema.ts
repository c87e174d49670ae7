// Language models in a file: who serves them, how they are sampled, what they cost.

import { z } from 'zod';
import { model, secret, share, wholePositive } from './fields.ts';

const serverUrl = z
  .string()
  .regex(/^(embedded|https?:\/\/\S+)$/, '`embedded`, or the http(s) base URL of an OpenAI-compatible server');
export const endpoint = z
  .strictObject({
    model,
    url: serverUrl.describe('The server; with several of them use servers').exactOptional(),
    apiKey: secret.exactOptional(),
    servers: z
      .array(z.strictObject({ url: serverUrl, apiKey: secret.exactOptional(), weight: z.number().gt(0).default(1) }))
      .min(1)
      .describe('Servers of the same model, which share the requests by weight')
      .exactOptional(),
    route: z.enum(['chat', 'batch']).default('chat').describe('batch: by the vendor batch interface, within a day'),
    timeoutSeconds: z.number().gt(0).max(7200).describe('Of one request; absent: 600').exactOptional(),
  })
  .describe(
    'Where requests go: {url: embedded, model: smollm2-135m-instruct}, or the URL of any OpenAI-compatible server',
  );
/** How a language model is sampled in a role. */
export const sampling = (temperature: number) =>
  z
    .strictObject({
      temperature: z.number().min(0).max(2).default(temperature),
      topP: share.default(0.95),
      maxTokens: wholePositive.default(2048),
    })
    .prefault({});

const price = z.number().min(0);
export const prices = z
  .strictObject({
    version: z.string().min(1),
    currency: z.string().min(1).default('USD'),
    models: z.record(z.string().min(1), z.strictObject({ input: price, cached: price.exactOptional(), output: price })),
  })
  .nullable()
  .default(null)
  .describe('Prices per million tokens by model; null: cost unknown');
