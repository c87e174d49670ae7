// The data files of a campaign, looked into before it runs: can they be read, has the task any use for their first rows,
// how many rows are there?

import type { CampaignConfig, FileSource, SampleSource } from '../contracts/campaign.ts';
import { PermanentError } from '../contracts/failures.ts';
import type { Task } from '../tasks/task.ts';
import type { Services } from './services.ts';

/** Rows that the task is shown, and rows that are read at most. */
const SHOWN_ROWS = 50;
const READ_ROWS = 20_000;

export interface CheckedSource {
  /** `seeds[0]`, `generators[1].sources[0]`, as the campaign file has it. */
  readonly place: string;
  readonly source: FileSource;
  /** Rows that pass `where`; null where there are more than were read. */
  readonly rows: number | null;
  /** Why a run would fail of it; null: it would not. */
  readonly problem: string | null;
}

/** Reads at most 20,000 rows of each file, so that a broken line in front of them is found; every file once. */
export async function checkSources(
  config: CampaignConfig,
  services: Pick<Services, 'readDataset' | 'task'>,
): Promise<readonly CheckedSource[]> {
  const looks = new Map<string, Promise<Look>>();
  const checked: CheckedSource[] = [];
  for (const { place, source } of fileSourcesOf(config)) {
    const { skip, count: _, ...read } = source;
    const key = JSON.stringify(read);
    const look = looks.get(key) ?? lookInto(source, services.task(config.task), services);
    looks.set(key, look);
    const { rows, problem } = await look;
    const nothingLeft = rows !== null && skip >= rows ? `skip ${skip} leaves nothing of its ${rows} rows` : null;
    checked.push({ place, source, rows, problem: problem ?? nothingLeft });
  }
  return checked;
}

type Look = Pick<CheckedSource, 'rows' | 'problem'>;

async function lookInto(source: FileSource, task: Task, { readDataset }: Pick<Services, 'readDataset'>): Promise<Look> {
  let [rows, usable, refusal] = [0, 0, ''];
  try {
    for await (const { fields } of readDataset(source)) {
      if (rows === READ_ROWS) return { rows: null, problem: null };
      rows += 1;
      if (rows > SHOWN_ROWS && usable > 0) continue;
      const read = task.readRecord(fields);
      if (read.ok) usable += 1;
      else if (refusal === '') refusal = `${read.reason}: ${read.detail}`;
    }
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { rows: null, problem: error.message };
  }
  if (rows === 0) return { rows, problem: `no row of ${source.path} ${whereText(source)}` };
  const problem = `none of the ${rows} rows of ${source.path} is a sample of the task ${task.name}; the first one: ${refusal}`;
  return { rows, problem: usable === 0 ? problem : null };
}

function whereText({ where }: FileSource): string {
  const wanted = Object.entries(where).map(([column, value]) => `${column}: ${value}`);
  return wanted.length === 0 ? 'can be read: it holds none' : `passes where (${wanted.join(', ')})`;
}

interface Placed {
  readonly place: string;
  readonly source: FileSource;
}

function fileSourcesOf({ seeds, benchmarks, generators }: CampaignConfig): readonly Placed[] {
  return [
    ...placed('seeds', seeds),
    ...benchmarks.flatMap(({ name, sources }) => placed(`benchmarks.${name}.sources`, sources)),
    ...generators.flatMap((one) => (one.kind === 'file' ? placed(`generators.${one.name}.sources`, one.sources) : [])),
  ];
}

function placed(list: string, sources: readonly SampleSource[]): readonly Placed[] {
  return sources.flatMap((source, index) => (source.kind === 'file' ? [{ place: `${list}[${index}]`, source }] : []));
}
