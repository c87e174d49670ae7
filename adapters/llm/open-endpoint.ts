// From an endpoint in a campaign file to something that answers: one connection and one admission for each server and
// model, one embedded server for each model file, started when first asked.

import type { BatchEndpoint } from '../../activities/ports/language-model.ts';
import type { Endpoint, ModelServer } from '../../contracts/campaign.ts';
import { createAdmission } from './admission.ts';
import type { Admission } from './admission.ts';
import { readApiKey } from './api-key.ts';
import type { Environment } from './api-key.ts';
import { createBatchEndpoint } from './batch-endpoint.ts';
import type { BatchServer } from './batch-endpoint.ts';
import { createChatEndpoint } from './chat-endpoint.ts';
import type { PacedChatEndpoint } from './chat-endpoint.ts';
import { createChatServer } from './chat-server.ts';
import type { ChatServer } from './chat-server.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import type { EmbeddedServer } from './embedded-server.ts';
import { connect } from './server-connection.ts';
import type { ServerConnection } from './server-connection.ts';

export interface EndpointSettings {
  /** The GGUF file of a model, fetched where it is missing. */
  readonly embeddedModelFile: (model: string) => Promise<string>;
  readonly environment?: Environment;
  /** Answers that an embedded model writes at the same time. @default 4 */
  readonly embeddedPlaces?: number;
}

/** A language model whose requests can say why they wait. */
export interface PacedLanguageModel {
  readonly chat: PacedChatEndpoint;
  readonly batch: BatchEndpoint;
}

/** Opens endpoints; `close` stops the embedded servers that it started. */
export interface Endpoints {
  (endpoint: Endpoint): Promise<PacedLanguageModel>;
  close(): Promise<void>;
}

/** One call in a process: what it returns remembers servers and paces for as long as the process lives. */
export function createEndpoints(settings: EndpointSettings): Endpoints {
  const models = new Map<string, PacedLanguageModel>();
  const servers = createServers(settings);

  async function open(endpoint: Endpoint): Promise<PacedLanguageModel> {
    const described = endpoint.servers.map(({ url, apiKey, weight }) => [url, apiKey, weight]);
    const key = JSON.stringify([endpoint.model, endpoint.timeoutSeconds, described]);
    const known = models.get(key);
    if (known) return known;
    const opened = await Promise.all(
      endpoint.servers.map(async (server) => ({ server, ...(await servers.open(server, endpoint)) })),
    );
    const filing = opened.filter(({ server }) => server.url !== 'embedded');
    return remember(models, key, {
      chat: createChatEndpoint(opened.map(({ server, chat }) => ({ ...chat, weight: server.weight }))),
      batch: createBatchEndpoint(filing.map(filingServer)),
    });
  }

  return Object.assign(open, {
    async close(): Promise<void> {
      models.clear();
      await servers.close();
    },
  });
}

function filingServer({ server, connection, chat }: OpenServer & { readonly server: ModelServer }): BatchServer {
  const forms: BatchServer['forms'] = async (signal) => (await chat.manners(signal)).forms;
  return { connection, weight: server.weight, forms };
}

interface OpenServer {
  readonly connection: ServerConnection;
  readonly chat: ChatServer;
}

/** What all servers of an endpoint have in common. */
type Shared = Pick<Endpoint, 'model' | 'timeoutSeconds'>;

interface Servers {
  open(server: ModelServer, shared: Shared): Promise<OpenServer>;
  close(): Promise<void>;
}

/** Two endpoints may share a server, and so its pace, at other weights and with another time-out. */
function createServers({
  embeddedModelFile,
  environment = process.env,
  embeddedPlaces = 4,
}: EndpointSettings): Servers {
  const known = new Map<string, OpenServer>();
  const admissions = new Map<string, Admission>();
  const embedded = createEmbeddedServers(embeddedModelFile, embeddedPlaces);

  async function openEmbedded(shared: Shared): Promise<ServerConnection> {
    return connect({ ...shared, url: await embedded.start(shared.model), apiKey: () => undefined });
  }

  function openRemote(server: ModelServer, shared: Shared): ServerConnection {
    const apiKey = (): string | undefined => readApiKey(server, environment);
    // Said before the first request, so that a campaign with a missing key stops before its first chunk.
    apiKey();
    return connect({ ...shared, url: server.url, apiKey });
  }

  function admissionOf({ url, apiKey }: ModelServer, { model }: Shared): Admission {
    // More than an embedded model has places for would wait at its door, where the time-out runs.
    const places = url === 'embedded' ? { start: embeddedPlaces, maximum: embeddedPlaces } : {};
    return remember(admissions, JSON.stringify([url, model, apiKey]), createAdmission(places));
  }

  return {
    async open(server, { model, timeoutSeconds }) {
      const key = JSON.stringify([server.url, model, server.apiKey, timeoutSeconds]);
      const earlier = known.get(key);
      if (earlier) return earlier;
      const shared = { model, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
      const connection = await (server.url === 'embedded' ? openEmbedded(shared) : openRemote(server, shared));
      return remember(known, key, { connection, chat: createChatServer(connection, admissionOf(server, shared)) });
    },
    async close() {
      known.clear();
      admissions.clear();
      await embedded.close();
    },
  };
}

/** What another call put there in the meantime stays: it may have requests under way. */
function remember<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  known.set(key, value);
  return value;
}

interface EmbeddedServers {
  /** Its base URL. */
  start(model: string): Promise<string>;
  close(): Promise<void>;
}

function createEmbeddedServers(modelFileOf: EndpointSettings['embeddedModelFile'], sequences: number): EmbeddedServers {
  const started = new Map<string, Promise<EmbeddedServer>>();

  const startNow = async (model: string): Promise<EmbeddedServer> =>
    startEmbeddedServer({ modelFile: await modelFileOf(model), names: [model], sequences });

  return {
    async start(model) {
      const starting = started.get(model) ?? startNow(model);
      started.set(model, starting);
      try {
        return (await starting).url;
      } catch (error) {
        // A failed start, of a download for example, must not stand for ever.
        started.delete(model);
        throw error;
      }
    },
    async close() {
      const servers = [...started.values()];
      started.clear();
      for (const starting of servers) await (await starting).close();
    },
  };
}
