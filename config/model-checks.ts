// What a campaign file says of language models, beyond single fields: who serves them, what they cost, how they are asked.

import type { Problem } from './problems.ts';
import type { CampaignFile } from './schema.ts';
import { suggestion } from './problems.ts';
import type { Path } from './schema-walk.ts';

type EndpointFile = NonNullable<CampaignFile['filters']['judge']>['endpoint'];

export interface PlacedEndpoint {
  readonly path: Path;
  readonly endpoint: EndpointFile;
}

export function modelProblems(file: CampaignFile): readonly Problem[] {
  const endpoints = endpointsOf(file);
  return [
    ...endpoints.flatMap(serverProblems),
    ...priceProblems(file, endpoints),
    ...agreementProblems(file),
    ...personaProblems(file),
    ...semanticProblems(file),
  ];
}

function endpointsOf({ generators, filters, decontamination }: CampaignFile): readonly PlacedEndpoint[] {
  const placed: PlacedEndpoint[] = [];
  const add = (path: Path, endpoint: EndpointFile | undefined) => {
    if (endpoint !== undefined) placed.push({ path: [...path, 'endpoint'], endpoint });
  };
  generators.forEach((generator, index) => {
    if (generator.kind === 'llm') add(['generators', index], generator.endpoint);
    if (generator.kind !== 'symbolic') add(['generators', index, 'solver'], generator.solver?.endpoint);
  });
  add(['filters', 'judge'], filters.judge?.endpoint);
  add(['decontamination', 'semantic'], decontamination.semantic?.endpoint);
  return placed;
}

export function serverProblems({
  path,
  endpoint: { url, apiKey, servers, route },
}: PlacedEndpoint): readonly Problem[] {
  if ((url === undefined) === (servers === undefined)) {
    const found = url === undefined ? 'neither url nor servers' : 'both url and servers';
    return [{ path, message: `found ${found}, expected one of them: url for one server, servers for several` }];
  }
  if (servers !== undefined && apiKey !== undefined) {
    return [{ path: [...path, 'apiKey'], message: 'with servers every server has a key of its own; move it there' }];
  }
  const embedded = url === 'embedded' || servers?.some((server) => server.url === 'embedded') === true;
  if (embedded && route === 'batch') {
    return [{ path: [...path, 'route'], message: 'the embedded model has no batch interface; expected chat' }];
  }
  return [];
}

function priceProblems({ prices, budget }: CampaignFile, endpoints: readonly PlacedEndpoint[]): readonly Problem[] {
  if (prices === null) {
    return (['cost', 'softCost'] as const).flatMap((key) =>
      budget[key] === null
        ? []
        : [{ path: ['budget', key], message: 'a limit of cost needs `prices`; without them cost is unknown' }],
    );
  }
  return pricesOf(prices, endpoints);
}

/** A table of prices that leaves out a model which is paid for would make every sum unknown. */
export function pricesOf(
  { models }: NonNullable<CampaignFile['prices']>,
  endpoints: readonly PlacedEndpoint[],
): readonly Problem[] {
  const known = Object.keys(models);
  const paid = endpoints.filter(({ endpoint }) => !servedHere(endpoint));
  return paid.flatMap(({ path, endpoint: { model } }) => {
    if (known.includes(model)) return [];
    const hint = known.length === 0 ? '' : ` (${suggestion(model, known)})`;
    const message = `no price for "${model}"; add it to prices.models${hint}, or drop prices`;
    return [{ path: [...path, 'model'], message }];
  });
}

/** A model that only this machine serves costs nothing. */
function servedHere({ url, servers }: EndpointFile): boolean {
  return url === 'embedded' || servers?.every((server) => server.url === 'embedded') === true;
}

function agreementProblems({ generators }: CampaignFile): readonly Problem[] {
  return generators.flatMap((generator, index) => {
    if (generator.kind === 'symbolic' || generator.solver === undefined) return [];
    const { attempts, agreement } = generator.solver;
    if (agreement <= attempts) return [];
    const message = `found ${agreement}, expected at most attempts (${attempts}): no candidate could pass`;
    return [{ path: ['generators', index, 'solver', 'agreement'], message }];
  });
}

function personaProblems({ generators }: CampaignFile): readonly Problem[] {
  return generators.flatMap((generator, index) => {
    if (generator.kind !== 'llm' || generator.fewShots.personas === undefined) return [];
    if (generator.fewShots.policy === 'persona') return [];
    const message = `only policy: persona reads this file; found policy ${generator.fewShots.policy}`;
    return [{ path: ['generators', index, 'fewShots', 'personas'], message }];
  });
}

function semanticProblems({ decontamination, benchmarks }: CampaignFile): readonly Problem[] {
  if (decontamination.semantic === null || benchmarks.length > 0) return [];
  return [
    { path: ['decontamination', 'semantic'], message: 'there is no benchmark to compare with; drop it or add one' },
  ];
}
