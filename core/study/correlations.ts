// Rank correlations of many measures with one outcome over the same units, and how much one measure leads another: one
// bootstrap serves all, so that differences are taken on the same resamples.

import { orthonormalBasis, partialSpearman, pearson, restOf, spearman } from '../stats/correlation.ts';
import { sortedQuantile } from '../stats/intervals.ts';
import { uniforms } from '../random/philox.ts';

export interface RankCorrelation {
  readonly measure: string;
  /** Spearman's rho with the outcome, the measure turned so that larger means more diverse; NaN where either is constant. */
  readonly rho: number;
  readonly interval: readonly [number, number] | null;
  /** Source shares held fixed; null where they do not vary, or leave no room. */
  readonly partial: number | null;
  readonly partialInterval: readonly [number, number] | null;
}

export interface Lead {
  readonly measure: string;
  readonly other: string;
  /** rho of the measure less that of the other, both turned so that larger means more diverse. */
  readonly difference: number;
  readonly interval: readonly [number, number];
}

export interface CorrelationTable {
  readonly units: number;
  readonly correlations: readonly RankCorrelation[];
  readonly leads: readonly Lead[];
}

export interface CorrelationInput {
  /** By measure, one value a unit, larger meaning more diverse. */
  readonly measures: ReadonlyMap<string, Float64Array>;
  readonly outcome: Float64Array;
  /** Shares of sources, one list a source. */
  readonly controls: readonly Float64Array[];
  /** Units of one cluster are resampled together, as subsets of one recipe are no independent units. */
  readonly clusters: readonly string[];
  /** Measures whose lead over every other is wanted. */
  readonly leads: readonly string[];
  readonly plan: { readonly key: string; readonly draws: number; readonly partialDraws: number };
}

/** Fewer clusters than this have no interval worth a name. */
const leastClusters = 5;

export function correlationTable(input: CorrelationInput): CorrelationTable {
  const { measures, outcome, leads } = input;
  const names = [...measures.keys()];
  const rhos = names.map((name) => spearman(measures.get(name)!, outcome));
  const resampled = new Set(input.clusters).size < leastClusters ? null : resampledRhos(input);
  const partials = partialTable(input);
  const correlations = names.map((measure, place): RankCorrelation => {
    const interval = resampled === null ? null : quantiles(resampled[place]!);
    return { measure, rho: rhos[place]!, interval, ...partials[place]! };
  });
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const pairs = leads.flatMap((measure): Lead[] => {
    const first = placeOf.get(measure);
    if (first === undefined || resampled === null) return [];
    return names.flatMap((other, second) => {
      if (other === measure) return [];
      const differences = resampled[first]!.map((rho, draw) => rho - resampled[second]![draw]!);
      const interval = quantiles(differences);
      return interval === null ? [] : [{ measure, other, difference: rhos[first]! - rhos[second]!, interval }];
    });
  });
  return { units: outcome.length, correlations, leads: pairs };
}

/** One list of rhos a measure, resample by resample the same units. */
function resampledRhos({ measures, outcome, clusters, plan }: CorrelationInput): Float64Array[] {
  const columns = [...measures.values()].map(rankedColumn);
  const outcomes = rankedColumn(outcome);
  const rhos = columns.map(() => new Float64Array(plan.draws));
  const resample = clusterResampler(clusters, plan.key);
  for (let draw = 0; draw < plan.draws; draw++) {
    const units = resample();
    const ranks = outcomes(units);
    columns.forEach((column, place) => (rhos[place]![draw] = rankCorrelation(column(units), ranks)));
  }
  return rhos;
}

function partialTable(input: CorrelationInput): Pick<RankCorrelation, 'partial' | 'partialInterval'>[] {
  const { measures, outcome, clusters, plan } = input;
  const controls = input.controls.filter((control) => control.some((value) => value !== control[0]));
  const values = [...measures.values()];
  // A constant and the controls take one degree of freedom each; two more are the least that says anything.
  if (controls.length === 0 || outcome.length < controls.length + 4) {
    return values.map(() => ({ partial: null, partialInterval: null }));
  }
  const few = new Set(clusters).size < leastClusters;
  const drawn = values.map(() => new Float64Array(few ? 0 : plan.partialDraws));
  const [columns, outcomes, held] = [values.map(rankedColumn), rankedColumn(outcome), controls.map(rankedColumn)];
  const resample = clusterResampler(clusters, `${plan.key}/partial`);
  for (let draw = 0; draw < drawn[0]!.length; draw++) {
    const units = resample();
    const basis = orthonormalBasis(held.map((control) => control(units)));
    const rest = restOf(outcomes(units), basis);
    columns.forEach((column, place) => (drawn[place]![draw] = pearson(restOf(column(units), basis), rest)));
  }
  return values.map((column, place) => {
    const partial = partialSpearman(column, outcome, controls);
    return { partial: Number.isNaN(partial) ? null : partial, partialInterval: quantiles(drawn[place]!) };
  });
}

/** Average ranks within any resample in time of its length: values are sorted once, and counted after that. */
function rankedColumn(values: Float64Array): (units: Uint32Array) => Float64Array {
  const levels = [...new Set(values)].sort((a, b) => a - b);
  const levelOf = new Map(levels.map((value, level) => [value, level]));
  const own = Uint32Array.from(values, (value) => levelOf.get(value)!);
  const counts = new Uint32Array(levels.length);
  const ranks = new Float64Array(levels.length);
  return (units) => {
    counts.fill(0);
    for (let place = 0; place < units.length; place++) counts[own[units[place]!]!]! += 1;
    let before = 0;
    for (let level = 0; level < counts.length; level++) {
      ranks[level] = before + (counts[level]! + 1) / 2;
      before += counts[level]!;
    }
    const found = new Float64Array(units.length);
    for (let place = 0; place < units.length; place++) found[place] = ranks[own[units[place]!]!]!;
    return found;
  };
}

/** Pearson's correlation of two lists of ranks, whose mean is known. */
function rankCorrelation(x: Float64Array, y: Float64Array): number {
  const middle = (x.length + 1) / 2;
  let [products, left, right] = [0, 0, 0];
  for (let unit = 0; unit < x.length; unit++) {
    const a = x[unit]! - middle;
    const b = y[unit]! - middle;
    products += a * b;
    left += a * a;
    right += b * b;
  }
  return left === 0 || right === 0 ? NaN : products / Math.sqrt(left * right);
}

/** As many clusters as there are, drawn with replacement, each with all its units. */
function clusterResampler(clusters: readonly string[], key: string): () => Uint32Array {
  const members = new Map<string, number[]>();
  clusters.forEach((cluster, unit) => members.set(cluster, [...(members.get(cluster) ?? []), unit]));
  const groups = [...members.values()];
  const random = uniforms(key);
  return () => Uint32Array.from(groups.flatMap(() => groups[Math.floor(random.next() * groups.length)]!));
}

/** The middle 95 %; resamples in which a side is constant have no rho and are left out. */
function quantiles(values: Float64Array): readonly [number, number] | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? null : [sortedQuantile(sorted, 0.025), sortedQuantile(sorted, 0.975)];
}
