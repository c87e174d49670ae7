// What runs on a Temporal server as commands reach it, and a stack of its own. Loaded when a command needs it.

import type { Services } from './services.ts';

type ServerServices = Pick<Services, 'connect' | 'connectEvaluations' | 'connectStudies' | 'startStack'>;

/** @param stateFolder - where a stack keeps its state */
export function createServerServices(stateFolder: string): ServerServices {
  return {
    async connect(server, seconds) {
      const { connectCampaigns } = await import('../adapters/temporal/campaigns.ts');
      const { openStore } = await import('../adapters/store/open.ts');
      return connectCampaigns(server, openStore, seconds);
    },
    async connectEvaluations(server, seconds) {
      const { connectEvaluations } = await import('../adapters/temporal/evaluations.ts');
      return connectEvaluations(server, seconds);
    },
    async connectStudies(server, seconds) {
      const { connectStudies } = await import('../adapters/temporal/studies.ts');
      const { openStore } = await import('../adapters/store/open.ts');
      return connectStudies(server, openStore, seconds);
    },
    async startStack({ gradientWorkers, onEvent }) {
      const { startStack } = await import('../workers/stack.ts');
      return startStack({ stateFolder, onEvent, ...(gradientWorkers === undefined ? {} : { gradientWorkers }) });
    },
  };
}
