// Brings a campaign's report out of the store to where a browser can open it.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignView, Campaigns } from '../adapters/temporal/campaigns.ts';

/** @returns the path of report.html, or null when the campaign has no report yet */
export async function saveReport(campaigns: Campaigns, view: CampaignView, folder: string): Promise<string | null> {
  if (view.report === null) return null;
  await mkdir(folder, { recursive: true });
  for (const file of ['report.json', 'report.html']) {
    await writeFile(join(folder, file), await campaigns.readFile(view.campaign, view.report, file));
  }
  return join(folder, 'report.html');
}
