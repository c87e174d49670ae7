// What a card tells of an exported data set, and the names that its head and its body share.

import type { SampleSource } from '../../contracts/campaign.ts';
import type { TaskName } from '../../contracts/samples.ts';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import type { Origin } from './origins.ts';
import type { WrittenTable } from './parquet-shards.ts';
import type { ExportFormat } from './sample-formats.ts';

export interface CardContent {
  readonly made: CampaignArtifacts;
  readonly task: TaskName;
  readonly formats: readonly ExportFormat[];
  /** The Parquet files, and the bytes that they take; null where `hf` is not among the formats. */
  readonly table: (WrittenTable & { readonly packedBytes: number }) | null;
  readonly samples: number;
  readonly rejects: number;
  readonly origins: readonly Origin[];
  readonly groups: Readonly<Record<string, number>>;
  /** As the hub spells it; what the export cannot know is not claimed. */
  readonly license: string;
  /** ISO 639-1; null: not said. */
  readonly language: string | null;
  readonly version: string;
}

export type DeclaredFormat = ExportFormat | 'rejects';

/**
 * What the head declares, the default first. `datasets` reads all configurations of a folder with one reader, so Parquet
 * and lines cannot both be declared; each folder of what is left out can still be loaded by itself.
 */
export function declaredFormats({ formats, rejects }: Pick<CardContent, 'formats' | 'rejects'>): DeclaredFormat[] {
  if (!formats.includes('hf')) return [...formats];
  return rejects === 0 ? ['hf'] : ['hf', 'rejects'];
}

export function configNameOf(format: DeclaredFormat): string {
  return format === 'hf' ? 'default' : format;
}

/** The last name of a seed file or folder, with the split that was read; null for seeds that are made by rule. */
export function fileNameOf(source: SampleSource): string | null {
  if (source.kind !== 'file') return null;
  const { path, config, split } = source;
  const name = path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
  return [name, config, split].filter((part) => part !== undefined).join('/');
}
