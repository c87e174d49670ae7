// Writes test/golden/export/README.md, the card of the campaign that test/adapters/export/made-campaign.ts makes. Read the
// difference before you keep it: node --import tsx scripts/golden/export-card.ts

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportCampaign } from '../../adapters/export/export-campaign.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { campaignName, makeCampaign } from '../../test/adapters/export/made-campaign.ts';

const work = await mkdtemp(join(tmpdir(), 'diffract-card-'));
const folder = join(work, 'out');
const store = createStore(createDirectoryDriver(join(work, 'store')));
await makeCampaign(store);
await exportCampaign(
  store,
  { campaign: campaignName, folder, formats: ['hf', 'trl'], license: 'unknown', version: '1.2.3' },
  { onProgress: () => undefined, signal: new AbortController().signal },
);
const card = await readFile(join(folder, 'README.md'), 'utf8');
const golden = new URL('../../test/golden/export/README.md', import.meta.url);
await writeFile(golden, card.replace(/[0-9a-f]{64}/, 'POOL'));
await rm(work, { recursive: true });
