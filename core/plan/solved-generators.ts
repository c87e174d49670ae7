// Which generators of a campaign have their candidates answered independently.

import type { GeneratorConfig, SolvedGenerator } from '../../contracts/campaign.ts';

/** Those with a solver, in the order of the campaign file; what is made by rule is right by construction and has none. */
export function solvedGenerators(generators: readonly GeneratorConfig[]): readonly SolvedGenerator[] {
  return generators.flatMap((generator) => {
    if (generator.kind === 'symbolic' || generator.solver === undefined) return [];
    return [{ name: generator.name, solver: generator.solver }];
  });
}
