// From an endpoint in a campaign file to something that answers: one client and one admission for each server and model,
// one embedded server for each model file, started when first asked.

import type { ChatEndpoint, OpenEndpoint } from '../../activities/ports/language-model.ts';
import type { Endpoint } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { createAdmission } from './admission.ts';
import { createChatClient } from './client.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import type { EmbeddedServer } from './embedded-server.ts';

export interface EndpointSettings {
  /** The GGUF file of a model, fetched where it is missing. */
  readonly embeddedModelFile: (model: string) => Promise<string>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Opens endpoints; `close` stops the embedded servers that it started. */
export type Endpoints = OpenEndpoint & { close(): Promise<void> };

// The embedded model answers one request at a time; a second one waits at its door, further ones would only time out.
const EMBEDDED_PLACES = { start: 2, maximum: 2 };

/** One call in a process: what it returns remembers servers and paces for as long as the process lives. */
export function createEndpoints({ embeddedModelFile, environment = process.env }: EndpointSettings): Endpoints {
  const clients = new Map<string, ChatEndpoint>();
  const servers = new Map<string, Promise<EmbeddedServer>>();

  function startOnce(model: string): Promise<EmbeddedServer> {
    const running = servers.get(model);
    if (running) return running;
    const starting = embeddedModelFile(model).then((modelFile) => startEmbeddedServer({ modelFile }));
    servers.set(model, starting);
    // A failed start, of a download for example, must not stand for ever.
    starting.catch(() => servers.delete(model));
    return starting;
  }

  async function open(endpoint: Endpoint): Promise<ChatEndpoint> {
    const key = JSON.stringify([endpoint.url, endpoint.model, endpoint.apiKey]);
    const known = clients.get(key);
    if (known) return known;
    const embedded = endpoint.url === 'embedded';
    const url = embedded ? (await startOnce(endpoint.model)).url : endpoint.url;
    const apiKey = (): string | undefined => readKey(endpoint, environment);
    // Said before the first request, so that a campaign with a missing key stops before its first chunk.
    apiKey();
    const admission = createAdmission(embedded ? EMBEDDED_PLACES : {});
    const client = clients.get(key) ?? createChatClient({ url, apiKey, admission });
    clients.set(key, client);
    return client;
  }

  return Object.assign(open, {
    async close(): Promise<void> {
      const started = [...servers.values()];
      servers.clear();
      clients.clear();
      for (const server of started) await (await server).close();
    },
  });
}

function readKey(endpoint: Endpoint, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (endpoint.apiKey === undefined) return undefined;
  const where = `apiKey of the endpoint for model "${endpoint.model}"`;
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(endpoint.apiKey)?.[1];
  if (name === undefined) {
    // What stands there may be the key itself, so it is not shown.
    const expected = 'must name an environment variable, as in env:OPENAI_API_KEY; found something else';
    throw new PermanentError(FailureType.InvalidConfig, `${where} ${expected}. Put the key into a variable.`);
  }
  const key = environment[name]?.trim();
  if (key && /^[\x21-\x7e]+$/.test(key)) return key;
  const found = key ? 'holds characters that no key has' : 'is not set';
  throw new PermanentError(
    FailureType.InvalidConfig,
    `${where} names the environment variable ${name}, which ${found}. Set it where the workers run, and start them anew.`,
  );
}
