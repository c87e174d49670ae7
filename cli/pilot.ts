// A pilot: the first requests of a campaign, run as a small campaign on the same store, so that what it pays for is found
// again by the whole one.

import type { Spending } from '../adapters/export/spending.ts';
import type { CampaignConfig, GeneratorConfig } from '../contracts/campaign.ts';
import type { RoundSummary } from '../contracts/status.ts';
import { solvedGenerators } from '../core/plan/solved-generators.ts';
import { estimateSpending } from '../core/stats/spending-estimate.ts';
import type { PilotedGenerator, SpendingEstimate } from '../core/stats/spending-estimate.ts';

export interface CampaignEstimate {
  readonly tokens: SpendingEstimate;
  /** Null where a price is unknown. */
  readonly cost: SpendingEstimate | null;
}

const LONGEST_NAME = 63;
const SUFFIX = '-pilot';

/** One round of `units` requests (or candidates) a generator, without student and audit. Null where no language model is asked. */
export function pilotOf(config: CampaignConfig, units: number): CampaignConfig | null {
  const generators = spenders(config).map((generator) => shortened(generator, units));
  if (generators.length === 0) return null;
  const { student: _, ...rest } = config;
  return {
    ...rest,
    name: `${config.name.slice(0, LONGEST_NAME - SUFFIX.length)}${SUFFIX}`,
    rounds: 1,
    generators,
    selection: { ...config.selection, audit: 0 },
    stop: { gVendi: null, gain: null },
  };
}

/** Every round is taken to cost what the first requests of the first round did. */
export function estimateOf(config: CampaignConfig, pilot: CampaignConfig, spending: Spending): CampaignEstimate {
  const piloted = (valueOf: (unit: Spending[string][number]) => number): readonly PilotedGenerator[] => {
    const generators = pilot.generators.map((generator) => {
      const asked = (spending[generator.name] ?? []).map(valueOf);
      const idle = Array.from({ length: Math.max(0, unitsOf(generator) - asked.length) }, () => 0);
      const whole = config.generators.find(({ name }) => name === generator.name) ?? generator;
      return { name: generator.name, values: [...asked, ...idle], units: unitsOf(whole) * config.rounds };
    });
    // All seeds were asked about, once for the whole campaign.
    const seeds = (spending['seeds'] ?? []).map(valueOf);
    return seeds.length === 0 ? generators : [{ name: 'seeds', values: seeds, units: seeds.length }, ...generators];
  };
  const unknown = Object.values(spending).some((units) => units.some(({ cost }) => cost === null));
  return {
    tokens: estimateSpending(piloted(({ tokens }) => tokens)),
    cost: config.prices === null || unknown ? null : estimateSpending(piloted(({ cost }) => cost ?? 0)),
  };
}

/** Generators none of whose candidates in the pilot came as far as their solver, which the whole campaign may well ask. */
export function unsolvedOf(pilot: CampaignConfig, rounds: readonly RoundSummary[]): readonly string[] {
  const reached = rounds.flatMap(({ funnel }) => funnel).filter((row) => row.stage === 'verify' && row.in > 0);
  return solvedGenerators(pilot.generators)
    .filter(({ name, solver }) => solver.attempts > 0 && !reached.some(({ generator }) => generator === name))
    .map(({ name }) => name);
}

/** Generators that ask a model, or whose answers a solver or whose candidates a judge is asked about. */
function spenders({ generators, filters, decontamination }: CampaignConfig): readonly GeneratorConfig[] {
  const judged = filters.judge !== null || decontamination.semantic !== null;
  const solved = solvedGenerators(generators).map(({ name }) => name);
  return judged ? generators : generators.filter(({ kind, name }) => kind === 'llm' || solved.includes(name));
}

function shortened(generator: GeneratorConfig, units: number): GeneratorConfig {
  // Two at least, where the campaign has but one a round: one tells nothing of how they vary.
  if (generator.kind === 'llm') return { ...generator, requests: Math.max(2, Math.min(generator.requests, units)) };
  return { ...generator, count: Math.max(2, Math.min(generator.count, units)) };
}

function unitsOf(generator: GeneratorConfig): number {
  return generator.kind === 'llm' ? generator.requests : generator.count;
}
