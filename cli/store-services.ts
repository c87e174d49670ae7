// What the commands need of a campaign's store. Each part is loaded when it is first used.

import type { Exported, ExportRequest } from '../adapters/export/export-campaign.ts';
import type { ExportedStudent, StudentExportRequest } from '../adapters/export/export-student.ts';
import type { Spending } from '../adapters/export/spending.ts';
import type { Trace } from '../adapters/export/trace.ts';
import type { StoreLocation } from '../contracts/campaign.ts';

export interface StoreServices {
  /** Writes the pool of a campaign, with what is known of it, into a folder that appears whole or not at all. */
  exportCampaign(
    location: StoreLocation,
    request: ExportRequest,
    watch: { readonly onProgress: (done: number, total: number) => void; readonly signal: AbortSignal },
  ): Promise<Exported>;
  /** Writes the student of a campaign as a Hugging Face folder, which appears whole or not at all. */
  exportStudent(location: StoreLocation, request: StudentExportRequest): Promise<ExportedStudent>;
  /** @throws {PermanentError} `MissingArtifact` when the campaign has neither sample nor reject of that id */
  traceSample(location: StoreLocation, campaign: string, id: string): Promise<Trace>;
  /** What language models cost the campaign, unit by unit. */
  readSpending(location: StoreLocation, campaign: string): Promise<Spending>;
}

export function createStoreServices(): StoreServices {
  return {
    async exportCampaign(location, request, watch) {
      const { openStore } = await import('../adapters/store/open.ts');
      const { exportCampaign } = await import('../adapters/export/export-campaign.ts');
      return exportCampaign(await openStore(location), request, watch);
    },
    async exportStudent(location, request) {
      const { openStore } = await import('../adapters/store/open.ts');
      const { exportStudent } = await import('../adapters/export/export-student.ts');
      return exportStudent(await openStore(location), request);
    },
    async readSpending(location, campaign) {
      const { openStore } = await import('../adapters/store/open.ts');
      const { readSpending } = await import('../adapters/export/spending.ts');
      return readSpending(await openStore(location), campaign);
    },
    async traceSample(location, campaign, id) {
      const { openStore } = await import('../adapters/store/open.ts');
      const { traceSample } = await import('../adapters/export/trace.ts');
      return traceSample(await openStore(location), campaign, id);
    },
  };
}
