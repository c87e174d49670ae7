// Everything a campaign knows of itself: what its workflow carries, and the chain of round records behind it.

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { CampaignProgress, CampaignStatus, RoundRecord } from '../../contracts/status.ts';

/** Walks the chain with `readRecord` and lays it out oldest first. */
export async function fullStatus(
  progress: CampaignProgress,
  readRecord: (ref: ArtifactRef) => Promise<RoundRecord>,
): Promise<CampaignStatus> {
  const { context, lastRecord, ...known } = progress;
  const records: RoundRecord[] = [];
  for (let ref = lastRecord; ref !== null;) {
    const record = await readRecord(ref);
    records.unshift(record);
    ref = record.previous;
  }
  const first = records.find(({ round }) => round === 0);
  return {
    ...known,
    campaign: context.campaign,
    history: records.flatMap(({ summary }) => (summary === null ? [] : [summary])),
    seedFunnel: first?.funnel ?? [],
    currency: first?.config?.prices?.currency ?? null,
    timings: records.flatMap(({ timings }) => timings),
  };
}
