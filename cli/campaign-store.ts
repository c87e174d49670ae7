// Where the artifacts of a campaign lie: the store that is named, or the one that its server knows.

import { isFolder } from '../config/data-format.ts';
import { parseStore } from '../config/resolve.ts';
import type { StoreLocation } from '../contracts/campaign.ts';
import { FailureType, PermanentError, TransientError } from '../contracts/failures.ts';
import { UsageError } from './exit.ts';
import type { Services } from './services.ts';
import { joinSession } from './session.ts';

/**
 * @param named - `./folder` or `s3://bucket/prefix`; absent: the server is asked
 * @throws {CampaignNotFound} when the server knows no such campaign
 */
export async function storeOfCampaign(
  services: Services,
  campaign: string,
  named: string | undefined,
): Promise<StoreLocation> {
  return named === undefined ? askServer(services, campaign) : namedStore(services, named);
}

async function askServer(services: Services, campaign: string): Promise<StoreLocation> {
  const session = await joinSession(services);
  if (session === null) {
    throw new TransientError(
      'No Temporal server is known here that could say where the artifacts lie: TEMPORAL_ADDRESS is not set and no local ' +
        'stack is up. Name the store of the campaign with --store, or start a stack with `diffract up`.',
    );
  }
  try {
    return await session.campaigns.storeOf(campaign);
  } finally {
    await session.close();
  }
}

/** A folder that is not there would be made by opening it. */
function namedStore({ environment }: Services, named: string): StoreLocation {
  const location = parseStore(named, '.', environment);
  if (location === null) throw new UsageError(`--store ${named}: expected a folder or s3://bucket/prefix.`);
  if (location.kind === 's3' || isFolder(location.path)) return location;
  throw new PermanentError(
    FailureType.MissingArtifact,
    `--store ${named}: there is no folder at ${location.path}; expected the store of the campaign, as its file names it.`,
  );
}
