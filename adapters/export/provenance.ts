// provenance.json: how an export was made, so that its reader can check it against the store and make it again.

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import type { ExportedFile } from './export-folder.ts';
import { publishedConfig } from './published-config.ts';

/** The same artifacts give the same bytes. Secrets are named in a configuration, never held by it; places and servers are left out. */
export function provenanceOf({
  made,
  version,
  files,
}: {
  readonly made: CampaignArtifacts;
  readonly version: string;
  readonly files: Readonly<Record<string, ExportedFile>>;
}): string {
  const { campaign, round, pool, rounds, config } = made;
  const document = {
    schemaVersion: 1,
    madeBy: 'diffract export',
    version,
    campaign,
    round,
    pool: named(pool),
    rounds: rounds.map(({ round: number, ref, results, summary }) => ({
      round: number,
      record: ref.manifest,
      diversity:
        summary === null ? null : { accepted: summary.accepted, random: summary.random, pool: summary.poolAfter },
      stages: results.map(({ stage, key, output, rejects, counts }) => ({
        stage,
        key,
        output: named(output),
        rejects: rejects === null ? null : named(rejects),
        counts,
      })),
    })),
    configuration: config === null ? null : publishedConfig(config),
    files,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Of a folder that holds a student. */
export function studentProvenance({
  campaign,
  version,
  files,
  ...student
}: {
  readonly campaign: string;
  readonly version: string;
  readonly form: string;
  readonly base: string;
  readonly checkpoint: string;
  readonly files: Readonly<Record<string, ExportedFile>>;
}): string {
  const document = { schemaVersion: 1, madeBy: 'diffract export', version, campaign, student, files };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function named({ kind, manifest, rows }: ArtifactRef): object {
  return { kind, manifest, rows };
}
