// The datasheet of what a campaign turned away: every reject as Parquet, and a page of counts with examples.

import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../activities/ports/store.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Reject } from '../../contracts/samples.ts';
import { whole } from '../../core/report/format.ts';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import { inlineCode, markdownTable } from './markdown.ts';
import { openShards } from './parquet-shards.ts';
import type { Columns, WrittenTable } from './parquet-shards.ts';

export const REJECTS_FOLDER = 'rejects';
export const REJECTS_PAGE = 'rejects.md';

const columns: Columns = {
  id: 'text',
  round: 'whole',
  stage: 'text',
  generator: 'text',
  reason: 'text',
  detail: 'text',
  item: 'text',
};

const EXAMPLES = 3;

interface RejectCount extends Pick<Reject, 'stage' | 'generator' | 'reason'> {
  count: number;
  readonly examples: Reject[];
}

/** Every reject with its round, a part at a time, in the order of rounds and stages. */
export async function* rejectsOf(
  store: Store,
  { rounds }: Pick<CampaignArtifacts, 'rounds'>,
): AsyncGenerator<{ readonly round: number; readonly rejects: readonly Reject[] }> {
  for (const { round, results } of rounds) {
    for (const { rejects: ref } of results) {
      if (ref === null || ref.rows === 0) continue;
      const table: TableRef<'rejects'> = { ...ref, kind: 'rejects' };
      for await (const rejects of store.readTable(table)) yield { round, rejects };
    }
  }
}

/** Writes `rejects/` (where there are any) and `rejects.md` into `folder`. */
export async function writeRejects(
  folder: string,
  store: Store,
  made: CampaignArtifacts,
  signal: AbortSignal,
): Promise<WrittenTable> {
  const counts = new Map<string, RejectCount>();
  const place = join(folder, REJECTS_FOLDER);
  await mkdir(place);
  const shards = openShards(place, REJECTS_FOLDER, columns);
  try {
    for await (const { round, rejects } of rejectsOf(store, made)) {
      signal.throwIfAborted();
      await shards.write(rejects.map((reject) => ({ ...reject, round })));
      rejects.forEach((reject) => count(counts, reject));
    }
    const written = await shards.finish();
    if (written.rows === 0) await rmdir(place);
    await writeFile(join(folder, REJECTS_PAGE), page(made, [...counts.values()]));
    return written;
  } finally {
    await shards.close();
  }
}

function count(counts: Map<string, RejectCount>, reject: Reject): void {
  const { stage, generator, reason } = reject;
  const key = JSON.stringify([stage, generator, reason]);
  const entry = counts.get(key) ?? { stage, generator, reason, count: 0, examples: [] };
  entry.count += 1;
  if (entry.examples.length < EXAMPLES) entry.examples.push(reject);
  counts.set(key, entry);
}

function page({ campaign, round }: CampaignArtifacts, counts: readonly RejectCount[]): string {
  const total = counts.reduce((sum, entry) => sum + entry.count, 0);
  const rows = counts.map(({ stage, generator, reason, count: many }) => [
    inlineCode(stage),
    inlineCode(generator),
    inlineCode(reason),
    whole(many),
  ]);
  const examples = counts.flatMap((entry) => [
    `### ${[entry.stage, entry.generator, entry.reason].map((name) => inlineCode(name)).join(' / ')}`,
    ...entry.examples.map(exampleText),
  ]);
  return `${[
    `# What campaign ${campaign} turned away`,
    `${whole(total)} candidates, benchmark rows and seeds up to round ${round}, by the gate that turned them away. Whole rows, with the ` +
      `rejected item as JSON in \`item\`, are in \`${REJECTS_FOLDER}/\`.`,
    ...(rows.length === 0 ? [] : [markdownTable(['stage', 'generator', 'reason', 'rejects'], rows), '## Examples']),
    ...examples,
  ].join('\n\n')}\n`;
}

/** One reject on the page; a detail that only quotes from the item would be read twice. */
export function exampleText({ id, detail, item }: Reject): string {
  const bare = (text: string) => text.replace(/\\[nrt]|[\s\\"]/g, '');
  const quoted = bare(item).includes(bare(detail).replace(/\.{3}$/, ''));
  return `- ${inlineCode(id)}: ${quoted ? '' : `${inlineCode(detail)}\n\n  `}${inlineCode(item)}`;
}
