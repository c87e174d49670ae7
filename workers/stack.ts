// Everything a campaign needs on one machine: the Temporal server (unless TEMPORAL_ADDRESS names one) and the four workers as
// processes of their own, started again when they die.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTemporal, temporalAddress } from '../adapters/temporal/connect.ts';
import { PermanentError } from '../contracts/failures.ts';
import { keepServer } from './kept-server.ts';
import { keepWorker } from './kept-worker.ts';
import { repositoryPath } from './serve.ts';
import type { StackSettings, WorkerName } from './supervision.ts';

export interface Stack {
  readonly address: string;
  readonly namespace: string;
  readonly uiAddress: string | null;
  /** Process ids by name, for operators and tests. */
  processes(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startStack(settings: StackSettings): Promise<Stack> {
  const bundle = repositoryPath('build/workflow-bundle.js');
  if (!existsSync(bundle)) {
    throw new PermanentError(
      'InvalidConfig',
      `No workflow bundle at ${bundle}; build it with: node --import tsx scripts/prepare.ts`,
    );
  }
  await mkdir(join(settings.stateFolder, 'logs'), { recursive: true });
  const given = temporalAddress();
  const server = given === null ? await keepServer(settings) : null;
  const address = given?.address ?? server?.address ?? '';
  const namespace = given?.namespace ?? 'default';
  if (given !== null) await (await connectTemporal(given, 15)).close();
  const names: WorkerName[] = ['control', 'llm', 'training'];
  const gradients = Array.from({ length: settings.gradientWorkers ?? 1 }, (): WorkerName => 'gradients');
  const workers = [...names, ...gradients].map((name, index) =>
    keepWorker({ name, index }, { address, namespace }, settings),
  );
  return {
    address,
    namespace,
    uiAddress: server?.uiAddress() ?? null,
    processes: () =>
      Object.fromEntries([
        ...workers.map((worker) => worker.process()),
        ...(server === null ? [] : [server.process()]),
      ]),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await server?.stop();
    },
  };
}
