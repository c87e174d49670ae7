// What the language models of a campaign cost, unit by unit: for a generator that asks one, everything that followed from one
// of its requests; for any other, everything that was asked about one of its candidates.

import type { Store } from '../../activities/ports/store.ts';
import type { ChunkedSummary } from '../../contracts/chunked-jobs.ts';
import type { StageResult, TableRef } from '../../contracts/artifacts.ts';
import type { TokenUse } from '../../contracts/status.ts';
import { addTokens, noTokens, tokensUsed } from '../../core/plan/budget.ts';
import { tokenUseOf } from '../../core/plan/ledger.ts';
import { readCampaign } from './campaign-artifacts.ts';

export interface UnitCost {
  readonly tokens: number;
  /** Null where a price is unknown. */
  readonly cost: number | null;
}

/** Generator, or `seeds` -> what each of its units cost; units that nothing was asked about are not among them. */
export type Spending = Readonly<Record<string, readonly UnitCost[]>>;

export async function readSpending(store: Store, campaign: string): Promise<Spending> {
  const { rounds } = await readCampaign(store, campaign);
  const units = new Map<string, TokenUse>();
  for (const result of rounds.flatMap(({ results }) => results)) {
    const { ledger } = (result.summary ?? {}) as Partial<ChunkedSummary>;
    if (ledger) await addStage(store, result, ledger, units);
  }
  const spending: Record<string, UnitCost[]> = {};
  for (const [unit, use] of units) {
    (spending[generatorOf(unit)] ??= []).push({ tokens: tokensUsed(use), cost: use.cost });
  }
  return spending;
}

async function addStage(
  store: Store,
  { output }: StageResult<unknown>,
  ledger: TableRef<'ledger'>,
  units: Map<string, TokenUse>,
): Promise<void> {
  const unitOf = await unitsByRequest(store, output as TableRef<'drafts'> | TableRef<'attempts'>);
  for await (const part of store.readTable(ledger)) {
    for (const entry of part) {
      // A request that gave nothing usable made no row that names it, and is a unit of its own.
      const unit = unitOf.get(entry.requestHash) ?? `none/${entry.generator}/${entry.requestHash}`;
      const use = addTokens(units.get(unit) ?? noTokens, tokenUseOf([entry]));
      units.set(unit, use);
    }
  }
}

async function unitsByRequest(
  store: Store,
  output: TableRef<'drafts'> | TableRef<'attempts'>,
): Promise<ReadonlyMap<string, string>> {
  const units = new Map<string, string>();
  if (output.kind === 'drafts') {
    for await (const part of store.readTable(output)) {
      for (const { id, lineage } of part) if (lineage.requestHash !== undefined) units.set(lineage.requestHash, id);
    }
    return units;
  }
  for await (const part of store.readTable(output)) {
    for (const { id, requestHashes } of part) for (const hash of requestHashes) units.set(hash, requestOf(id));
  }
  return units;
}

/** Candidates of one answer are numbered after a dot: `r1/writer/7.1` came of request `r1/writer/7`. */
function requestOf(candidate: string): string {
  return candidate.replace(/^(r\d+\/[^/]+\/\d+)\.\d+$/, '$1');
}

/** Units of generators are named `r1/GENERATOR/...` or `none/GENERATOR/...`, seeds `seeds/...`. */
function generatorOf(unit: string): string {
  const [first = '', second = ''] = unit.split('/');
  return first === 'seeds' ? first : second;
}
