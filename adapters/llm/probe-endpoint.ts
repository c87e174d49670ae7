// What the servers of an endpoint would say to a campaign, asked before it runs.

import type { Capabilities, ResponseSchema } from '../../activities/ports/language-model.ts';
import type { Endpoint, ModelServer } from '../../contracts/campaign.ts';
import { TransientError } from '../../contracts/failures.ts';
import { readApiKey } from './api-key.ts';
import type { Environment } from './api-key.ts';
import { probeServer, schemaRefusal } from './probe.ts';
import { connect } from './server-connection.ts';

export type ServerReport =
  | { readonly server: string; readonly capabilities: Capabilities }
  | { readonly server: string; readonly problem: string; readonly unreachable: boolean };

const TIMEOUT_SECONDS = 60;

/**
 * One report a server, in their order; it costs a few tiny requests each, all servers at once. Embedded servers are not
 * started, so they have no report. `schemas` are those that a campaign will ask answers in.
 */
export async function probeEndpoint(
  { model, servers }: Endpoint,
  environment: Environment,
  schemas: readonly ResponseSchema[] = [],
): Promise<readonly ServerReport[]> {
  const remote = servers.filter(({ url }) => url !== 'embedded');
  return Promise.all(remote.map((server) => report(server, model, environment, schemas)));
}

async function report(
  server: ModelServer,
  model: string,
  environment: Environment,
  schemas: readonly ResponseSchema[],
): Promise<ServerReport> {
  const { signal } = new AbortController();
  try {
    const apiKey = readApiKey(server, environment);
    const connection = connect({ url: server.url, model, apiKey: () => apiKey, timeoutSeconds: TIMEOUT_SECONDS });
    const manners = await probeServer(connection, signal);
    for (const schema of schemas) {
      const refusal = await schemaRefusal(connection, manners, schema, signal);
      if (refusal !== null) {
        return { server: server.url, problem: `schema "${schema.name}": ${refusal}`, unreachable: false };
      }
    }
    return { server: server.url, capabilities: manners.capabilities };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { server: server.url, problem, unreachable: error instanceof TransientError };
  }
}
