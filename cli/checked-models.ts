// The models that a campaign runs on this machine, looked for before it runs: a name that nothing answers to fails at once.

import { stat } from 'node:fs/promises';
import { parseHubName } from '../adapters/models/hub-cache.ts';
import { suggestion } from '../config/problems.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import { namedEndpoints } from './asked-servers.ts';
import type { Services } from './services.ts';

export interface CheckedModel {
  /** `sketch.proxy`, `student`, `writer`, `writer.solver`. */
  readonly role: string;
  readonly model: string;
  /** `absent`: has to be pulled where it is needed. `unknown`: no run could find it. */
  readonly found: 'here' | 'absent' | 'unknown';
  /** What to do; '' for what is here. */
  readonly message: string;
}

/** Looks at names and folders; opens no model and asks no hub. */
export async function checkModels(
  config: CampaignConfig,
  services: Pick<Services, 'listModels'>,
): Promise<readonly CheckedModel[]> {
  const known = await services.listModels();
  return Promise.all(
    localModels(config).map(async ({ role, model }) => {
      const listed = known.find(({ name }) => name === model);
      if (listed !== undefined && listed.file !== null) return { role, model, found: 'here', message: '' };
      const there = listed === undefined && (await stat(model).catch(() => null)) !== null;
      if (there) return { role, model, found: 'here', message: '' };
      if (listed !== undefined || parseHubName(model) !== undefined) {
        return {
          role,
          model,
          found: 'absent',
          message: `not on this machine; fetch it: diffract models pull ${model}`,
        };
      }
      const names = known.map(({ name }) => name);
      const message = `no model "${model}": neither a name that is known here, nor a folder or file, nor org/name of the hub; ${suggestion(model, names)}`;
      return { role, model, found: 'unknown', message };
    }),
  );
}

function localModels(config: CampaignConfig): readonly { readonly role: string; readonly model: string }[] {
  const { sketch, student, decontamination } = config;
  const embedded = namedEndpoints(config).filter(({ endpoint }) =>
    endpoint.servers.some(({ url }) => url === 'embedded'),
  );
  return [
    { role: 'sketch.proxy', model: sketch.proxy },
    ...(student?.kind === 'embedded' ? [{ role: 'student', model: student.model }] : []),
    ...(decontamination.semantic === null
      ? []
      : [{ role: 'decontamination.semantic.encoder', model: decontamination.semantic.encoder }]),
    ...embedded.map(({ role, endpoint }) => ({ role, model: endpoint.model })),
  ];
}
