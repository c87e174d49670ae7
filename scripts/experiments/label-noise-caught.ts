// What the gates of a campaign made of the wrong labels that label-noise.ts planted: for every kind, how many came, which gate
// turned them away for which reason, how many the gradient gate then accepted. Rows are found by their ids, which the
// campaign file maps to `group`.
//
//     node --import tsx scripts/experiments/label-noise-caught.ts STORE CAMPAIGN TRUTH.jsonl

import { readFileSync } from 'node:fs';
import { readCampaign } from '../../adapters/export/campaign-artifacts.ts';
import type { CampaignArtifacts } from '../../adapters/export/campaign-artifacts.ts';
import { rejectsOf } from '../../adapters/export/rejects.ts';
import { openStore } from '../../adapters/store/open.ts';
import type { Store } from '../../activities/ports/store.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import { wilsonInterval } from '../../core/stats/intervals.ts';

const [place = '', campaign = '', truthFile = ''] = process.argv.slice(2);
const kindOf = new Map(
  readFileSync(truthFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; kind: string })
    .map(({ id, kind }) => [id, kind]),
);
const store = await openStore({ kind: 'directory', path: place });
const made = await readCampaign(store, campaign);
const came = await candidates(store, made);
const ends = await endings(store, made);

/** Neither having no gradient nor adding little is a judgement of the label. */
const judging = (end: string): boolean => end !== 'accepted' && !/^(?:sketch|select): /.test(end);
for (const kind of ['none', 'answer-only', 'consistent', 'other-row']) {
  const ids = came.filter((id) => kindOf.get(id) === kind);
  const reasons = new Map<string, number>();
  for (const id of ids) reasons.set(endOf(id), (reasons.get(endOf(id)) ?? 0) + 1);
  const caught = ids.filter((id) => judging(endOf(id))).length;
  print(kind, ids.length, caught, reasons);
}

function endOf(id: string): string {
  const end = ends.get(id);
  if (end === undefined) throw new Error(`${id} came as a candidate and was neither turned away nor accepted.`);
  return end;
}

function print(kind: string, n: number, caught: number, reasons: ReadonlyMap<string, number>): void {
  const { low, high } = wilsonInterval(caught, Math.max(1, n));
  const share = n === 0 ? 'none came' : `${percent(caught / n)} [${percent(low)}, ${percent(high)}]`;
  process.stdout.write(`${kind}: ${n} came, ${caught} turned away by the gates: ${share}\n`);
  for (const [end, count] of [...reasons].sort((a, b) => b[1] - a[1])) process.stdout.write(`    ${count}  ${end}\n`);
}

/** Ids of the rows that the file generator drew, in order. */
async function candidates(from: Store, { rounds }: CampaignArtifacts): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { output } of rounds.flatMap(({ results }) => results)) {
    if (output.kind !== 'drafts') continue;
    for await (const part of from.readTable(output as TableRef<'drafts'>)) {
      for (const { content } of part) ids.push(groupOf(content));
    }
  }
  return ids;
}

/** Row id -> `gate: reason`, or `accepted`. */
async function endings(from: Store, artifacts: CampaignArtifacts): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { round, rejects } of rejectsOf(from, artifacts)) {
    if (round === 0) continue;
    for (const { stage, reason, item } of rejects) {
      const id = groupOf(item);
      // The audit sketches what verification refused, and may refuse it again.
      if (!found.has(id)) found.set(id, `${stage}: ${reason}`);
    }
  }
  for await (const part of from.readTable(artifacts.pool)) {
    for (const { group, lineage } of part) if (lineage.round > 0) found.set(group, 'accepted');
  }
  return found;
}

/** Of a sample, of a draft's record, or of a record that was kept as the text it was. */
function groupOf(json: string): string {
  const value = JSON.parse(json) as string | { group?: string };
  return typeof value === 'string' ? groupOf(value) : (value.group ?? '');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
