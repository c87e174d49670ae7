// The language-model servers of a campaign, asked before it runs: is the model there, is the key right, what do they honour?

import type { ResponseSchema } from '../activities/ports/language-model.ts';
import type { ServerReport } from '../adapters/llm/probe-endpoint.ts';
import type { CampaignConfig, Endpoint } from '../contracts/campaign.ts';
import { solvedGenerators } from '../core/plan/solved-generators.ts';
import type { Services } from './services.ts';

/** One server in one role of the campaign, and what it said. */
export interface AskedServer {
  /** `writer`, `writer.solver`, `filters.judge`, `decontamination.semantic`. */
  readonly roles: readonly string[];
  readonly model: string;
  readonly report: ServerReport;
}

/** Asks every server of every language model once, with a tiny request or a few; embedded ones are not started. */
export async function askServers(config: CampaignConfig, services: Services): Promise<readonly AskedServer[]> {
  const task = services.task(config.task);
  const wanted = namedEndpoints(config).map(({ role, endpoint, structured }) => ({
    roles: [role],
    endpoint,
    schemas: structured > 0 ? [task.responseSchema(structured)] : [],
  }));
  const asked = distinct(wanted).map(async ({ roles, endpoint, schemas }) => {
    const reports = await services.probeEndpoint(endpoint, schemas);
    return reports.map((report) => ({ roles, model: endpoint.model, report }));
  });
  return (await Promise.all(asked)).flat();
}

/** The language models of a campaign, one a role. */
export function endpointsOf(config: CampaignConfig): readonly Endpoint[] {
  return namedEndpoints(config).map(({ endpoint }) => endpoint);
}

/** `writer: big-model at http://...: several answers a request, seeds, JSON of a schema; no logprobs` */
export function serverText({ roles, model, report }: AskedServer): string {
  const who = `${roles.join(', ')}: ${model} at ${report.server}`;
  if ('problem' in report) return `${who}: ${report.problem}`;
  const { choices, seed, logprobs, schema, usage } = report.capabilities;
  const abilities: readonly (readonly [string, boolean])[] = [
    ['several answers a request', choices],
    ['seeds', seed === 'accepted'],
    ['JSON of a schema', schema !== null],
    ['log-probabilities', logprobs],
    ['token counts', usage],
  ];
  const named = (able: boolean) => abilities.filter(([, one]) => one === able).map(([name]) => name);
  const lacking = named(false);
  return `${who}: answers; ${named(true).join(', ')}${lacking.length === 0 ? '' : `; without ${lacking.join(', ')}`}`;
}

interface Role {
  readonly roles: readonly string[];
  readonly endpoint: Endpoint;
  readonly schemas: readonly ResponseSchema[];
}

interface NamedEndpoint {
  readonly role: string;
  readonly endpoint: Endpoint;
  /** New samples asked for in one answer of a schema; 0 where answers are free text. */
  readonly structured: number;
}

/** Every language model that the campaign asks, by role. */
export function namedEndpoints({ generators, filters, decontamination }: CampaignConfig): readonly NamedEndpoint[] {
  const named: NamedEndpoint[] = [];
  const add = (role: string, endpoint: Endpoint | undefined, structured = 0) => {
    if (endpoint !== undefined) named.push({ role, endpoint, structured });
  };
  for (const generator of generators) {
    if (generator.kind !== 'llm') continue;
    const { name, endpoint, structured, perRequest } = generator;
    add(name, endpoint, structured ? perRequest : 0);
  }
  for (const { name, solver } of solvedGenerators(generators)) {
    if (solver.attempts > 0) add(`${name}.solver`, solver.endpoint);
  }
  add('filters.judge', filters.judge?.endpoint);
  add('decontamination.semantic', decontamination.semantic?.endpoint);
  return named;
}

/** The same servers and model in several roles are asked once. */
function distinct(roles: readonly Role[]): readonly Role[] {
  const known = new Map<string, Role>();
  for (const { roles: names, endpoint, schemas } of roles) {
    const key = JSON.stringify([endpoint.model, endpoint.servers]);
    const before = known.get(key);
    known.set(key, {
      roles: [...(before?.roles ?? []), ...names],
      endpoint,
      schemas: [...(before?.schemas ?? []), ...schemas],
    });
  }
  return [...known.values()];
}
