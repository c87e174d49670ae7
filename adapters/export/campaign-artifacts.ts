// What a campaign left in its store, found from its name alone: the chain of round records, their stages, and the pool.

import type { Store } from '../../activities/ports/store.ts';
import type { ArtifactRef, StageResult, TableRef } from '../../contracts/artifacts.ts';
import type { CampaignConfig } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RoundRecord } from '../../contracts/status.ts';
import { itemAt } from '../../core/item-at.ts';

/** The record of one round, and what its stages left, in the order in which they finished. */
export interface RoundArtifacts extends RoundRecord {
  readonly ref: ArtifactRef;
  readonly results: readonly StageResult<unknown>[];
}

export interface CampaignArtifacts {
  readonly campaign: string;
  /** Null where the chain does not hold it. */
  readonly config: CampaignConfig | null;
  /** From the seeds on, up to the round that was asked for. */
  readonly rounds: readonly RoundArtifacts[];
  /** The round after which the pool was so. */
  readonly round: number;
  readonly pool: TableRef<'samples'>;
}

/**
 * @param round - the pool as it was after this round, 0 for the seeds; absent: as it is
 * @throws {PermanentError} `MissingArtifact` when the store has no such campaign or no pool of it, `InvalidConfig` for a
 * round that is not there
 */
export async function readCampaign(store: Store, campaign: string, round = Infinity): Promise<CampaignArtifacts> {
  const last = await store.readRef(campaign, 'record');
  if (last === null) throw await nothingOf(store, campaign);
  const records = await readChain(store, last);
  const grown = records.filter(({ round: at, summary }) => at === 0 || summary !== null).map((record) => record.round);
  const reached = Math.max(...grown);
  if (round !== Infinity && round > reached) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Campaign ${campaign} has no round ${round}; its pool is known for the rounds 0 to ${reached}.`,
    );
  }
  const wanted = records.filter((record) => record.round <= round);
  const rounds = await Promise.all(wanted.map((record) => withResults(store, campaign, record)));
  return {
    campaign,
    config: records.find(({ config }) => config !== undefined)?.config ?? null,
    rounds,
    round: Math.min(round, reached),
    pool: poolOf(campaign, rounds),
  };
}

type Linked = RoundRecord & { readonly ref: ArtifactRef };

/** Oldest first. */
async function readChain(store: Store, last: ArtifactRef): Promise<Linked[]> {
  const records: Linked[] = [];
  for (let ref: ArtifactRef | null = last; ref !== null;) {
    const { parts } = await store.readManifest(ref);
    const text = new TextDecoder().decode(await store.readPart(itemAt(parts, 0)));
    const record: RoundRecord = JSON.parse(text) as RoundRecord;
    records.unshift({ ...record, ref });
    ref = record.previous;
  }
  return records;
}

async function withResults(store: Store, campaign: string, record: Linked): Promise<RoundArtifacts> {
  if (record.stages === undefined) throw olderVersion(campaign);
  const results = record.stages.map(async (key) => {
    const result = await store.readStage(key);
    if (result !== null) return result;
    throw new PermanentError(
      FailureType.MissingArtifact,
      `Campaign ${campaign}, round ${record.round}: the stage record ${key} is not in the store. Was the store cleaned? ` +
        'Run the campaign again: only what is missing is done anew.',
    );
  });
  return { ...record, results: await Promise.all(results) };
}

/** What the last round merged; before there is one, the seeds that passed the gates. Other stages leave samples too. */
function poolOf(campaign: string, rounds: readonly RoundArtifacts[]): TableRef<'samples'> {
  const results = rounds.flatMap((record) => record.results);
  const seeds = rounds.filter(({ round }) => round === 0).flatMap((record) => record.results);
  const pool =
    results.findLast(({ stage }) => stage === 'merge') ?? seeds.findLast(({ output }) => output.kind === 'samples');
  if (pool !== undefined) return { ...pool.output, kind: 'samples' };
  throw new PermanentError(
    FailureType.MissingArtifact,
    `Campaign ${campaign} has no pool yet; wait for its first round.`,
  );
}

async function nothingOf(store: Store, campaign: string): Promise<PermanentError> {
  if ((await store.readRef(campaign, 'pool')) !== null) return olderVersion(campaign);
  return new PermanentError(
    FailureType.MissingArtifact,
    `This store holds no pool of a campaign named ${campaign}: either there is no such campaign, or its seeds are not ` +
      'imported yet. `diffract status` lists the campaigns of a server.',
  );
}

function olderVersion(campaign: string): PermanentError {
  return new PermanentError(
    FailureType.MissingArtifact,
    `Campaign ${campaign} was run by a version that did not record its stages. Run its file again: every stage is found in ` +
      'the store, and the records are written.',
  );
}
